// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Whoever ends the arming of a drain with a timeout knows whom to unpark [M7].
 *
 * <p>1 producer, 1 consumer, capacity 64, a hook that does nothing. The consumer drains with a timeout of 20 seconds, a
 * watchdog; the producer, which begins a little later by chance, offers a record. A producer that found the ring armed, and
 * no waiter, would call the hook, and the consumer would sleep on.
 *
 * <p>Expected: the drain ends before its time is up. The second result says whether somebody was woken. The
 * control stores the waiter behind armed, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick WaiterIsKnown, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  A, woken          54,611  acceptable
 *           A, read           17,924  acceptable
 *           overslept, .*          0  forbidden
 *   Broken  not armed      1,270,406  acceptable
 *           unparked       1,092,952  acceptable
 *           nobody            18,504  interesting
 * </pre>
 */
@Outcome(
        id = "A, read",
        expect = ACCEPTABLE,
        desc = "Read without a sleep, or at the end of one that nobody had to end.")
@Outcome(id = "A, woken", expect = ACCEPTABLE, desc = "Read after a wakeup.")
@Outcome(
        id = "overslept, .*",
        expect = FORBIDDEN,
        desc = "The consumer slept on a readable record until its time was up.")
@Outcome(expect = FORBIDDEN, desc = "The drain ended without a record.")
public final class WaiterIsKnown {
    private static final int ARMED = 0;
    private static final int WAITER = 1;

    private WaiterIsKnown() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(WaiterIsKnown.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64, () -> {});
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void consumer(final LL_Result r) {
            start.first();
            r.r1 = Fixture.drainOrWait(ring.consumer());
        }

        @Actor
        public void producer() {
            start.second();
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void wakeups(final LL_Result r) {
            r.r2 = Fixture.wakeups(ring);
        }
    }

    /** Control: the waiter is stored behind armed. Seen on x86. */
    @JCStressTest
    @Outcome(id = "not armed", expect = ACCEPTABLE, desc = "The producer came first.")
    @Outcome(id = "unparked", expect = ACCEPTABLE, desc = "The producer found the waiter.")
    @Outcome(id = "nobody", expect = ACCEPTABLE_INTERESTING, desc = "The arming is ended, and nobody unparked.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void consumer() {
            words.setVolatile(ARMED, 1);
            words.setVolatile(WAITER, 1);
        }

        @Actor
        public void producer(final L_Result r) {
            if (!words.compareAndSet(ARMED, 1, 0)) {
                r.r1 = "not armed";
            } else {
                r.r1 = words.getVolatile(WAITER) == 0 ? "nobody" : "unparked";
            }
        }
    }
}
