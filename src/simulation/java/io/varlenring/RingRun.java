// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A ring in a run, and what was sent and received through it, recorded outside simulated memory.
 *
 * <p>The first byte of a payload is the number of its record. It looks like the size in a header, and all words of the
 * payloads, if so chosen, look like headers of positions a lap or so later.
 */
public final class RingRun {
    static final int CAPACITY = 64;
    static final int LONGEST = 24;
    /** Numbers start at the size of an empty record. */
    private static final int FIRST_NUMBER = 8;

    private static final int NUMBERS_PER_PRODUCER = 8;

    final Simulation simulation;
    final VarLenMpscRing ring;
    private final boolean lookalikes;
    private final List<byte[]> sent = new ArrayList<>();
    private final int[] sentBy;
    private final int[] lastReceivedFrom;
    private final int[] lastBefore;
    private final int[] againFrom;
    private int sentRecords;
    /** How many of them may never come, because an accident ended their calls. */
    private int mostLost;

    private int sentEmpty;
    private int received;
    private int receivedEmpty;

    /** A run over a ring made elsewhere, with {@link #builder()}. */
    public RingRun(
            final Simulation simulation, final VarLenMpscRing ring, final int producers, final boolean lookalikes) {
        this.simulation = simulation;
        this.ring = ring;
        this.lookalikes = lookalikes;
        this.sentBy = new int[producers];
        this.lastReceivedFrom = new int[producers];
        this.lastBefore = new int[producers];
        this.againFrom = new int[producers];
        for (int i = 0; i < FIRST_NUMBER + producers * NUMBERS_PER_PRODUCER; i++) {
            sent.add(null);
        }
    }

    RingRun(final Simulation simulation, final WakeupHook hook, final int producers, final boolean lookalikes) {
        this(simulation, (hook == null ? builder() : builder().hook(hook)).build(), producers, lookalikes);
    }

    /** Returns how to make the smallest ring. */
    public static VarLenMpscRing.Builder builder() {
        return VarLenMpscRing.builder().capacity(CAPACITY);
    }

    // Sending

    /** Makes the next payload of a producer, which MUST then be sent or {@linkplain #notSent taken back}. */
    public byte[] next(final int producer, final int length) {
        final int number = FIRST_NUMBER + producer * NUMBERS_PER_PRODUCER + sentBy[producer];
        final byte[] payload = new byte[length];
        for (int from = 0; from < length; from += Long.BYTES) {
            final long word = (lookalikes ? 0 : (long) simulation.choose(Integer.MAX_VALUE) << Integer.SIZE) | number;
            for (int i = from; i < Math.min(from + Long.BYTES, length); i++) {
                payload[i] = (byte) (word >>> ((i - from) * Byte.SIZE));
            }
        }
        sent.set(number, payload);
        sentBy[producer]++;
        sentRecords++;
        sentEmpty += length == 0 ? 1 : 0;
        return payload;
    }

    /** Records that the last payload of a producer will not come. */
    void notSent(final int producer, final byte[] payload) {
        sentBy[producer]--;
        sentRecords--;
        sentEmpty -= payload.length == 0 ? 1 : 0;
    }

    /** Records that a call ended in an accident: what it was sending may or may not come. */
    void perhapsNotSent() {
        mostLost++;
    }

    int lastSentBy(final int producer) {
        return sentBy[producer];
    }

    /** Offers a payload until there is room; each refusal must be justified. */
    public void offer(final RingProducer producer, final byte[] payload) {
        while (!offerOnce(producer, payload)) {
            simulation.letOthersRun();
        }
    }

    private boolean offerOnce(final RingProducer producer, final byte[] payload) {
        final long known = ring.memory.knownConsumerPosition();
        final int soFar = ring.memory.producerPositionsSoFar();
        final int part = payload.length / 2;
        final boolean stored = switch (simulation.choose(3)) {
            case 0 -> producer.offer(payload, 0, payload.length);
            case 1 -> producer.offer(ByteBuffer.wrap(payload));
            default ->
                producer.offer(
                        ByteBuffer.wrap(payload, 0, part), ByteBuffer.wrap(payload, part, payload.length - part));
        };
        if (!stored) {
            checkFull(known, soFar, payload.length);
        }
        return stored;
    }

    /**
     * A refusal is justified if the record does not fit even between the consumer position that the producer must know
     * and the highest end during the call.
     */
    private void checkFull(final long knownConsumerPosition, final int soFar, final int length) {
        final int stride = RingLayout.stride(length);
        final long position = ring.memory.highestProducerPositionSince(soFar);
        final long untilWrap = ring.capacity() - position % ring.capacity();
        final long end = position + (stride <= untilWrap ? 0 : untilWrap) + stride;
        if (end <= knownConsumerPosition + ring.capacity()) {
            simulation.fail("full, although " + length + " bytes fit: producer position " + position
                    + ", consumer position at least " + knownConsumerPosition);
        }
    }

