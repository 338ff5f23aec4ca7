// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuicHeaderTest {
    private static final String ID_20 = "0000000000000000000000000000000000000000";
    private static final String ID_21 = ID_20 + "00";
    /** Where in the buffer the datagrams begin, so that an offset left out shows. */
    private static final int START = 5;

    private final QuicHeader header = new QuicHeader(HandlerIds.LENGTH);

    @Test
    void read_longHeader_findsDestinationId() {
        assertNull(read("c0 00000001 08 1122334455667788 02 aabb 99"));

        assertEquals(START + 6, header.idOffset());
        assertEquals(8, header.idLength());
    }

    @Test
    void read_shortHeader_findsDestinationId() {
        assertNull(read("40" + "11".repeat(HandlerIds.LENGTH)));

        assertEquals(START + 1, header.idOffset());
        assertEquals(HandlerIds.LENGTH, header.idLength());
    }

    @Test
    void read_emptyIds_areIds() {
        assertNull(read("c0 00000001 00 00"));

        assertEquals(0, header.idLength());
    }

    @Test
    void read_longestIds_areIds() {
        assertNull(read("c0 00000001 14" + ID_20 + "14" + ID_20));

        assertEquals(QuicHeader.MAX_ID_LENGTH, header.idLength());
    }

    @Test
    void read_otherVersionWithoutFixedBit_isPassedOn() {
        assertNull(read("80 6b3343cf 01 11 00"), "the bit is version 1's, and the server answers with its versions");
    }

    @ParameterizedTest
    @CsvSource({
        "'', EMPTY",
        "c0, TRUNCATED",
        "40, TRUNCATED",
        "c0 00000001, TRUNCATED",
        "c0 00000001 08 11223344556677, TRUNCATED",
        "c0 00000001 08 1122334455667788, TRUNCATED",
        "c0 00000001 08 1122334455667788 02 aa, TRUNCATED",
        "40 112233445566778899aabbccddeeff, TRUNCATED",
        "c0 00000001 15" + ID_21 + "00, ID_TOO_LONG",
        "c0 00000001 ff, TRUNCATED",
        "c0 6b3343cf 15" + ID_21 + "00, ID_TOO_LONG",
        "c0 0a0a0a0a 15" + ID_21 + "00, OTHER_VERSION",
        "c0 0a0a0a0a 00 15" + ID_21 + ", OTHER_VERSION",
        "c0 0a0a0a0a 15" + ID_21 + "15 00, TRUNCATED",
        "c0 00000001 00 15" + ID_21 + ", ID_TOO_LONG",
        "c0 00000000 00 00, NOT_FOR_SERVERS",
        "80 00000001 00 00, NO_FIXED_BIT",
        "00 112233445566778899aabbccddeeff1122, NO_FIXED_BIT",
        "3f, NO_FIXED_BIT"
    })
    void read_malformed_saysWhy(final String datagram, final Drop reason) {
        assertEquals(reason, read(datagram));
    }

    @Test
    void read_everyPrefixOfALongHeader_isTruncated() {
        final byte[] whole = bytes("c0 00000001 14" + ID_20 + "14" + ID_20);
        for (int length = 1; length < whole.length; length++) {
            assertEquals(Drop.TRUNCATED, read(Arrays.copyOf(whole, length)), "of length " + length);
        }
    }

    @Test
    void read_randomBytes_neverThrowsNorPointsOutside() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final Set<Drop> reasons = EnumSet.noneOf(Drop.class);
        for (int i = 0; i < 200_000; i++) {
            final byte[] datagram = new byte[random.nextInt(64)];
            random.nextBytes(datagram);
            if (datagram.length > 5 && random.nextBoolean()) { // get past the first checks
                datagram[1] = datagram[2] = datagram[3] = 0;
                datagram[1] = (byte) (random.nextInt(4) == 0 ? 1 : 0);
                datagram[4] = (byte) random.nextInt(2);
                datagram[5] = (byte) random.nextInt(24);
            }
            final Drop reason = read(datagram);
            if (reason == null) {
                assertTrue(
                        header.idOffset() >= START
                                && header.idOffset() + header.idLength() <= START + datagram.length
                                && header.idLength() <= QuicHeader.MAX_ID_LENGTH,
                        () -> "seed " + seed + ": " + HexFormat.of().formatHex(datagram));
            } else {
                reasons.add(reason);
            }
        }
        assertEquals(EnumSet.complementOf(EnumSet.of(Drop.TOO_LARGE, Drop.RING_FULL)), reasons, "seed " + seed);
    }

    private Drop read(final String hex) {
        return read(bytes(hex));
    }

    /** Reads from a buffer that ends where the datagram does, so that a read beyond it throws. */
    private Drop read(final byte[] datagram) {
        final ByteBuffer buffer = ByteBuffer.allocate(START + datagram.length);
        buffer.put(START, datagram);
        return header.read(buffer, START, datagram.length);
    }

    private static byte[] bytes(final String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
