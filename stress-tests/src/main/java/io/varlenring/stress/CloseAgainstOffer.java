// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingClosedException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * "Closed and empty" is final: no record is stored behind it, and none that was stored is lost [M8].
 *
 * <p>1 producer, 1 closer, capacity 64. The producer offers a record, or a batch; the closer closes the ring and asks
 * whether it is closed and empty. The arbiter drains.
 *
 * <p>Expected: a record that was stored is there, and one that was refused is not; the closer saw an empty ring only in
 * the second case. The control has a flag of its own for "closed", and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick CloseAgainstOffer, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  stored, more, A         533,429  acceptable
 *           refused, finished, -    455,793  acceptable
 *           stored, finished, .*          0  forbidden
 *   Batch   refused, finished, -    788,225  acceptable
 *           stored, more, AB        436,517  acceptable
 *           stored, finished, .*          0  forbidden
 *   Broken  stored, more          3,283,675  acceptable
 *           refused, finished       241,993  acceptable
 *           stored, finished         13,314  interesting
 * </pre>
 */
@Outcome(id = "stored, more, A", expect = ACCEPTABLE, desc = "The offer came before the close.")
@Outcome(id = "refused, finished, -", expect = ACCEPTABLE, desc = "The close came before the offer.")
@Outcome(id = "stored, finished, .*", expect = FORBIDDEN, desc = "A record was stored behind \"closed and empty\".")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, or one that was refused is there.")
public final class CloseAgainstOffer {
    private static final int CLOSED = 0;
    private static final int PRODUCER_POSITION = 1;

    private CloseAgainstOffer() {}

    private static String close(final VarLenMpscRing ring) {
        ring.close();
        return ring.isClosed() && ring.isEmpty() ? "finished" : "more";
    }

    /** The shipped ring, against an offer. */
    @JCStressTest
    @JCStressMeta(CloseAgainstOffer.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);

        @Actor
        public void producer(final LLL_Result r) {
            r.r1 = Fixture.offerUnlessClosed(producer, record);
        }

        @Actor
        public void closer(final LLL_Result r) {
            r.r2 = close(ring);
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** The shipped ring, against a batch. */
    @JCStressTest
    @Outcome(id = "stored, more, AB", expect = ACCEPTABLE, desc = "The batch came before the close.")
    @Outcome(id = "refused, finished, -", expect = ACCEPTABLE, desc = "The close came before the batch.")
    @Outcome(id = "stored, finished, .*", expect = FORBIDDEN, desc = "Records were stored behind \"closed and empty\".")
    @Outcome(expect = FORBIDDEN, desc = "A record is lost, or one that was refused is there.")
    @State
    public static class Batch {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final ByteBuffer[] batch = Fixture.batch(8, 'A', 'B');

        @Actor
        public void producer(final LLL_Result r) {
            try {
                r.r1 = producer.offerAll(batch, 0, batch.length) == batch.length ? Fixture.STORED : Fixture.FULL;
            } catch (final RingClosedException closed) {
                r.r1 = Fixture.REFUSED;
            }
        }

        @Actor
        public void closer(final LLL_Result r) {
            r.r2 = close(ring);
        }

        @Arbiter
        public void drain(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: "closed" is a word of its own, looked at before the reservation. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"stored, more", "refused, finished"},
            expect = ACCEPTABLE,
            desc = "One came before the other.")
    @Outcome(id = "stored, finished", expect = ACCEPTABLE_INTERESTING, desc = "Stored behind \"closed and empty\".")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        @Actor
        public void producer(final LL_Result r) {
            final boolean closed = words.getVolatile(CLOSED) != 0;
            r.r1 = !closed && words.compareAndSet(PRODUCER_POSITION, 0, 16) ? Fixture.STORED : Fixture.REFUSED;
        }

        @Actor
        public void closer(final LL_Result r) {
            words.setVolatile(CLOSED, 1);
            r.r2 = words.getVolatile(PRODUCER_POSITION) == 0 ? "finished" : "more";
        }
    }
}
