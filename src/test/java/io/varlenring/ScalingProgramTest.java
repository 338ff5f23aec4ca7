// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipe in {@code docs/scaling.md}, one consumer over several rings, loses no wakeup and no record. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ScalingProgramTest {
    private static final int GROUPS = 3;
    private static final int ROUNDS = 2_000;
    private static final int THROWING_ROUND = 10;

    @TempDir
    private Path directory;

    /** How many records of each group were handled; one handler call in the middle throws. */
    private final AtomicIntegerArray handled = new AtomicIntegerArray(GROUPS);

    /** After this time a wakeup is lost. */
    private long lostNanos = TimeUnit.SECONDS.toNanos(20);

    private void handle(final int group) {
        if (handled.incrementAndGet(group) == THROWING_ROUND) {
            throw new IllegalStateException("as planned");
        }
    }

    /** The recipe, whose sleep has no limit here: it would hide a wakeup that was lost. */
    private static SnippetsTest.Snippet recipe() throws IOException {
        final SnippetsTest.Snippet recipe = SnippetsTest.snippets().stream()
                .filter(snippet -> snippet.place().contains("scaling.md")
                        && snippet.className().equals("SeveralRings"))
                .findFirst()
                .orElseThrow();
        final String sleep = "wakeups.tryAcquire(100, TimeUnit.MILLISECONDS)";
        assertTrue(recipe.code().contains(sleep));
        return new SnippetsTest.Snippet(
                recipe.place(), recipe.needs(), recipe.code().replace(sleep, "wakeups.acquire()"));
    }

    private Class<?> load(final SnippetsTest.Snippet snippet) throws IOException, ClassNotFoundException {
        final StringWriter messages = new StringWriter();
        assertTrue(SnippetsTest.compile(snippet, directory, messages), messages::toString);
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}).loadClass(snippet.className());
    }

    /**
     * Each group has a producer that repeatedly offers a record and waits until it was handled: so the consumer sleeps
     * in between, and a producer that no arming covers waits for good. They do so together, and then each alone, when
     * no other one's record helps.
     *
     * @return whether all were handled, and the consumer ended when the rings were closed
     */
    private boolean handlesAll(final Class<?> type, final int rounds) throws Exception {
        final RecordHandler handler = record -> handle(record.get(record.position()));
        final Runnable program = (Runnable)
                type.getConstructor(int.class, int.class, RecordHandler.class).newInstance(GROUPS, 1 << 12, handler);
        final Thread consumer = new Thread(program, "consumer");
        consumer.setDaemon(true);
        consumer.start();
        final VarLenMpscRing[] rings = new VarLenMpscRing[GROUPS];
        final Thread[] producers = new Thread[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            final int group = i;
            rings[i] = (VarLenMpscRing) type.getMethod("ring", int.class).invoke(program, i);
            producers[i] = new Thread(() -> offerOneByOne(rings[group], group, rounds), "producer " + i);
            producers[i].start();
        }
        for (final Thread producer : producers) {
            producer.join();
        }
        boolean good = true;
        for (int i = 0; i < GROUPS; i++) {
            good &= handled.get(i) == rounds;
            good = good && offerOneByOne(rings[i], i, 2 * rounds);
            good &= rings[i].stats().wakeups() > 0;
        }
        for (final VarLenMpscRing ring : rings) {
            ring.close();
        }
        consumer.join(TimeUnit.NANOSECONDS.toMillis(lostNanos));
        return good && !consumer.isAlive();
    }

    private boolean offerOneByOne(final VarLenMpscRing ring, final int group, final int last) {
        final RingProducer producer = ring.newProducer();
        for (int i = handled.get(group) + 1; i <= last; i++) {
            final long deadline = System.nanoTime() + lostNanos;
            producer.offer(new byte[] {(byte) group}, 0, 1);
            while (handled.get(group) < i) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                LockSupport.parkNanos(1_000);
            }
        }
        return true;
    }

    private boolean handlesAllQuietly(final SnippetsTest.Snippet snippet, final int rounds) throws Exception {
        final PrintStream errors = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        try {
            return handlesAll(load(snippet), rounds);
        } finally {
            System.setErr(errors);
        }
    }

    @Test
    void recipe_recordsOneByOne_losesNoWakeup() throws Exception {
        assertTrue(handlesAllQuietly(recipe(), ROUNDS), handled::toString);
    }

    /** That the test can see it: only the first ring is armed. */
    @Test
    void recipeThatArmsOneRing_losesWakeups() throws Exception {
        lostNanos = TimeUnit.SECONDS.toNanos(1);
        final SnippetsTest.Snippet recipe = recipe();
        final String arming = "if (!isEnded(ring) && ";
        final String broken = recipe.code().replace(arming, "if (ring == rings[0] && ");
        assertEquals(-1, broken.indexOf(arming));
        assertFalse(broken.equals(recipe.code()));
        assertFalse(handlesAllQuietly(new SnippetsTest.Snippet(recipe.place(), recipe.needs(), broken), ROUNDS));
    }
}
