// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingBatch;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A batch is seen as a whole or not at all [M1].
 *
 * <p>1 producer, 1 consumer, capacity 64. The producer offers a batch of records of 8 bytes; the consumer drains once, and
 * the arbiter drains the rest. In {@code Claimed} the batch is filled in place. In {@code Wrapping} the positions stand at 104, so that the batch goes over the wrap with a
 * gap of just a header inside.
 *
 * <p>Expected: all records in one drain. The control offers the records one by one, and is seen on x86.
 *
 * <pre>
 * stress-tests/run quick BatchAllOrNothing, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual    -, ABC  624,945  acceptable
 *             ABC, -  476,917  acceptable
 *             A, BC         0  forbidden
 *             AB, C         0  forbidden
 *   Wrapping  ABC, -  648,982  acceptable
 *             -, ABC  391,440  acceptable
 *             A, BC         0  forbidden
 *             AB, C         0  forbidden
 *   Broken    ABC, -  590,244  acceptable
 *             -, ABC  409,103  acceptable
 *             A, BC        61  interesting
 *             AB, C        54  interesting
 * </pre>
 */
@Outcome(id = "-, ABC", expect = ACCEPTABLE, desc = "The drain came before the batch.")
@Outcome(id = "ABC, -", expect = ACCEPTABLE, desc = "The drain came after the batch.")
@Outcome(
        id = {"A, BC", "AB, C"},
        expect = FORBIDDEN,
        desc = "Only the front of the batch was seen.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
public final class BatchAllOrNothing {
    private BatchAllOrNothing() {}

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(BatchAllOrNothing.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final ByteBuffer[] batch = Fixture.batch(8, 'A', 'B', 'C');

        @Actor
        public void producer() {
            producer.offerAll(batch, 0, batch.length);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }

        @Arbiter
        public void rest(final LL_Result r) {
            r.r2 = Fixture.drain(ring.consumer());
        }
    }

    /** The shipped ring, with a batch that goes over the wrap. */
    @JCStressTest
    @JCStressMeta(BatchAllOrNothing.class)
    @State
    public static class Wrapping {
        private final VarLenMpscRing ring = Fixture.ringAt(104);
        private final RingProducer producer = ring.newProducer();
        private final ByteBuffer[] batch = Fixture.batch(8, 'A', 'B', 'C');

        @Actor
        public void producer() {
            producer.offerAll(batch, 0, batch.length);
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }

        @Arbiter
        public void rest(final LL_Result r) {
            r.r2 = Fixture.drain(ring.consumer());
        }
    }

    /** A batch that is claimed and filled in place. */
    @JCStressTest
    @Outcome(id = "-, AB", expect = ACCEPTABLE, desc = "The drain came before the batch.")
    @Outcome(id = "AB, -", expect = ACCEPTABLE, desc = "The drain came after the batch.")
    @Outcome(id = "A, B", expect = FORBIDDEN, desc = "Only the front of the batch was seen.")
    @Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
    @State
    public static class Claimed {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final ByteBuffer[] records = Fixture.batch(8, 'A', 'B');

        @Actor
        public void producer() {
            try (RingBatch batch = producer.tryClaimBatch(24, 32)) {
                for (final ByteBuffer record : records) {
                    batch.next(8).put(record);
                    batch.addWritten();
                }
                batch.commit();
            }
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }

        @Arbiter
        public void rest(final LL_Result r) {
            r.r2 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: single offers. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"-, ABC", "ABC, -"},
            expect = ACCEPTABLE,
            desc = "All in one drain.")
    @Outcome(
            id = {"A, BC", "AB, C"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "Only the front was seen.")
    @State
    public static class Broken {
        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final ByteBuffer[] records = Fixture.batch(8, 'A', 'B', 'C');

        @Actor
        public void producer() {
            for (final ByteBuffer record : records) {
                producer.offer(record);
            }
        }

        @Actor
        public void consumer(final LL_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }

        @Arbiter
        public void rest(final LL_Result r) {
            r.r2 = Fixture.drain(ring.consumer());
        }
    }
}
