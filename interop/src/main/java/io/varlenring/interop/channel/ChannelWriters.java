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
import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.measure.MessageWriter;
import io.varlenring.interop.measure.Rounds;
import io.varlenring.interop.measure.ThreadMeter;
import io.varlenring.interop.measure.TimedMessages;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Worker threads write messages of different lengths to one Netty channel, as in the write side of a proxy or a log shipper:
 * through one ring that the channel's event loop drains, or by {@code channel.writeAndFlush}. Both may have the same number
 * of bytes under way. What arrives is verified at the other end of a loopback connection.
 */
public final class ChannelWriters implements AutoCloseable {
    private static final List<String> WAYS = List.of("ring", "write");
    private static final long JOIN_MILLIS = 30_000;
    private static final int FLUSHES_CONSOLIDATED = 256;

    private final boolean isRing;
    private final ChannelWritersOptions options;
    private final ThreadWatch watch;
    private final TimedMessages messages;
    private final FarEnd farEnd;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private List<MessageWriter> workers = List.of();
    private RingRoute ring;

    private ChannelWriters(final boolean isRing, final ChannelWritersOptions options, final ThreadWatch watch)
            throws IOException {
        this.isRing = isRing;
        this.options = options;
        this.watch = watch;
        this.messages = new TimedMessages(options.workers, System.nanoTime());
        this.farEnd = new FarEnd(messages, options.size.max(), options.tap);
    }

    /** Lets both ways take turns; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new ChannelWritersOptions(), ChannelWriters::run);
    }

    static int run(final ChannelWritersOptions options, final ThreadWatch watch, final PrintStream out)
            throws Exception {
        final String verified = "messages verified at the far end: checksum, per-worker order, none missing";
        return Rounds.run(WAYS, options.rounds, watch, out, verified, way -> {
            try (ChannelWriters run = new ChannelWriters(way.equals("ring"), options, watch)) {
                return run.run();
            }
        });
    }

    private Rounds.Result run() throws IOException, InterruptedException {
        final Thread farEndThread = watch.start("far-end", farEnd::run);
        final Channel channel = connect();
        if (isRing) {
            ring = new RingRoute(channel, options);
            channel.pipeline().addFirst(ring);
        }
        workers = MessageWriter.list(
                options.workers,
                options.rate,
                options.size,
                () -> isRing ? MessageWriter.into(ring.ring()) : plainTarget(channel));
        final List<Thread> threads = watch.startAll("worker", workers, MessageWriter::run);
        final List<ThreadMeter> meters = new ArrayList<>();
        threads.forEach(thread -> meters.add(new ThreadMeter(thread.getId(), null)));
        meters.add(
                channel.eventLoop().submit(ThreadMeter::ofCurrentThread).sync().getNow());

        watch.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(options.warmup));
        final long since = System.nanoTime();
        messages.measureSince(since);
        final long messagesBefore = messages.messages();
        final long bytesBefore = ThreadMeter.use(meters).allocatedBytes();
        final long collectionsBefore = CollectorWatch.count();
        watch.sleepUntil(since + TimeUnit.SECONDS.toNanos(options.seconds));
        final double seconds = (System.nanoTime() - since) / 1e9;
        final long count = messages.messages() - messagesBefore;
        final long bytes = ThreadMeter.use(meters).allocatedBytes() - bytesBefore;
        final long collections = CollectorWatch.count() - collectionsBefore;

        finish(threads, channel, farEndThread);
        final Rounds.Result result = messages.result(workers, watch);
        result.add("messages/s", count / seconds);
        result.add("garbage, bytes/message", (double) bytes / Math.max(1, count));
        result.add("collections", collections);
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
                        channel.pipeline().addLast(new Failures());
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
    private static MessageWriter.Target plainTarget(final Channel channel) {
        return (length, message) -> {
            if (!channel.isWritable()) {
                return false;
            }
            final ByteBuf buffer = channel.alloc().directBuffer(length, length);
            message.accept(buffer.internalNioBuffer(0, length));
            channel.writeAndFlush(buffer.writerIndex(length), channel.voidPromise());
            return true;
        };
    }

    /** Upstream first, so that everything still under way arrives. */
    private void finish(final List<Thread> threads, final Channel channel, final Thread farEndThread)
            throws InterruptedException {
        workers.forEach(MessageWriter::stop);
        watch.joinAll(threads);
        if (isRing) {
            ring.ring().close();
            watch.await("handing over to the channel", () -> ring.isDrained());
        }
        // Behind all that the event loop was given: an empty write is complete when everything before it is.
        channel.eventLoop()
                .submit(() -> channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> channel.close()))
                .await(JOIN_MILLIS);
        watch.join(farEndThread);
    }

    private final class Failures extends ChannelInboundHandlerAdapter {
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
