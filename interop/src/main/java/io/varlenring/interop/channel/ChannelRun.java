// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
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
import io.varlenring.examples.harness.CollectorWatch;
import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.MessageWriter;
import io.varlenring.interop.measure.Rounds;
import io.varlenring.interop.measure.ThreadMeter;
import io.varlenring.interop.measure.TimedMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** One run of one way: an event loop with one connection, its workers, and the far end. */
final class ChannelRun implements AutoCloseable {
    private static final long JOIN_MILLIS = 30_000;
    private static final int FLUSHES_CONSOLIDATED = 256;

    private final boolean isRing;
    private final ChannelWritersOptions options;
    private final ThreadWatch watch;
    private final TimedMessages messages;
    private final FarEnd farEnd;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<MessageWriter> workers = new ArrayList<>();

    private volatile RingRoute ring;

    ChannelRun(
            final boolean isRing,
            final ChannelWritersOptions options,
            final Consumer<ByteBuffer> tap,
            final ThreadWatch watch)
            throws IOException {
        this.isRing = isRing;
        this.options = options;
        this.watch = watch;
        this.messages = new TimedMessages(options.workers, System.nanoTime());
        this.farEnd = new FarEnd(messages, options.size.max(), tap);
    }

    Rounds.Result run() throws InterruptedException {
        final Thread farEndThread = watch.start("far-end", farEnd::run);
        final Channel channel = connect();
        ring = isRing ? new RingRoute(channel, options) : null;
        for (int i = 0; i < options.workers; i++) {
            final MessageWriter.Target target = isRing ? ring.newTarget(i) : plainTarget(channel, i);
            workers.add(new MessageWriter(i, options.rate, options.size, target));
        }
        final List<Thread> threads = watch.startAll("worker", workers, MessageWriter::run);
        final List<Thread> measured = new ArrayList<>(threads);
        measured.add(channel.eventLoop().submit(Thread::currentThread).sync().getNow());

        watch.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(options.warmup));
        final long since = System.nanoTime();
        messages.measureSince(since);
        final long messagesBefore = messages.messages();
        final long bytesBefore = ThreadMeter.allocatedBytes(measured);
        final long collectionsBefore = CollectorWatch.count();
        watch.sleepUntil(since + TimeUnit.SECONDS.toNanos(options.seconds));
        final double seconds = (System.nanoTime() - since) / 1e9;
        final long count = messages.messages() - messagesBefore;
        final long bytes = ThreadMeter.allocatedBytes(measured) - bytesBefore;
        final long collections = CollectorWatch.count() - collectionsBefore;

        finish(threads, channel, farEndThread);
        final long[] sent = workers.stream().mapToLong(MessageWriter::sent).toArray();
        final Rounds.Result result = new Rounds.Result(messages.messages());
        result.violations().addAll(watch.failures());
        result.violations().addAll(messages.violations(sent));
        result.add("messages/s", count / seconds);
        result.percentiles("latency", messages.latencyNanos());
        result.add("garbage, bytes/message", (double) bytes / Math.max(1, count));
        result.add("collections", collections);
        result.add("messages sent", LongStream.of(sent).sum());
        result.add("messages received", messages.messages());
        result.add(
                "times without room",
                workers.stream().mapToLong(MessageWriter::refused).sum());
        return result;
    }

    private Channel connect() throws InterruptedException {
        final int high = ChannelWritersOptions.OUTBOUND_BYTES + (isRing ? 0 : options.capacity);
        return new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(high / 2, high))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        if (!isRing) { // the ring's route flushes once for each batch anyway
                            channel.pipeline().addLast(new FlushConsolidationHandler(FLUSHES_CONSOLIDATED, true));
                        }
                        channel.pipeline().addLast(new Events());
                    }
                })
                .connect(farEnd.address())
                .sync()
                .channel();
    }

    /**
     * What one does without a ring: Netty makes a task of each call, and a handler in the pipeline consolidates the flushes.
     * Netty counts the bytes of a write from the call on, so the channel's own writability limits them all.
     */
    private static MessageWriter.Target plainTarget(final Channel channel, final int worker) {
        final Datagrams encoder = new Datagrams();
        return (length, sequence, sendNanos) -> {
            if (!channel.isWritable()) {
                return false;
            }
            final int frameLength = FarEnd.HEADER_LENGTH + length;
            final ByteBuf frame = channel.alloc().directBuffer(frameLength, frameLength);
            final ByteBuffer space = frame.internalNioBuffer(0, frameLength);
            FarEnd.putFrame(encoder, space, space.position(), length, worker, sequence, sendNanos);
            channel.writeAndFlush(frame.writerIndex(frameLength), channel.voidPromise());
            return true;
        };
    }

    /** Upstream first, so that everything still under way arrives. */
    private void finish(final List<Thread> threads, final Channel channel, final Thread farEndThread)
            throws InterruptedException {
        workers.forEach(MessageWriter::stop);
        watch.joinAll(threads);
        if (isRing) {
            ring.finish();
            watch.await("handing over to the channel", () -> ring.isDrained());
        }
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
            if (ring != null && context.channel().isWritable()) {
                ring.writable();
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable failure) {
            watch.threw("the channel", failure);
        }
    }

    @Override
    public void close() throws IOException {
        workers.forEach(MessageWriter::stop);
        farEnd.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
