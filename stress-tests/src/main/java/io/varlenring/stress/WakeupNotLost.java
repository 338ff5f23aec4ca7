// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClaim;
import io.varlenring.RingProducer;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A consumer that was told to sleep by {@code arm()} is woken by whatever is published afterwards [M5] [M8].
 *
 * <p>1 publisher, 1 consumer, capacity 64, a hook. The consumer arms the ring; the publisher offers a record, or a batch,
 * commits, shortens or aborts a claim that it has opened before, or closes the ring. The arbiter asks whether the hook was
 * called. Where there is a claim, the race is between its last step and {@code arm()} only.
 *
 * <p>Expected: asleep means woken. Both controls are seen on x86.
 *
 * <pre>
 * stress-tests/run quick WakeupNotLost, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Offer            asleep, woken        966,379  acceptable
 *                    awake, not woken     145,361  acceptable
 *                    awake, woken             362  acceptable
 *                    asleep, not woken          0  forbidden
 *   OfferBehindGap   asleep, woken        976,557  acceptable
 *                    awake, not woken     145,516  acceptable
 *                    awake, woken             269  acceptable
 *                    asleep, not woken          0  forbidden
 *   Batch            asleep, woken        856,266  acceptable
 *                    awake, not woken     153,331  acceptable
 *                    awake, woken             105  acceptable
 *                    asleep, not woken          0  forbidden
 *   Commit           asleep, woken        925,442  acceptable
 *                    awake, not woken     319,804  acceptable
 *                    awake, woken          10,216  acceptable
 *                    asleep, not woken          0  forbidden
 *   ShrinkingCommit  asleep, woken        813,518  acceptable
 *                    awake, not woken     192,348  acceptable
 *                    awake, woken           3,836  acceptable
 *                    asleep, not woken          0  forbidden
 *   Abort            asleep, woken        717,813  acceptable
 *                    awake, not woken     334,769  acceptable
 *                    awake, woken           8,320  acceptable
 *                    asleep, not woken          0  forbidden
 *   Close            asleep, woken        788,025  acceptable
 *                    awake, not woken     636,638  acceptable
 *                    awake, woken           4,879  acceptable
 *                    asleep, not woken          0  forbidden
 *   BrokenMode       0, 1               1,368,697  acceptable
 *                    0, 0               1,351,537  interesting
 *                    1, 0                 756,284  acceptable
 *                    1, 1                   1,024  acceptable
 *   BrokenNoLook     asleep, woken        908,261  acceptable
 *                    asleep, not woken    214,081  interesting
 * </pre>
 */
@Outcome(id = "awake, not woken", expect = ACCEPTABLE, desc = "arm() saw it.")
@Outcome(id = "asleep, woken", expect = ACCEPTABLE, desc = "The publisher saw the arming.")
@Outcome(id = "awake, woken", expect = FORBIDDEN, desc = "Two would be the consumer.")
@Outcome(id = "asleep, not woken", expect = FORBIDDEN, desc = "The consumer sleeps on.")
public final class WakeupNotLost {
    private static final int HEADER = 0;
    private static final int ARMED = 1;

    private WakeupNotLost() {}

    /** Against an offer. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class Offer {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingProducer producer = sleeper.ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against an offer that begins with a gap, at which the consumer looks. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class OfferBehindGap {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(112);
        private final RingProducer producer = sleeper.ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against a batch. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class Batch {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingProducer producer = sleeper.ring.newProducer();
        private final ByteBuffer[] batch = Fixture.batch(8, 'A', 'B');

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            producer.offerAll(batch, 0, batch.length);
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against the commit of a claim. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class Commit {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingClaim claim = sleeper.ring.newProducer().tryClaim(8);

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            claim.commit();
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against the commit of a part of a claim. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class ShrinkingCommit {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingClaim claim = sleeper.ring.newProducer().tryClaim(24);

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            claim.commit(8);
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against the abort of a claim that has a record behind it, so that it leaves padding. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class Abort {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingClaim claim = sleeper.ring.newProducer().tryClaim(8);

        public Abort() {
            Fixture.offer(sleeper.ring.newProducer(), Fixture.record('B', 8));
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            claim.abort();
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Against a close. */
    @JCStressTest
    @JCStressMeta(WakeupNotLost.class)
    @State
    public static class Close {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = sleeper.arm();
        }

        @Actor
        public void publisher() {
            sleeper.ring.close();
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }

    /** Control: header and armed are stored with release only, so that both looks can miss. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "At least one saw the other.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "The consumer sleeps on a readable record.")
    @State
    public static class BrokenMode {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void consumer(final LL_Result r) {
            words.setRelease(ARMED, 1);
            r.r1 = words.getAcquire(HEADER);
        }

        @Actor
        public void publisher(final LL_Result r) {
            words.setRelease(HEADER, 1);
            r.r2 = words.getAcquire(ARMED);
        }
    }

    /** Control: the consumer sleeps although {@code arm()} told it not to. Seen on x86. */
    @JCStressTest
    @Outcome(id = "asleep, woken", expect = ACCEPTABLE, desc = "The publisher saw the arming.")
    @Outcome(
            id = "asleep, not woken",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The consumer sleeps on a readable record.")
    @State
    public static class BrokenNoLook {
        private final Fixture.Sleeper sleeper = new Fixture.Sleeper(64);
        private final RingProducer producer = sleeper.ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);

        @Actor
        public void consumer(final LL_Result r) {
            sleeper.arm();
            r.r1 = "asleep";
        }

        @Actor
        public void publisher() {
            Fixture.offer(producer, record);
        }

        @Arbiter
        public void hook(final LL_Result r) {
            r.r2 = sleeper.hook();
        }
    }
}
