// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.TimedMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** One run of one way: an event loop with one connection, its workers, and the far end. */
final class Run implements AutoCloseable {
    private static final long JOIN_MILLIS = 30_000;
    private static final int FLUSHES_CONSOLIDATED = 256;

    private final Via via;
    private final ChannelWritersOptions options;
    private final ThreadWatch watch;
    private final TimedMessages messages;
    private final FarEnd farEnd;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<Worker> workers = new ArrayList<>();

    private volatile Route route;

    Run(final Via via, final ChannelWritersOptions options, final Consumer<ByteBuffer> tap, final ThreadWatch watch)
            throws IOException {
        this.via = via;
        this.options = options;
        this.watch = watch;
        this.messages = new TimedMessages(options.workers, System.nanoTime());
        this.farEnd = new FarEnd(messages, options.size.max(), tap);
    }

    Result run() throws IOException, InterruptedException {
        final Thread farEndThread = watch.start("far-end", farEnd::run);
        final Channel channel = connect();
        route = via.open(channel, options);
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < options.workers; i++) {
            final Worker worker = new Worker(i, route.newWriter(i), options);
            workers.add(worker);
            threads.add(watch.start("worker-" + i, worker::run));
        }
        final Thread loopThread =
                channel.eventLoop().submit(Thread::currentThread).sync().getNow();
        final long[] measuredThreads = LongStream.concat(
                        threads.stream().mapToLong(Thread::getId), LongStream.of(loopThread.getId()))
                .toArray();

        watch.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(options.warmup));
        final Measurement before = Measurement.now(measuredThreads);
        messages.measureSince(before.nanos());
        final long messagesBefore = messages.messages();
        watch.sleepUntil(before.nanos() + TimeUnit.SECONDS.toNanos(options.seconds));
        final long messagesAfter = messages.messages();
        final Measurement after = Measurement.now(measuredThreads);

        finish(threads, channel, farEndThread);
        final long[] sent = workers.stream().mapToLong(Worker::sent).toArray();
        final List<String> violations = new ArrayList<>(watch.failures());
        final long violationCount = violations.size() + messages.violationCount(sent);
        violations.addAll(messages.violations(sent));
        return new Result(
                via,
                LongStream.of(sent).sum(),
                messages.messages(),
                workers.stream().mapToLong(Worker::refused).sum(),
                messagesAfter - messagesBefore,
                after.since(before),
                messages.latencyNanos(),
                route.wakeups(),
                violationCount,
                violations);
    }

    private Channel connect() throws IOException, InterruptedException {
        final int high = via.highWaterMark(options);
        return new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(high / 2, high))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        if (via != Via.RING) { // the ring's route flushes once for each batch anyway
                            channel.pipeline().addLast(new FlushConsolidationHandler(FLUSHES_CONSOLIDATED, true));
                        }
                        channel.pipeline().addLast(new Events());
                    }
                })
                .connect(farEnd.address())
                .sync()
                .channel();
    }

    /** Upstream first, so that everything still under way arrives. */
    private void finish(final List<Thread> threads, final Channel channel, final Thread farEndThread)
            throws InterruptedException {
        workers.forEach(Worker::stop);
        for (final Thread thread : threads) {
            watch.join(thread);
        }
        route.finish();
        watch.await("handing over to the channel", () -> route.isDrained());
        // Behind all that the event loop was given: an empty write is complete when everything before it is.
        channel.eventLoop()
                .submit(() -> channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> channel.close()))
                .await(JOIN_MILLIS);
        watch.join(farEndThread);
    }

    /** What the channel tells. */
    private final class Events extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                route.writable();
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable failure) {
            watch.threw("the channel", failure);
        }
    }

    @Override
    public void close() throws IOException {
        workers.forEach(Worker::stop);
        farEnd.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
