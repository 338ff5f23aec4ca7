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
 * <p>Expected: asleep means woken, and awake not woken. Both controls are seen on x86.
 *
 * <pre>
 * stress-tests/run quick, JDK 25, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Offer            asleep, woken        277,541  acceptable
 *                    awake, not woken     225,926  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   OfferBehindGap   asleep, woken        321,793  acceptable
 *                    awake, not woken     152,490  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   Batch            asleep, woken        374,612  acceptable
 *                    awake, not woken     109,399  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   Commit           awake, not woken     290,903  acceptable
 *                    asleep, woken        212,564  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   ShrinkingCommit  asleep, woken        351,365  acceptable
 *                    awake, not woken     132,646  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   Abort            awake, not woken     214,984  acceptable
 *                    asleep, woken        198,149  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   Close            asleep, woken        473,068  acceptable
 *                    awake, not woken      88,103  acceptable
 *                    asleep, not woken          0  forbidden
 *                    awake, woken               0  forbidden
 *   BrokenMode       0, 0               1,465,519  interesting
 *                    0, 1                 944,945  acceptable
 *                    1, 0                 698,555  acceptable
 *                    1, 1                   1,912  acceptable
 *   BrokenNoLook     asleep, not woken    301,539  interesting
 *                    asleep, woken        231,112  acceptable
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
