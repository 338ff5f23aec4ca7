// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A loop that the test runs itself, and what its tasklets have to say. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ManualLoopFixture {
    final TaskletLoop loop = TaskletLoop.manual();
    final List<String> ran = new ArrayList<>();
    /** Bodies of this loop that are to throw; an assertion that fails in a body is one more. */
    int failures;

    @AfterEach
    void noOtherBodyHasFailed() {
        assertEquals(failures, loop.stats().failures());
    }

    Tasklet named(final String name) {
        return loop.newTasklet((self, reasons) -> ran.add(name));
    }

    void runUntilIdle() {
        int runs = 1;
        while (runs > 0) {
            runs = loop.runOnce(0);
        }
    }

    /** Runs something on the loop's thread, as a body. */
    void inLoop(final TaskletBody body) {
        loop.newTasklet(body).wakeup();
        loop.runOnce(0);
    }

    /** What the bodies that this thread runs throw from now on. */
    static List<Throwable> reported() {
        final List<Throwable> reported = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
        return reported;
    }

    static void awaitSleep(final TaskletLoop loop) {
        while (!loop.toString().contains("asleep")) {
            Thread.onSpinWait();
        }
    }

    /** Does something on another thread, and waits for its end. */
    static void elsewhere(final Runnable task) throws InterruptedException {
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final Thread other = new Thread(task, "elsewhere");
        other.setUncaughtExceptionHandler((thread, failure) -> thrown.set(failure));
        other.start();
        other.join();
        assertNull(thrown.get());
    }
}
