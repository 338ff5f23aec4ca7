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
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A gap and the record behind it are seen together, and with the reservation that made them: the consumer position never
 * passes the producer position in any thread's eyes [M1].
 *
 * <p>1 producer, 1 consumer, capacity 64, positions at 112, so that 16 bytes are left before the wrap. The producer offers
 * a record of 24 bytes, which puts a gap before it; the consumer drains and reads both positions.
 *
 * <p>Expected: nothing, or gap and record, and a consumer position of at most the producer position. The control publishes
 * before it reserves, and is seen on x86; the missing release is not, since x86 keeps stores in order.
 *
 * <pre>
 * stress-tests/run quick GapPublication, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  A, 160, true     760,041  acceptable
 *           -, 112, true     311,101  acceptable
 *           -, 128, .*             0  forbidden
 *           .*, .*, false          0  forbidden
 *   Broken  1, 1           1,491,189  acceptable
 *           0, 0           1,162,751  acceptable
 *           0, 1               3,558  acceptable
 *           1, 0                 844  interesting
 * </pre>
 */
@Outcome(id = "-, 112, true", expect = ACCEPTABLE, desc = "The drain came before the offer was published.")
@Outcome(id = "A, 160, true", expect = ACCEPTABLE, desc = "The drain came after it.")
@Outcome(id = "-, 128, .*", expect = FORBIDDEN, desc = "The gap was seen without its record.")
@Outcome(id = ".*, .*, false", expect = FORBIDDEN, desc = "The consumer is ahead of the producers.")
@Outcome(expect = FORBIDDEN, desc = "The record is torn, or the positions are not those of gap and record.")
public final class GapPublication {
    private static final int GAP = 0;
    private static final int PRODUCER_POSITION = 1;

    private GapPublication() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(GapPublication.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(112);
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 24);

        @Actor
        public void producer() {
            Fixture.offer(producer, record);
        }

        @Actor
        public void consumer(final LLL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
            final long consumerPosition = ring.consumerPosition();
            r.r2 = consumerPosition;
            r.r3 = consumerPosition <= ring.producerPosition();
        }
    }

    /** Control: the header comes before the reservation. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "No gap, or the gap and its reservation.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "A gap that nobody has reserved.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer() {
            words.setRelease(GAP, 1);
            words.setVolatile(PRODUCER_POSITION, 1);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = words.getAcquire(GAP);
            r.r2 = words.getVolatile(PRODUCER_POSITION);
        }
    }
}
