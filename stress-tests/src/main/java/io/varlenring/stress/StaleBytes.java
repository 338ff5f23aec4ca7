// SPDX-License-Identifier: Apache-2.0
package io.varlenring.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.varlenring.RingCorruptException;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * What was consumed is zeroed before a producer gets it, and not after: bytes of the last lap that look like headers are
 * never taken for one, and a header that was published stays [M2] [M3].
 *
 * <p>1 producer, 1 consumer, capacity 64. In {@code Reused} the ring is full, with a record S of 24 bytes and a record F.
 * The words of S look like padding, the header of a record Z of 8 bytes, and the payload of Z. The consumer takes S; the
 * producer offers A of 8 bytes, which ends where Z would begin, until there is room or it gives up. The arbiter drains. In
 * {@code Laps} the producer offers five records of such words, A to E, over two laps, in sizes that make headers stand where
 * there were none, while the consumer drains; the arbiter drains the rest.
 *
 * <p>Expected: the records that were stored, each once and in order. The controls do to S's bytes, after they were given
 * back, what must be done before: one leaves them as they were, one zeroes them. Both are seen on x86. Zeroes that are
 * stored too late only because a mode is too weak are not: x86 keeps stores in order.
 *
 * <pre>
 * stress-tests/run quick StaleBytes, JDK 17, AMD EPYC (family 25, model 17), 2 processors
 *
 *   Reused      1, stored, FA      1,013,205  acceptable
 *               1, full, F            68,177  acceptable
 *               .*Z                        0  forbidden
 *               1, stored, F               0  forbidden
 *   Laps        5, ABCDE             936,986  acceptable
 *               4, ABCD                2,957  acceptable
 *               2, AB                 14,379  acceptable
 *               .*[?].*                    0  forbidden
 *   BrokenLeft  1, stored, corrupt   632,245  interesting
 *               1, full, F            16,667  acceptable
 *   BrokenLate  1, stored, FA        760,246  acceptable
 *               1, full, F            57,746  acceptable
 *               1, stored, F             222  interesting
 * </pre>
 */
@Outcome(id = "1, stored, FA", expect = ACCEPTABLE, desc = "A took the place of S.")
@Outcome(id = "1, full, F", expect = ACCEPTABLE, desc = "The producer gave up before the consumer was done.")
@Outcome(id = ".*Z", expect = FORBIDDEN, desc = "Bytes of the last lap became a record.")
@Outcome(id = "1, stored, F", expect = FORBIDDEN, desc = "A was zeroed.")
@Outcome(expect = FORBIDDEN, desc = "A record is lost, torn or doubled.")
public final class StaleBytes {
    private static final long RECORD_OF_8 = 16;
    private static final long PADDING_OF_8 = -8;
    private static final long Z = 0x5a5a_5a5a_5a5a_5a5aL;
    private static final byte[] STALE = words(PADDING_OF_8, RECORD_OF_8, Z);

    private StaleBytes() {}

    private static byte[] words(final long... words) {
        final ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (final long word : words) {
            bytes.putLong(word);
        }
        return bytes.array();
    }

    /** A ring that is full with S and F. */
    private static VarLenMpscRing fullRing() {
        final VarLenMpscRing ring = Fixture.ringAt(64);
        Fixture.offer(ring.newProducer(), STALE);
        Fixture.offer(ring.newProducer(), Fixture.record('F', 24));
        return ring;
    }

    /** The shipped ring, with a producer that waits for the bytes of S. */
    @JCStressTest
    @JCStressMeta(StaleBytes.class)
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

    /** The shipped ring, with both sides at work for two laps. */
    @JCStressTest
    @Outcome(id = "5, ABCDE", expect = ACCEPTABLE, desc = "All of them.")
    @Outcome(
            id = {"4, ABCD", "3, ABC", "2, AB"},
            expect = ACCEPTABLE,
            desc = "The producer gave up when the ring was full.")
    @Outcome(id = ".*[?].*", expect = FORBIDDEN, desc = "A record that nobody wrote.")
    @Outcome(expect = FORBIDDEN, desc = "A record is lost or doubled.")
    @State
    public static class Laps {
        private static final int DRAINS = 300;
        private static final List<ByteBuffer> RECORDS = List.of(
                ByteBuffer.wrap(words(RECORD_OF_8, Z, PADDING_OF_8)), // 64 to 96
                ByteBuffer.wrap(words(RECORD_OF_8)), // 96 to 112, and a gap to 128
                ByteBuffer.wrap(words(PADDING_OF_8, RECORD_OF_8)), // 128 to 152
                ByteBuffer.wrap(words()), // 152 to 160
                ByteBuffer.wrap(words(PADDING_OF_8, RECORD_OF_8, Z))); // 160 to 192

        private final VarLenMpscRing ring = Fixture.ringAt(64);
        private final RingProducer producer = ring.newProducer();
        private final StringBuilder letters = new StringBuilder();
        private final Fixture.Start start = new Fixture.Start();

        private void drain() {
            ring.consumer().drain(record -> {
                final int index = RECORDS.indexOf(record);
                letters.append(index < 0 ? '?' : (char) ('A' + index));
            });
        }

        @Actor
        public void consumer() {
            start.first();
            for (int i = 0; i < DRAINS && letters.length() < RECORDS.size(); i++) {
                drain();
            }
        }

        @Actor
        public void producer(final LL_Result r) {
            start.second();
            int stored = 0;
            while (stored < RECORDS.size()
                    && Fixture.offerPatiently(producer, RECORDS.get(stored).array())
                            .equals(Fixture.STORED)) {
                stored++;
            }
            r.r1 = stored;
        }

        @Arbiter
        public void rest(final LL_Result r) {
            drain();
            r.r2 = letters.toString();
        }
    }

    /** Takes S, and keeps all of the ring's memory, which no consumer may. */
    private static ByteBuffer takeMemory(final VarLenMpscRing ring) {
        final ByteBuffer[] kept = new ByteBuffer[1];
        ring.consumer().drain(stale -> kept[0] = stale.duplicate().clear(), 1);
        return kept[0];
    }

    /** Control: the bytes of S but for its header are left as they were. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"1, stored, FA", "1, full, F"},
            expect = ACCEPTABLE,
            desc = "The producer was faster and wrote over them, or it gave up.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "Bytes of the last lap became a record, or A is torn.")
    @State
    public static class BrokenLeft {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);

        @Actor
        public void consumer(final LLL_Result r) {
            takeMemory(ring).put(Long.BYTES, STALE);
            r.r1 = 1;
        }

        @Actor
        public void producer(final LLL_Result r) {
            r.r2 = Fixture.offerPatiently(producer, record);
        }

        @Arbiter
        public void rest(final LLL_Result r) {
            try {
                r.r3 = Fixture.drain(ring.consumer());
            } catch (final RingCorruptException corrupt) {
                r.r3 = "corrupt"; // Z ends beyond the producer position
            }
        }
    }

    /** Control: the bytes of S are zeroed after they were given back. Seen on x86. */
    @JCStressTest
    @Outcome(
            id = {"1, stored, FA", "1, full, F"},
            expect = ACCEPTABLE,
            desc = "The producer came later, or gave up.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "What A wrote was zeroed.")
    @State
    public static class BrokenLate {
        private final VarLenMpscRing ring = fullRing();
        private final RingProducer producer = ring.newProducer();
        private final byte[] record = Fixture.record('A', 8);
        private final byte[] zeroes = new byte[32];

        @Actor
        public void consumer(final LLL_Result r) {
            takeMemory(ring).put(0, zeroes);
            r.r1 = 1;
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
