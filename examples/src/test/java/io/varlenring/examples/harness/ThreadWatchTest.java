// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadWatchTest {
    private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);

    @Test
    void join_threadThatEnds_isNoFailure() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 10_000);

        assertTrue(watch.join(watch.start("good", () -> {})));
        assertFalse(watch.sleepUntil(System.nanoTime()));
        assertEquals(List.of(), watch.failures());
        assertEquals("", errBytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void join_threadThatThrew_isAFailureWithStackTrace() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 10_000);

        assertTrue(watch.join(watch.start("exception", () -> {
            throw new IOException("broken");
        })));
        assertTrue(watch.join(watch.start("error", () -> {
            throw new AssertionError("wrong");
        })));

        assertEquals(
                List.of(
                        "thread exception threw java.io.IOException: broken",
                        "thread error threw java.lang.AssertionError: wrong"),
                watch.failures());
        assertTrue(errBytes.toString(StandardCharsets.UTF_8).contains("\tat " + ThreadWatchTest.class.getName()));
    }

    @Test
    void join_threadThatDoesNotEnd_isAFailureAndReturns() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 50);
        final CountDownLatch release = new CountDownLatch(1);

        assertFalse(watch.join(watch.start("stuck", release::await)));

        assertEquals(List.of("thread stuck did not end within 50 ms"), watch.failures());
        release.countDown();
    }

    @Test
    void runToEnd_taskThatEnds_isNoFailure() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 10_000);

        assertTrue(watch.runToEnd("good", () -> {}));
        assertEquals(List.of(), watch.failures());
    }

    @Test
    void await_endInTime_isNoFailure() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 10_000);
        final Thread thread = watch.start("short", () -> Thread.sleep(20));

        assertTrue(watch.await("it", () -> !thread.isAlive()));
        assertEquals(List.of(), watch.failures());
    }

    @Test
    void await_noEnd_isAFailureAndReturns() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 50);

        assertFalse(watch.await("it", () -> false));

        assertEquals(List.of("it did not end within 50 ms"), watch.failures());
        assertTrue(watch.sleepUntil(System.nanoTime()));
    }

    @Test
    void sleepUntil_threadThrows_endsTheSleep() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(err, 10_000);
        watch.start("bad", () -> {
            throw new IllegalStateException("broken");
        });

        assertTrue(watch.sleepUntil(System.nanoTime() + TimeUnit.HOURS.toNanos(1)));
    }
}
