// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * {@code size()} is within the capacity, and neither it nor {@code isEmpty()} reports an empty ring that was never empty
 * [M10].
 *
 * <p>1 thread that is producer and consumer, 1 reader, capacity 64, one record of 16 bytes with its header in the ring.
 * The first thread offers one more and drains the older one, again and again, so that the ring is never empty; the reader
 * asks for both.
 *
 * <p>Expected: a size of 16 to 64, and not empty. The control reads the producer position first, from the shipped ring's
 * snapshots, and is seen on x86; the mode of the load is not.
 *
 * <pre>
 * stress-tests/run quick SizeBounds, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  in use, in use  1,153,062  acceptable
 *           .*, empty               0  forbidden
 *           impossible, .*          0  forbidden
 *   Broken  in use            899,376  acceptable
 *           impossible        263,926  interesting
 * </pre>
 */
@Outcome(id = "in use, in use", expect = ACCEPTABLE, desc = "Possible answers.")
@Outcome(id = "impossible, .*", expect = FORBIDDEN, desc = "size() was never that.")
@Outcome(id = ".*, empty", expect = FORBIDDEN, desc = "isEmpty() of a ring that was never empty.")
@Outcome(expect = FORBIDDEN, desc = "Neither.")
public final class SizeBounds {
    private static final int ROUNDS = 10;
    private static final int STRIDE = 16;

    private SizeBounds() {}

    private static VarLenMpscRing ringInUse() {
        final VarLenMpscRing ring = Fixture.ringAt(64);
        Fixture.offer(ring.newProducer(), Fixture.record('A', 8));
        return ring;
    }

    private static void moveOn(final VarLenMpscRing ring, final RingProducer producer, final byte[] record) {
        for (int i = 0; i < ROUNDS; i++) {
            Fixture.offer(producer, record);
            ring.consumer().drain(taken -> {}, 1);
        }
    }

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(SizeBounds.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = ringInUse();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('B', 8);

        @Actor
        public void owner() {
            moveOn(ring, producer, record);
        }

        @Actor
        public void reader(final LL_Result r) {
            final int size = ring.size();
            r.r1 = size >= STRIDE && size <= Fixture.CAPACITY ? "in use" : "impossible";
            r.r2 = ring.isEmpty() ? "empty" : "in use";
        }
    }

    /** Control: the producer position is read before the consumer position. Seen on x86. */
    @JCStressTest
    @Outcome(id = "in use", expect = ACCEPTABLE, desc = "A possible answer.")
    @Outcome(id = "impossible", expect = ACCEPTABLE_INTERESTING, desc = "Too small for a ring that was never empty.")
    @State
    public static class Broken {
        private final VarLenMpscRing ring = ringInUse();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('B', 8);

        @Actor
        public void owner() {
            moveOn(ring, producer, record);
        }

        @Actor
        public void reader(final L_Result r) {
            final long producerPosition = ring.producerPosition();
            Fixture.pause();
            r.r1 = producerPosition - ring.consumerPosition() >= STRIDE ? "in use" : "impossible";
        }
    }
}
