// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

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

/**
 * Nobody writes to a record's bytes before its handler is done with them, and who writes to them then is read as it wrote
 * [M3].
 *
 * <p>1 producer, 1 consumer, capacity 64, full with records A and B of 24 bytes. The consumer takes A; the producer offers
 * C, which gets A's bytes, until there is room or it gives up. The arbiter drains the rest.
 *
 * <p>Expected: A is whole, and so is everything behind it. The control gives the space back before it reads, and is seen
 * on x86; the missing release is not, since x86 lets no store overtake an earlier load or store.
 *
 * <pre>
 * stress-tests/run quick SpaceReuse, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Actual  A, stored, BC       475,239  acceptable
 *           A, full, B           31,577  acceptable
 *           C, .*                     0  forbidden
 *           torn, .*                  0  forbidden
 *   Broken  A, stored, BC     1,099,844  acceptable
 *           A, full, B           53,012  acceptable
 *           C, stored, BC           105  interesting
 *           torn, stored, BC        101  interesting
 * </pre>
 */
@Outcome(id = "A, stored, BC", expect = ACCEPTABLE, desc = "C took the place of A.")
@Outcome(id = "A, full, B", expect = ACCEPTABLE, desc = "The producer gave up before the consumer was done.")
@Outcome(id = "torn, .*", expect = FORBIDDEN, desc = "A was overwritten while its handler read it.")
@Outcome(id = "C, .*", expect = FORBIDDEN, desc = "C was read in the place of A, and once more.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
public final class SpaceReuse {
    private SpaceReuse() {}

    /** A ring that is full with A and B. */
    private static VarLenMpscRing fullRing() {
        final VarLenMpscRing ring = Fixture.ringAt(64);
        Fixture.offer(ring.newProducer(), Fixture.record('A', 24));
        Fixture.offer(ring.newProducer(), Fixture.record('B', 24));
        return ring;
    }

    /** The shipped ring. */
    @JCStressTest
    @JCStressMeta(SpaceReuse.class)
    @State
    public static class Actual {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('C', 24);

        @Actor
        public void consumer(final LLL_Result r) {
            r.r1 = Fixture.drain(ring.consumer(), 1);
        }

        @Actor
        public void producer(final LLL_Result r) {
            r.r2 = Fixture.offerPatiently(producer, record);
        }

        @Arbiter
        public void rest(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: the handler keeps the bytes, and reads them when the drain has given them back. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"A, stored, BC", "A, full, B"},
            expect = ACCEPTABLE,
            desc = "Read in time.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A was overwritten before it was read.")
    @State
    public static class Broken {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('C', 24);
        private ByteBuffer kept;

        @Actor
        public void consumer(final LLL_Result r) {
            ring.consumer().drain(record -> kept = record.slice(), 1);
            r.r1 = Fixture.letter(kept);
        }

        @Actor
        public void producer(final LLL_Result r) {
            r.r2 = Fixture.offerPatiently(producer, record);
        }

        @Arbiter
        public void rest(final LLL_Result r) {
            r.r3 = Fixture.drain(ring.consumer());
        }
    }
}
