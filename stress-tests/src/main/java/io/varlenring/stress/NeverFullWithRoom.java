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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * "Full" is never answered by a ring that has room: the producer position is read before the consumer position [M4].
 *
 * <p>2 producers, of which the second is the consumer too, capacity 64, room for 2 records. The first offers one record;
 * the second stores one record and drains it, again and again, so that there is room for the first one all the time.
 *
 * <p>Expected: the offer succeeds. The control reads the positions the other way round, from the shipped ring's
 * snapshots, and is seen on x86; the mode of the load is not.
 *
 * <pre>
 * stress-tests/run quick NeverFullWithRoom, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  stored    867,190  acceptable
 *           full            0  forbidden
 *   Broken  stored  1,143,767  acceptable
 *           full       40,015  interesting
 * </pre>
 */
@Outcome(id = "stored", expect = ACCEPTABLE, desc = "There was room.")
@Outcome(id = "full", expect = FORBIDDEN, desc = "Positions of two moments were taken for those of one.")
@Outcome(expect = FORBIDDEN, desc = "Neither stored nor full.")
public final class NeverFullWithRoom {
    private static final int ROUNDS = 10;

    private NeverFullWithRoom() {}

    private static void fillAndDrain(final VarLenMpscRing ring, final RingProducer producer, final byte[] record) {
        for (int i = 0; i < ROUNDS; i++) {
            Fixture.offer(producer, record);
            ring.consumer().drain(taken -> {});
        }
    }

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(NeverFullWithRoom.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer first = ring.newProducer();
        private final RingProducer second = ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);

        @Actor
        public void first(final L_Result r) {
            r.r1 = Fixture.offer(first, record);
        }

        @Actor
        public void second() {
            fillAndDrain(ring, second, record);
        }
    }

    /** Control: the consumer position is read before the producer position. Seen on x86. */
    @JCStressTest
    @Outcome(id = "stored", expect = ACCEPTABLE, desc = "There was room.")
    @Outcome(
            id = "full",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Positions of two moments were taken for those of one.")
    @State
    public static class Broken {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer second = ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);

        @Actor
        public void first(final L_Result r) {
            final long limit = ring.consumerPosition() + Fixture.CAPACITY;
            Fixture.pause();
            r.r1 = ring.producerPosition() + 32 - limit > 0 ? Fixture.FULL : Fixture.STORED;
        }

        @Actor
        public void second() {
            fillAndDrain(ring, second, record);
        }
    }
}
