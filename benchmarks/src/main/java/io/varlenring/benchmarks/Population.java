// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * Connections that demultiplex frames to their streams, all tasklets of one loop that the caller runs, as in HAProxy's QUIC
 * stack.
 *
 * <p><b>How the queue is kept deep.</b> Of many connections {@code depth} are queued at any time. A connection that runs
 * takes in one frame for each of some of its streams, wakes those streams, and then wakes the connection that is {@code
 * depth} places further on, as the next datagram would. There is no driver that takes turns of its own.
 *
 * <p><b>Why this compares the two ways fairly.</b> Every wakeup, of a stream or of a connection, comes from another tasklet
 * of the same loop, so all are of class NORMAL and share one queue. Had connections woken themselves, they would be BULK,
 * with a share of 4 in a round against the 60 of the plainly woken streams, and plain streams would overtake the queue
 * that they are to wait in; had another thread woken them, they would be URGENT, and streams woken after them would use
 * URGENT's share. The two ways differ in one call, and do the same work in the same number of runs. The number of
 * connections, and so the memory, is the same at each depth, larger than a second-level cache.
 *
 * <p><b>What is touched.</b> A connection rewrites its state, of which a quarter is the frame of each picked stream; a
 * stream rewrites its own state, and reads its frame. All of it is added up.
 */
final class Population {
    static final int STREAMS = 8;
    static final int PICKED = 4;
    static final int CONNECTION_BYTES = 4096;
    static final int STREAM_BYTES = 2048;

    private static final int CONNECTION_WORDS = CONNECTION_BYTES / Long.BYTES;
    private static final int STREAM_WORDS = STREAM_BYTES / Long.BYTES;
    private static final int FRAME_WORDS = CONNECTION_WORDS / PICKED;
    private static final long LONGEST_NANOS = 100_000_000_000L;

    private final TaskletLoop loop = TaskletLoop.manual(); // not profiling: it would measure connections too
    private final Connection[] connections;
    private final Tasklet starter = loop.newTasklet((self, reasons) -> wakeFirstConnections());
    private int depth;
    private int firstConnection;
    private boolean after;
    private boolean stopping;

    final Latency streamLatency = new Latency();
    final Latency connectionLatency = new Latency();
    /** Sum of all that was read, so that no reading can be left out. */
    long checksum;

    /** Times from wakeup to run. */
    static final class Latency {
        private final Histogram histogram = new Histogram(LONGEST_NANOS, 2); // two digits: a small part of the cache
        private long runs;
        private long nanos;

        void record(final long elapsed) {
            runs++;
            nanos += elapsed;
            histogram.recordValue(elapsed);
        }

        void reset() {
            runs = 0;
            nanos = 0;
            histogram.reset();
        }

        long runs() {
            return runs;
        }

        double averageMicros() {
            return nanos / 1e3 / Math.max(1, runs);
        }

        double percentileMicros(final double percentile) {
            return histogram.getValueAtPercentile(percentile) / 1e3;
        }
    }

    private final class Stream {
        private final long[] state = new long[STREAM_WORDS];
        private final Connection connection;
        private final Tasklet tasklet = loop.newTasklet((self, reasons) -> run());
        private int frameOffset;
        /** When it was woken; 0 when it is not queued. */
        private long wokenNanos;

        Stream(final Connection connection) {
            this.connection = connection;
        }

        private void run() {
            streamLatency.record(System.nanoTime() - wokenNanos);
            wokenNanos = 0;
            final long[] words = state;
            long sum = 0;
            for (int i = 0; i < words.length; i++) {
                sum += words[i];
                words[i] = sum + i;
            }
            final long[] frames = connection.state;
            for (int i = frameOffset; i < frameOffset + FRAME_WORDS; i++) {
                sum ^= frames[i];
            }
            checksum += sum;
        }
    }

    private final class Connection {
        private final long[] state = new long[CONNECTION_WORDS];
        private final Stream[] streams = new Stream[STREAMS];
        private final Tasklet tasklet = loop.newTasklet((self, reasons) -> run());
        private final int place;
        private int firstPicked;
        private long wokenNanos;

        Connection(final int place) {
            this.place = place;
            for (int i = 0; i < STREAMS; i++) {
                streams[i] = new Stream(this);
            }
        }

        private void run() {
            connectionLatency.record(System.nanoTime() - wokenNanos);
            final long[] words = state;
            long sum = place;
            for (int i = 0; i < words.length; i++) {
                sum += words[i];
                words[i] = sum ^ i;
            }
            checksum += sum;
            wakeStreams();
            if (stopping) {
                return;
            }
            connections[(place + depth) % connections.length].wakeup();
            firstConnection = (place + 1) % connections.length;
        }

        private void wakeStreams() {
            Tasklet last = null;
            for (int i = 0; i < PICKED; i++) {
                final Stream stream = streams[(firstPicked + i) % STREAMS];
                if (stream.wokenNanos != 0) {
                    throw new IllegalStateException("a stream is still queued when its connection runs again");
                }
                stream.frameOffset = i * FRAME_WORDS;
                stream.wokenNanos = System.nanoTime();
                if (after) {
                    last = loop.wakeupAfter(last, stream.tasklet);
                } else {
                    stream.tasklet.wakeup();
                }
            }
            firstPicked = (firstPicked + PICKED) % STREAMS;
        }

        private void wakeup() {
            wokenNanos = System.nanoTime();
            tasklet.wakeup();
        }
    }

    /** Makes so many connections; a depth must be less than that. */
    Population(final int size, final long seed) {
        connections = new Connection[size];
        // Made in another order than they run in, so that one does not lie behind the other in memory
        for (final int place :
                new Random(seed).ints(0, size).distinct().limit(size).toArray()) {
            connections[place] = new Connection(place);
        }
    }

    int size() {
        return connections.length;
    }

    long bytes() {
        return (long) connections.length * (CONNECTION_BYTES + STREAMS * STREAM_BYTES);
    }

    private void wakeFirstConnections() {
        for (int i = 0; i < depth; i++) {
            connections[(firstConnection + i) % connections.length].wakeup();
        }
    }

    /** Lets the queue run dry, and fills it to another depth. */
    void setDepth(final int newDepth) {
        if (newDepth < 1 || newDepth >= connections.length) {
            throw new IllegalArgumentException("depth must be within 1.." + (connections.length - 1));
        }
        stopping = true;
        while (loop.runOnce(0) > 0) {
            Thread.onSpinWait();
        }
        stopping = false;
        depth = newDepth;
        starter.wakeup();
        loop.runOnce(0);
    }

    /** Runs the loop for so long, with streams woken this way; returns how long it was. */
    long run(final boolean wakeAfter, final long nanos) {
        after = wakeAfter;
        final long failures = loop.stats().failures();
        final long begin = System.nanoTime();
        long now;
        do {
            if (loop.runOnce(0) == 0) {
                throw new IllegalStateException("the queue ran dry");
            }
            now = System.nanoTime();
        } while (now - begin < nanos);
        if (loop.stats().failures() != failures) {
            throw new IllegalStateException("a tasklet failed");
        }
        return now - begin;
    }
}
