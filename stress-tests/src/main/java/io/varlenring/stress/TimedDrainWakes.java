// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A drain with a timeout on a ring without a hook does not sleep on when there is something to read [M6].
 *
 * <p>1 publisher, 1 consumer, capacity 64, no hook. The consumer drains with a timeout of 20 seconds; the publisher, which
 * begins a little later by chance, offers a record, commits a claim that it has opened before,
 * aborts it and offers, or closes the ring.
 *
 * <p>Expected: the drain ends before its time is up. It would find the record at the end of its time as well, so the only
 * sign of a lost wakeup is that it slept to the end: the timeout is a watchdog. The
 * second result says whether somebody was woken. The control looks at the header instead of
 * at the producer position, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick TimedDrainWakes, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Offer   A, woken         490,501  acceptable
 *           A, read           41,682  acceptable
 *           overslept, .*          0  forbidden
 *   Commit  A, woken         321,901  acceptable
 *           A, read           74,585  acceptable
 *           overslept, .*          0  forbidden
 *   Close   -, woken          87,588  acceptable
 *           -, read           25,141  acceptable
 *           overslept, .*          0  forbidden
 *   Broken  0, 1           2,543,482  acceptable
 *           1, 0             767,500  acceptable
 *           0, 0               2,034  interesting
 *           1, 1                 686  acceptable
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
public final class TimedDrainWakes {
    private static final int PRODUCER_POSITION = 0;
    private static final int HEADER = 1;
    private static final int ARMED = 2;

    private TimedDrainWakes() {}

    /** Against an offer. */
    @JCStressTest
    @JCStressMeta(TimedDrainWakes.class)
    @State
    public static class Offer {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void consumer(final LL_Result r) {
            start.first();
            r.r1 = Fixture.drainOrWait(ring.consumer());
        }

        @Actor
        public void publisher() {
            start.second();
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void wakeups(final LL_Result r) {
            r.r2 = Fixture.wakeups(ring);
        }
    }

    /** Against the commit of a claim that was open when the consumer began to wait. */
    @JCStressTest
    @JCStressMeta(TimedDrainWakes.class)
    @State
    public static class Commit {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingClaim claim = ring.newProducer().tryClaim(8);
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void consumer(final LL_Result r) {
            start.first();
            r.r1 = Fixture.drainOrWait(ring.consumer());
        }

        @Actor
        public void publisher() {
            start.second();
            claim.buffer().putLong(0x4141414141414141L);
            claim.commit();
        }

        @Arbiter
        public void wakeups(final LL_Result r) {
            r.r2 = Fixture.wakeups(ring);
        }
    }

    /** Against a claim that is aborted, so that the producer position goes back to where the consumer is, and an offer. */
    @JCStressTest
    @JCStressMeta(TimedDrainWakes.class)
    @State
    public static class GiveBack {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final RingClaim claim = producer.tryClaim(24);
        private final byte[] record = Fixture.record('A', 8);
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void consumer(final LL_Result r) {
            start.first();
            r.r1 = Fixture.drainOrWait(ring.consumer());
        }

        @Actor
        public void publisher() {
            start.second();
            claim.abort();
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void wakeups(final LL_Result r) {
            r.r2 = Fixture.wakeups(ring);
        }
    }

    /** Against a close. */
    @JCStressTest
    @Outcome(
            id = {"-, read", "-, woken"},
            expect = ACCEPTABLE,
            desc = "The drain ended when the ring was closed.")
    @Outcome(
            id = "overslept, .*",
            expect = FORBIDDEN,
            desc = "The consumer slept on a closed ring until its time was up.")
    @Outcome(expect = FORBIDDEN, desc = "A record that nobody wrote.")
    @State
    public static class Close {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final Fixture.Start start = new Fixture.Start();

        @Actor
        public void consumer(final LL_Result r) {
            start.first();
            r.r1 = Fixture.drainOrWait(ring.consumer());
        }

        @Actor
        public void publisher() {
            start.second();
            ring.close();
        }

        @Arbiter
        public void wakeups(final LL_Result r) {
            r.r2 = Fixture.wakeups(ring);
        }
    }

    /** Control: the consumer looks at the header, which is stored with release, and parks for all its time. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "At least one saw the other.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "The consumer sleeps on a readable record.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void consumer(final LL_Result r) {
            words.setVolatile(ARMED, 1);
            r.r1 = words.getVolatile(HEADER);
        }

        @Actor
        public void publisher(final LL_Result r) {
            words.compareAndSet(PRODUCER_POSITION, 0, 16);
            words.setRelease(HEADER, 1);
            r.r2 = words.getVolatile(ARMED);
        }
    }
}
