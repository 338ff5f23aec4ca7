// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.count;

import io.varlenring.benchmarks.SingleThreadBenchmark;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** What is counted: bursts of offers and drains for ever, and a word that says how many there were. */
public final class CountedLoop {
    private static final Path THREAD = Path.of("/proc/thread-self");
    private static final int CHUNK = 500;
    private static final int LEAST_BURSTS = 400_000;
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long nothing has been compiled. */
    private static final long QUIET_NANOS = 2_000_000_000;

    private CountedLoop() {}

    /**
     * Runs until killed; tells when everything has been compiled.
     *
     * @param arguments the rival, the size of a record, and how many are offered before they are drained
     * @throws IOException when the thread's number cannot be found
     */
    public static void main(final String[] arguments) throws IOException {
        final SingleThreadBenchmark benchmark = new SingleThreadBenchmark();
        benchmark.rival = arguments[0];
        benchmark.size = arguments[1];
        benchmark.burst = Integer.parseInt(arguments[2]);
        benchmark.start();
        final ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
        final long start = System.nanoTime();
        long bursts = 0;
        while (bursts < LEAST_BURSTS || System.nanoTime() - start < LEAST_NANOS) {
            bursts = run(benchmark, word, bursts);
        }
        // on a busy machine the compilers may be late
        final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long compiled = compilers.getTotalCompilationTime();
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET_NANOS) {
            bursts = run(benchmark, word, bursts);
            if (compilers.getTotalCompilationTime() != compiled) {
                compiled = compilers.getTotalCompilationTime();
                since = System.nanoTime();
            }
        }
        System.out.printf(
                "ready %s 0x%x%n",
                Files.readSymbolicLink(THREAD).getFileName(), new UnsafeBuffer(word).addressOffset());
        while (bursts > 0) {
            bursts = run(benchmark, word, bursts);
        }
    }

    private static long run(final SingleThreadBenchmark benchmark, final ByteBuffer word, final long from) {
        long bursts = from;
        for (int i = 0; i < CHUNK; i++) {
            benchmark.offerAndDrain();
            bursts++;
            word.putLong(0, bursts);
        }
        return bursts;
    }
}
