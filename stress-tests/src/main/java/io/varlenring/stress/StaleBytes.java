// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingProducer;
import io.varlenring.StampedRings;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Bytes of the last lap that look like a header of this lap are never taken for one [M2] [M3].
 *
 * <p>Capacity 64, and stamps that are known. In the last lap a record S lay at position 64; two words of its payload look
 * like the header and the payload of a record Z at position 144, a lap later. In {@code Reused} the ring is full, with S
 * and a record F; the consumer takes S, and a producer offers a record A of 8 bytes, which would end just at 144, until
 * there is room or it gives up. In {@code Contended} the ring is empty at 128, and two producers offer A and B of 8 bytes.
 * The arbiter drains.
 *
 * <p>Expected: Z is never seen, since whoever would end at it makes the reservation longer. The control looks after it has
 * reserved, when the word may be another producer's by now, and is seen on x86. A look that is too weak is not: x86 keeps
 * loads in order.
 *
 * <pre>
 * stress-tests/run quick StaleStamp, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Reused     1, stored, FA  1,145,862  acceptable
 *              1, full, F        27,680  acceptable
 *              .*Z                    0  forbidden
 *   Contended  AB               731,247  acceptable
 *              BA               303,543  acceptable
 *              .*Z.*                  0  forbidden
 *   Broken     0, 0           2,221,830  acceptable
 *              1, 2           1,260,672  acceptable
 *              1, 0               5,280  interesting
 * </pre>
 */
@Outcome(id = "1, stored, FA", expect = ACCEPTABLE, desc = "A took the place of S.")
@Outcome(id = "1, full, F", expect = ACCEPTABLE, desc = "The producer gave up before the consumer was done.")
@Outcome(id = ".*Z", expect = FORBIDDEN, desc = "Bytes of the last lap became a record.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
public final class StaleStamp {
    private static final int PRODUCER_POSITION = 0;
    private static final int NEXT_HEADER = 1;
    private static final int STALE_POSITION = 144;

    private StaleStamp() {}

    /** A ring that is full with S, at position 64, and F behind it. */
    private static VarLenMpscRing fullRing() {
        final VarLenMpscRing ring = Fixture.advance(StampedRings.allocate(Fixture.CAPACITY), 64);
        final byte[] stale = Fixture.record('Z', 24);
        final int offset = STALE_POSITION - 128 - Long.BYTES; // in the payload of a record at 128, a lap behind S
        ByteBuffer.wrap(stale)
                .order(ByteOrder.nativeOrder())
                .putLong(offset, StampedRings.recordHeader(STALE_POSITION, 8));
        Fixture.offer(ring.newProducer(), stale);
        Fixture.offer(ring.newProducer(), Fixture.record('F', 24));
        return ring;
    }

    /** The shipped ring, with a producer that waits for the bytes of S. */
    @JCStressTest
    @JCStressMeta(StaleStamp.class)
    @State
    public static class Reused {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);

        @Actor
        public void consumer(final LLL_Result r) {
            r.r1 = ring.consumer().drain(stale -> {}, 1);
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

    /** The shipped ring, with two producers, the first of which meets the stale word. */
    @JCStressTest
    @Outcome(
            id = {"AB", "BA"},
            expect = ACCEPTABLE,
            desc = "One behind the other.")
    @Outcome(id = ".*Z.*", expect = FORBIDDEN, desc = "Bytes of the last lap became a record.")
    @Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
    @State
    public static class Contended {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer first = ring.newProducer();
        private final RingProducer second = ring.newProducer();
        private final byte[] recordA = Fixture.record('A', 8);
        private final byte[] recordB = Fixture.record('B', 8);

        public Contended() {
            ring.consumer().drain(record -> {});
        }

        @Actor
        public void first() {
            Fixture.offer(first, recordA);
        }

        @Actor
        public void second() {
            Fixture.offer(second, recordB);
        }

        @Arbiter
        public void drain(final L_Result r) {
            r.r1 = Fixture.drain(ring.consumer());
        }
    }

    /** Control: the producer reserves first, and then overwrites the stale word at its end. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 2"},
            expect = ACCEPTABLE,
            desc = "No header there, or the one that was published.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "A header that was published is overwritten.")
    @State
    public static class Broken {
        private final Fixture.Words words = new Fixture.Words();

        public Broken() {
            words.setPlain(NEXT_HEADER, 1);
        }

        @Actor
        public void first() {
            words.compareAndSet(PRODUCER_POSITION, 0, 1);
            if (words.getVolatile(NEXT_HEADER) != 0) {
                words.setVolatile(NEXT_HEADER, 0);
            }
        }

        @Actor
        public void second(final LL_Result r) {
            r.r1 = 0;
            if (words.compareAndSet(PRODUCER_POSITION, 1, 2)) {
                words.setVolatile(NEXT_HEADER, 2);
                r.r1 = 1;
            }
        }

        @Arbiter
        public void header(final LL_Result r) {
            r.r2 = words.getVolatile(NEXT_HEADER);
        }
    }
}
