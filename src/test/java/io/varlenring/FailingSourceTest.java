// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.Rings.assertIntact;
import static io.varlenring.Rings.moveTo;
import static io.varlenring.Rings.offer;
import static io.varlenring.Rings.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Sources that fail at a known moment while they are copied: buffers over a closed memory segment, which JDKs from 22
 * on have. (On any JDK, BadInputTest changes sources from another thread, at unknown moments.)
 */
@EnabledForJreRange(min = JRE.JAVA_22)
final class FailingSourceTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(256);
    private final VarLenMpscRing ring = VarLenMpscRing.builder().memory(memory).build();
    private final RingProducer producer = ring.newProducer();
    private ByteBuffer failing;

    @BeforeEach
    void closeASegment() throws ReflectiveOperationException {
        final Class<?> arenaType = Class.forName("java.lang.foreign.Arena");
        final Object arena = arenaType.getMethod("ofConfined").invoke(null);
        final Method allocate = arenaType.getMethod("allocate", long.class, long.class);
        final Object segment = allocate.invoke(arena, 20L, 8L);
        failing = (ByteBuffer) Class.forName("java.lang.foreign.MemorySegment")
                .getMethod("asByteBuffer")
                .invoke(segment);
        arenaType.getMethod("close").invoke(arena);
    }

    private long word(final int offset) {
        return memory.duplicate().order(ByteOrder.nativeOrder()).getLong(offset & 255);
    }

    @Test
    void offer_failingSource_isAbortedWhole() {
        final ByteBuffer good = ByteBuffer.wrap(payload(1, 9));
        for (int offset = 0; offset < 256; offset += 8) {
            moveTo(ring, offset);
            final RingStats before = ring.stats();
            assertThrows(IllegalStateException.class, () -> producer.offer(failing));
            assertThrows(IllegalStateException.class, () -> producer.offer(good, failing));
            assertThrows(IllegalStateException.class, () -> producer.offer(failing, good));
            assertEquals(before.aborted() + 3, ring.stats().aborted());
            assertEquals(before.offered(), ring.stats().offered());
            assertEquals(before.bytes(), ring.stats().bytes());
            assertEquals(20, failing.remaining());
            assertEquals(9, good.remaining());
            assertTrue(offer(producer, payload(2, 3)));
            assertEquals(1, ring.consumer().drain(record -> assertEquals(3, record.remaining())));
            assertTrue(ring.isEmpty());
        }
        assertIntact(ring);
    }

    @Test
    void offerAll_failingSource_isAbortedWhole() {
        for (int failingAt = 0; failingAt < 3; failingAt++) {
            for (int offset = 0; offset < 256; offset += 8) {
                moveTo(ring, offset);
                final ByteBuffer[] batch = new ByteBuffer[3];
                for (int i = 0; i < 3; i++) {
                    batch[i] = i == failingAt ? failing : ByteBuffer.wrap(payload(i, 20));
                }
                final RingStats before = ring.stats();
                assertThrows(IllegalStateException.class, () -> producer.offerAll(batch, 0, 3));
                assertEquals(before.aborted() + 1, ring.stats().aborted());
                assertEquals(before.offered(), ring.stats().offered());
                assertEquals(before.bytes(), ring.stats().bytes());
                for (final ByteBuffer src : batch) {
                    assertEquals(20, src.remaining());
                }
                assertEquals(-ring.size(), word(offset), "the whole reservation is one padding");
                assertTrue(offer(producer, payload(2, 3)));
                assertEquals(1, ring.consumer().drain(record -> assertEquals(3, record.remaining())));
                assertTrue(ring.isEmpty());
            }
        }
        assertIntact(ring);
    }
}
