// SPDX-License-Identifier: Apache-2.0
/**
 * Pieces of work that any thread can wake cheaply, and that run on one thread.
 *
 * <p>A {@link io.varlenring.tasklet.Tasklet} is either asleep or queued once. {@link
 * io.varlenring.tasklet.Tasklet#wakeup()} promises that its body runs at least once more. A {@link
 * io.varlenring.tasklet.TaskletLoop} runs the bodies, each on the loop's one thread, and sleeps when there is nothing
 * to run; it can also serve sockets. {@link io.varlenring.tasklet.RingTasklet} is the consumer of a ring on such a
 * loop.
 *
 * <p>A null argument is a {@link NullPointerException}, unless a method says otherwise.
 *
 * <h2>Terms</h2>
 *
 * <dl>
 *   <dt>wakeup
 *   <dd>the request that a body run at least once more. Wakeups of a tasklet already queued are coalesced.
 *   <dt>reasons
 *   <dd>32 bits that say why a tasklet was woken. Those of coalesced wakeups are combined with OR.
 *   <dt>class
 *   <dd>which of four run queues a queued tasklet is in, and so its share of the loop.
 *   <dt>round
 *   <dd>one pass of a loop: collect wakeups from other threads and ready sockets, then run a bounded number of
 *   tasklets.
 * </dl>
 *
 * @since 0.1.0
 */
@NullMarked
package io.varlenring.tasklet;

import org.jspecify.annotations.NullMarked;
