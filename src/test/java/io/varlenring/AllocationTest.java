// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Neither side allocates once the handles have been used, according to the thread's allocation counter. */
@ParameterizedClass
@EnumSource
final class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 20_000;

    private interface Operation {
        void run() throws Exception;
    }

    private long handled;
    private final VarLenMpscRing ring;
    private final RingProducer producer;
    private final RingConsumer consumer;
    private final RecordHandler handler = record -> handled += record.remaining();
    private final ControlledRecordHandler controlled = record -> {
        handled += record.remaining();
        return ControlledRecordHandler.Action.COMMIT;
    };
    private final byte[] bytes = new byte[100];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(100);
    private final ByteBuffer heap = ByteBuffer.allocate(100);
    private final ByteBuffer readOnly = ByteBuffer.allocate(100).asReadOnlyBuffer();
    private final ByteBuffer[] batch = {direct, heap, readOnly};

    /** What a ring is. */
    enum Kind {
        PLAIN,
        HOOKED,
        IN_A_FILE
    }

    AllocationTest(final Kind kind) {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(1024);
        ring = switch (kind) {
            case PLAIN -> builder.build();
            case HOOKED -> builder.hook(() -> handled++).build();
            case IN_A_FILE -> FileRings.newRing(1024, 0, null);
        };
        producer = ring.newProducer();
        consumer = ring.consumer();
    }

    private static long allocatedBy(final Operation operation) throws Exception {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            operation.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void assertAllocatesNothing(final Operation operation) throws Exception {
        // The counter, and code that is still interpreted or being compiled, may allocate a little once; so a run must
        // show nothing, not the first one. A byte for each operation would show in all of them.
        long allocated = Long.MAX_VALUE;
        for (int run = 0; run < 20 && allocated > 0; run++) {
            allocated = allocatedBy(operation);
        }
        assertEquals(0, allocated);
    }

    @Test
    void theMeasurement_seesAllocation() throws Exception {
        final Object[] sink = new Object[1];
        assertTrue(allocatedBy(() -> sink[0] = new byte[1]) >= ROUNDS * 16L);
    }

    @Test
    void offerAndDrain() throws Exception {
        assertAllocatesNothing(() -> {
            direct.clear();
            heap.clear();
            readOnly.clear();
            producer.offer(bytes, 3, 90);
            producer.offer(direct);
            producer.offer(heap);
            producer.offer(readOnly);
            direct.clear();
            heap.clear();
            producer.offer(direct, heap);
            consumer.drain(handler);
        });
    }

    @Test
    void refusedOffers() throws Exception {
        while (producer.offer(bytes, 0, 100)) {
            handled++;
        }
        assertAllocatesNothing(() -> {
            producer.offer(bytes, 0, 100);
            producer.offerAll(batch, 0, 3);
            handled += producer.tryClaim(100) == null ? 0 : 1;
            handled += producer.tryClaimBatch(100, 300) == null ? 0 : 1;
        });
    }

    @Test
    void drainsAndSleepsBehindAClaim() throws Exception {
        try (RingClaim claim = producer.tryClaim(100)) {
            assertAllocatesNothing(() -> {
                handled += consumer.drain(handler);
                handled += consumer.arm() ? 1 : 0;
            });
            claim.commit();
        }
    }

    @Test
    void claims() throws Exception {
        assertAllocatesNothing(() -> {
            try (RingClaim claim = producer.tryClaim(100)) {
                claim.buffer().putLong(42);
                claim.commit(8);
            }
            producer.tryClaim(50).abort();
            producer.tryClaim(50).close();
            consumer.drain(handler, 5);
        });
    }

    @Test
    void claimedBatches() throws Exception {
        assertAllocatesNothing(() -> {
            try (RingBatch claimed = producer.tryClaimBatch(100, 300)) {
                claimed.next(100).putLong(42);
                claimed.addWritten();
                handled += claimed.next(50).remaining() + claimed.remaining() + claimed.count();
                claimed.add(20);
                handled += claimed.next(400) == null ? 1 : 0;
                claimed.commit();
            }
            producer.tryClaimBatch(8, 300).commit();
            producer.tryClaimBatch(8, 300).abort();
            producer.tryClaimBatch(8, 300).close();
            consumer.drain(handler);
        });
    }

    @Test
    void batches() throws Exception {
        assertAllocatesNothing(() -> {
            direct.clear();
            heap.clear();
            readOnly.clear();
            producer.offerAll(batch, 0, 3);
            consumer.drainControlled(controlled, 10);
        });
    }

    @Test
    void armAndWakeup() throws Exception {
        assertAllocatesNothing(() -> {
            handled += consumer.arm() ? 1 : 0;
            producer.offer(bytes, 0, 10);
            consumer.drain(handler);
        });
    }

    @Test
    void timedDrain() throws Exception {
        assertAllocatesNothing(() -> {
            producer.offer(bytes, 0, 10);
            consumer.drain(handler, 10, 1, TimeUnit.SECONDS);
            consumer.drain(handler, 10, 1, TimeUnit.NANOSECONDS);
        });
    }

    @Test
    void snapshots() throws Exception {
        assertAllocatesNothing(() -> {
            handled += ring.size() + ring.producerPosition() + ring.consumerPosition();
            handled += ring.isEmpty() || ring.isClosed() ? 1 : 0;
        });
    }
}
