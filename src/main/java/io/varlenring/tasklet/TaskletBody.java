// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * The work of a tasklet.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TaskletBody {
    /**
     * Does the work, on the loop's thread, never on two threads at once.
     *
     * <p>The body should be short and MUST NOT block: everything else on the loop waits for it. A wakeup during a run
     * leads to one more run. When it throws, the tasklet stays alive, other tasklets are not affected, and the
     * exception goes to the {@linkplain Thread#getUncaughtExceptionHandler() uncaught-exception handler} of the loop's
     * thread. An interrupt that it leaves set reaches the next bodies in the round, and would close the channels that
     * they use: clear it by {@link Thread#interrupted()}.
     *
     * @param self the tasklet that runs
     * @param reasons the reasons of all wakeups since the last run, combined with OR; 0 when none gave one
     * @throws Exception whatever went wrong
     */
    void run(Tasklet self, int reasons) throws Exception;
}
