// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatagramsTest {
    private static final byte UNTOUCHED = 0x55;

    private final Datagrams datagrams = new Datagrams();

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 23, 24, 25, 100, 1200, 65507})
    void encode_anyLength_roundTripsAndTouchesNothingElse(final int length) {
        final int offset = 5;
        final ByteBuffer buffer = ByteBuffer.allocateDirect(offset + length + 9);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, UNTOUCHED);
        }

        datagrams.encode(buffer, offset, length, 3, 1L << 40);

        assertEquals(offset, buffer.position());
        assertEquals(length, buffer.remaining());
        assertEquals(3, Datagrams.sender(buffer, offset));
        assertEquals(1L << 40, Datagrams.sequence(buffer, offset));
        assertTrue(datagrams.isIntact(buffer, offset, length));
        buffer.clear();
        for (int i = 0; i < buffer.capacity(); i++) {
            if (i < offset || i >= offset + length) {
                assertEquals(UNTOUCHED, buffer.get(i), "byte " + i);
            }
        }
    }

    @Test
    void encode_otherSenderOrSequence_givesOtherBody() {
        final Set<String> bodies = new HashSet<>();
        for (int sender = 0; sender < 10; sender++) {
            for (int sequence = 0; sequence < 100; sequence++) {
                final byte[] datagram = encode(40, sender, sequence);
                bodies.add(Arrays.toString(
                        Arrays.copyOfRange(datagram, Datagrams.HEADER_LENGTH, Datagrams.HEADER_LENGTH + 8)));
            }
        }

        assertEquals(1000, bodies.size());
    }

    @Test
    void isIntact_anyBitFlipped_isFalse() {
        final byte[] datagram = encode(41, 1, 7);
        for (int bit = 0; bit < datagram.length * Byte.SIZE; bit++) {
            final byte[] damaged = datagram.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);

            assertFalse(isIntact(damaged), "bit " + bit);
        }
    }

    @Test
    void isIntact_mixtureOfTwoDatagrams_isFalse() {
        final byte[] first = encode(64, 1, 7);
        final byte[] second = encode(64, 1, 8);
        for (int split = 12; split < 64; split++) { // the sequence, in the first 12 bytes, is all that tells them apart
            final byte[] mixture = first.clone();
            System.arraycopy(second, split, mixture, split, second.length - split);

            assertFalse(isIntact(mixture), "split at " + split);
        }
    }

    @Test
    void isIntact_zeroes_isFalse() {
        assertFalse(isIntact(new byte[Datagrams.HEADER_LENGTH]));
        assertFalse(isIntact(new byte[100]));
    }

    private byte[] encode(final int length, final int sender, final long sequence) {
        final byte[] bytes = new byte[length];
        datagrams.encode(ByteBuffer.wrap(bytes), 0, length, sender, sequence);
        return bytes;
    }

    private boolean isIntact(final byte[] datagram) {
        return datagrams.isIntact(ByteBuffer.wrap(datagram), 0, datagram.length);
    }
}
