// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A queue of byte records from many threads to one: this library's ring in each of its ways, another build of it, its
 * peers, and the floors. Each fork loads one of them only, so that all calls of these abstract methods are monomorphic.
 *
 * <p>All hold the same bytes in flight: {@code capacity} bytes of ring; or so many slots of the largest record's size, where
 * slots are made beforehand; or so many records of average size, where each record is an object of its own. All copy
 * each record once from the producer's own source into the queue, and the consumer reads it there.
 */
abstract class Rival extends ReadSum {
    @SuppressWarnings("unused") // room behind the sum
    private long behind0, behind1, behind2, behind3, behind4, behind5, behind6, behind7;
    @SuppressWarnings("unused")
    private long behind8, behind9, behind10, behind11, behind12, behind13, behind14, behind15;

    /** Slots made beforehand have this size, or the next power of two that a record with its length needs. */
    private static final int LEAST_SLOT = 2048;

    private static final int CACHE_LINE_PAIR = 128;

    /**
     * What is asked of a rival.
     *
     * @param capacity bytes in flight
     * @param sizes the lengths of the records
     * @param producers how many {@link Producer}s will be made
     * @param readAll whether the consumer reads all whole words of a record, or only the first
     */
    record Config(int capacity, int[] sizes, int producers, boolean readAll) {
        int largest() {
            return Arrays.stream(sizes).max().getAsInt();
        }

        int slotBytes() {
            return Math.max(LEAST_SLOT, largest() == 0 ? 0 : Integer.highestOneBit(2 * largest() - 1));
        }

        int slots() {
            return capacity / slotBytes();
        }

        /** How many records of average size fit the capacity as the ring would store them. */
        int records() {
            return (int) (capacity
                    / Arrays.stream(sizes).map(Rival::stride).average().getAsDouble());
        }

        byte[] newSource() {
            final byte[] source = new byte[largest()];
            new SplittableRandom(largest()).nextBytes(source);
            return source;
        }

        ByteBuffer newDirectSource() {
            final byte[] source = newSource();
            return ByteBuffer.allocateDirect(source.length).put(source).flip();
        }
    }

    /** One producing thread's access to a rival; it offers the beginning of its own source again and again. */
    abstract static class Producer {
        /** Offers one record, once; returns whether it was taken. */
        abstract boolean offer(int length);

        /** Offers records of these lengths, up to the first refusal; returns how many were taken. */
        int offer(final int[] sizes, final int from, final int count) {
            int taken = 0;
            while (taken < count && offer(sizes[from + taken])) {
                taken++;
            }
            return taken;
        }
    }

    /** How many records a producer should offer at once where it is free to choose. */
    int batch() {
        return 1;
    }

    /** Makes the access of one producing thread; threads may call this at the same time. */
    abstract Producer newProducer();

    /** Reads what is there; returns how many records that were. */
    abstract int drain();

    /** Starts a rival by the name that the benchmarks give it. */
    static Rival start(final String name, final Config config) {
        switch (name) {
            case "ring-offer":
            case "other-offer":
                return new RingRival.Offer(config, null);
            case "ring-file":
            case "other-file":
                return RingRival.Offer.inFile(config);
            case "ring-claim":
            case "other-claim":
                return new RingRival.Claim(config);
            case "ring-offer-all":
            case "other-offer-all":
                return new RingRival.OfferAll(config);
            case "ring-claim-short":
            case "other-claim-short":
                return new RingRival.ClaimShort(config, 1 << 11);
            case "ring-claim-word":
                return new RingRival.ClaimShort(config, config.largest() + Long.BYTES);
            case "ring-claim-64k":
                return new RingRival.ClaimShort(config, 1 << 16);
            case "ring-batch":
            case "other-batch":
                return new RingRival.Batch(config);
            case "ring-hook":
            case "other-hook":
                return new RingRival.Offer(config, () -> {});
            case "agrona":
                return new AgronaRival(config);
            case "jctools-pooled":
                return new PooledRival.WithUnsafe(config);
            case "jctools-pooled-varhandle":
                return new PooledRival.WithVarHandles(config);
            case "jctools-fresh":
                return new FreshRival.JcTools(config);
            case "disruptor":
                return new DisruptorRival(config);
            case "abq":
                return new FreshRival.ArrayBlocking(config);
            case "clq":
                return new FreshRival.ConcurrentLinked(config);
            case "floor-copy":
                return new CopyFloor(config, CopyFloor.Extra.NOTHING);
            case "floor-exchange":
                return new CopyFloor(config, CopyFloor.Extra.EXCHANGE);
            case "floor-clear":
                return new CopyFloor(config, CopyFloor.Extra.EXCHANGE_AND_CLEAR);
            case "floor-handover":
                return new HandoverFloor(config);
            default:
                throw new IllegalArgumentException("no such rival: " + name);
        }
    }

    /** The bytes that a record takes in the ring: 8 of header, the payload, and what aligns the next. */
    static int stride(final int length) {
        return (Long.BYTES + length + Long.BYTES - 1) & -Long.BYTES;
    }

    /** Allocates direct memory that begins on a pair of cache lines and shares none with anything else. */
    static ByteBuffer allocateAligned(final int length) {
        final ByteBuffer memory = ByteBuffer.allocateDirect(length + 2 * CACHE_LINE_PAIR);
        return memory.slice(CACHE_LINE_PAIR - memory.alignmentOffset(0, CACHE_LINE_PAIR), length);
    }

    /** Reads the words of a record in the machine's byte order; at least the first one that is whole. */
    static long read(final ByteBuffer record, final boolean all) {
        record.order(ByteOrder.nativeOrder());
        final int begin = record.position();
        final int end = record.limit() - Long.BYTES;
        if (!all) {
            return begin <= end ? record.getLong(begin) : 0;
        }
        long sum = 0;
        for (int i = begin; i <= end; i += Long.BYTES) {
            sum += record.getLong(i);
        }
        return sum;
    }
}