    RingClaim claim(final RingProducer producer, final int length) {
        for (; ; ) {
            final long known = ring.memory.knownConsumerPosition();
            final int soFar = ring.memory.producerPositionsSoFar();
            final RingClaim claim = producer.tryClaim(length);
            if (claim != null) {
                return claim;
            }
            checkFull(known, soFar, length);
            simulation.letOthersRun();
        }
    }

    /** Claims, fills and commits, all of it or less. */
    void sendByClaim(final RingProducer producer, final int number, final int length) {
        try (RingClaim claim = claim(producer, length + simulation.choose(LONGEST - length + 1))) {
            final byte[] payload = next(number, length);
            scribble(claim.buffer());
            ring.memory.fill(claim.buffer(), payload);
            claim.commit(length);
        }
    }

    void abortedClaim(final RingProducer producer, final int length) {
        try (RingClaim claim = claim(producer, length)) {
            scribble(claim.buffer());
        }
    }

    /** An aborted claim that becomes padding, since another one follows it. */
    void padding(final RingProducer producer, final RingProducer another) {
        final RingClaim claim = claim(producer, 0);
        final RingClaim behind = claim(another, 0);
        claim.abort();
        behind.abort();
    }

    /** Claims space for two records of these lengths, and perhaps more, and fills it; aborts sometimes. */
    boolean sendByBatch(final RingProducer producer, final int number, final int first, final int second) {
        final int strides = RingLayout.stride(first) + RingLayout.stride(second);
        final int bytes = strides + 8 * simulation.choose((CAPACITY / 2 - strides) / 8 + 1);
        try (RingBatch batch = batch(producer, bytes)) {
            scribble(batch.next(batch.remaining()));
            if (simulation.choose(4) == 0) {
                batch.add(0); // never seen
                return false;
            }
            add(batch, next(number, first));
            add(batch, next(number, second));
            batch.commit();
            return true;
        }
    }

    private RingBatch batch(final RingProducer producer, final int bytes) {
        final int length = bytes - RingLayout.HEADER_LENGTH; // so it gets all of it
        for (; ; ) {
            final long known = ring.memory.knownConsumerPosition();
            final int soFar = ring.memory.producerPositionsSoFar();
            final RingBatch batch = producer.tryClaimBatch(length, bytes);
            if (batch != null) {
                return batch;
            }
            checkFull(known, soFar, length);
            simulation.letOthersRun();
        }
    }

    void add(final RingBatch batch, final byte[] payload) {
        ring.memory.fill(batch.next(payload.length), payload);
        batch.add(payload.length);
    }

    /** Fills a space with words that would be record headers, if payloads are to look like headers. */
    private void scribble(final ByteBuffer space) {
        final byte[] words = new byte[space.remaining()];
        for (int i = 0; i < words.length && lookalikes; i += Long.BYTES) {
            words[i] = (byte) (RingLayout.HEADER_LENGTH + simulation.choose(LONGEST));
        }
        ring.memory.fill(space, words);
    }

    // Receiving

    /** The handler of all rings. */
    public void onRecord(final ByteBuffer view) {
        if (view.remaining() == 0) {
            received++;
            if (++receivedEmpty > sentEmpty) {
                simulation.fail("an empty record that nobody sent");
            }
            return;
        }
        final int number = ring.memory.firstByte(view);
        if (number < FIRST_NUMBER || number >= sent.size() || sent.get(number) == null) {
            simulation.fail("a record that nobody sent: " + number);
        }
        final int producer = (number - FIRST_NUMBER) / NUMBERS_PER_PRODUCER;
        if (number > lastReceivedFrom[producer]) {
            received++;
        } else if (number <= lastBefore[producer] && number > againFrom[producer]) {
            againFrom[producer] = number; // another consumer had it, and died before giving it back
        } else {
            simulation.fail("record " + number + " comes after record " + lastReceivedFrom[producer]);
        }
        lastReceivedFrom[producer] = Math.max(number, lastReceivedFrom[producer]);
        ring.memory.expect(view, sent.get(number));
    }

    /** Records the end of a consumer, whose records the next one may get again, in order and without a gap. */
    void mayComeAgain() {
        System.arraycopy(lastReceivedFrom, 0, lastBefore, 0, lastBefore.length);
        java.util.Arrays.fill(againFrom, 0);
    }

    int received() {
        return received;
    }

    int lastReceivedFrom(final int producer) {
        return lastReceivedFrom[producer] == 0
                ? 0
                : (lastReceivedFrom[producer] - FIRST_NUMBER) % NUMBERS_PER_PRODUCER + 1;
    }

    /** Checks that all that was sent has been received, except for what an accident ended. */
    public void checkAllReceived() {
        final boolean isComplete = received <= sentRecords && received >= sentRecords - mostLost;
        if (!isComplete || receivedEmpty != sentEmpty) {
            simulation.fail(received + " records received, " + sentRecords + " sent; of these empty " + receivedEmpty
                    + " and " + sentEmpty);
        }
    }
}
