// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.RecordHandler;
import io.varlenring.RingBatch;
import io.varlenring.RingClaim;
import io.varlenring.RingConsumer;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import io.varlenring.WakeupHook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** This library's ring; which build of it, the class path of the fork says. The source is direct memory. */
abstract class RingRival extends Rival {
    final Config config;
    final VarLenMpscRing ring;
    private final RingConsumer consumer;
    private final RecordHandler handler;

    RingRival(final Config config, final WakeupHook hookOrNull) {
        this(onHeap(config.capacity(), hookOrNull), config);
    }

    private RingRival(final VarLenMpscRing ring, final Config config) {
        this.config = config;
        this.ring = ring;
        consumer = ring.consumer();
        final boolean all = config.readAll();
        handler = record -> checksum += read(record, all);
    }

    private static VarLenMpscRing onHeap(final int capacity, final WakeupHook hookOrNull) {
        final VarLenMpscRing.Builder builder = VarLenMpscRing.builder().capacity(capacity);
        return (hookOrNull == null ? builder : builder.hook(hookOrNull)).build();
    }

    /** Lays the ring into a file, if possible one in memory, whose name goes at once. */
    private static VarLenMpscRing inFile(final int capacity) {
        final Path inMemory = Path.of("/dev/shm");
        try {
            final Path directory = Files.isDirectory(inMemory)
                    ? Files.createTempDirectory(inMemory, "ring")
                    : Files.createTempDirectory("ring");
            final Path file = directory.resolve("ring");
            final VarLenMpscRing ring = VarLenMpscRing.map(file, capacity);
            Files.delete(file);
            Files.delete(directory);
            return ring;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    final int drain() {
        return consumer.drain(handler);
    }

    /** One {@code offer} for each record. */
    static final class Offer extends RingRival {
        Offer(final Config config, final WakeupHook hookOrNull) {
            super(config, hookOrNull);
        }

        private Offer(final VarLenMpscRing ring, final Config config) {
            super(ring, config);
        }

        /** The ring lies in a file. */
        static Offer inFile(final Config config) {
            return new Offer(RingRival.inFile(config.capacity()), config);
        }

        @Override
        Producer newProducer() {
            return new OfferProducer(ring.newProducer(), config.newDirectSource());
        }
    }

    private static final class OfferProducer extends Producer {
        private final RingProducer producer;
        private final ByteBuffer source;

        OfferProducer(final RingProducer producer, final ByteBuffer source) {
            this.producer = producer;
            this.source = source;
        }

        @Override
        boolean offer(final int length) {
            source.position(0).limit(length);
            return producer.offer(source);
        }
    }

    /** A claim for each record, filled by one copy. */
    static final class Claim extends RingRival {
        Claim(final Config config) {
            super(config, null);
        }

        @Override
        Producer newProducer() {
            return new ClaimProducer(ring.newProducer(), config.newDirectSource());
        }
    }

    private static final class ClaimProducer extends Producer {
        private final RingProducer producer;
        private final ByteBuffer source;

        ClaimProducer(final RingProducer producer, final ByteBuffer source) {
            this.producer = producer;
            this.source = source;
        }

        @Override
        boolean offer(final int length) {
            try (RingClaim claim = producer.tryClaim(length)) {
                if (claim == null) {
                    return false;
                }
                final ByteBuffer space = claim.buffer();
                space.put(space.position(), source, 0, length);
                claim.commit();
                return true;
            }
        }
    }

    /** A claim of more for each record, committed with the record's length. */
    static final class ClaimShort extends RingRival {
        private final int claimLength;

        ClaimShort(final Config config, final int claimLength) {
            super(config, null);
            this.claimLength = Math.max(claimLength, config.largest());
        }

        @Override
        Producer newProducer() {
            return new ShortClaimProducer(ring.newProducer(), config.newDirectSource(), claimLength);
        }
    }

    private static final class ShortClaimProducer extends Producer {
        private final RingProducer producer;
        private final ByteBuffer source;
        private final int claimLength;

        ShortClaimProducer(final RingProducer producer, final ByteBuffer source, final int claimLength) {
            this.producer = producer;
            this.source = source;
            this.claimLength = claimLength;
        }

        @Override
        boolean offer(final int length) {
            try (RingClaim claim = producer.tryClaim(claimLength)) {
                if (claim == null) {
                    return false;
                }
                final ByteBuffer space = claim.buffer();
                space.put(space.position(), source, 0, length);
                claim.commit(length);
                return true;
            }
        }
    }

    /** Batches of records, each filled in place by one copy for each record. */
    static final class Batch extends RingRival {
        private static final int BATCH = 32;

        Batch(final Config config) {
            super(config, null);
        }

        @Override
        int batch() {
            return BATCH;
        }

        @Override
        Producer newProducer() {
            return new BatchProducer(ring.newProducer(), config.newDirectSource(), config.capacity() / 2);
        }
    }

    private static final class BatchProducer extends Producer {
        private final RingProducer producer;
        private final ByteBuffer source;
        private final int mostBytes;

        BatchProducer(final RingProducer producer, final ByteBuffer source, final int mostBytes) {
            this.producer = producer;
            this.source = source;
            this.mostBytes = mostBytes;
        }

        @Override
        boolean offer(final int length) {
            return offer(new int[] {length}, 0, 1) == 1;
        }

        @Override
        int offer(final int[] sizes, final int from, final int count) {
            int taken = 0;
            int stored;
            do {
                stored = fill(sizes, from + taken, Math.min(count - taken, Batch.BATCH));
                taken += stored;
            } while (stored > 0 && taken < count);
            return taken;
        }

        private int fill(final int[] sizes, final int from, final int count) {
            int bytes = 0;
            for (int i = 0; i < count; i++) {
                bytes += stride(sizes[from + i]);
            }
            try (RingBatch batch = producer.tryClaimBatch(sizes[from], Math.min(bytes, mostBytes))) {
                if (batch == null) {
                    return 0;
                }
                for (int i = 0; i < count; i++) {
                    final int length = sizes[from + i];
                    final ByteBuffer space = batch.next(length);
                    if (space == null) {
                        break;
                    }
                    space.put(space.position(), source, 0, length);
                    batch.add(length);
                }
                final int stored = batch.count();
                batch.commit();
                return stored;
            }
        }
    }

    /** Batches of records, one {@code offerAll} for each. */
    static final class OfferAll extends RingRival {
        private static final int BATCH = 32;

        OfferAll(final Config config) {
            super(config, null);
        }

        @Override
        int batch() {
            return BATCH;
        }

        @Override
        Producer newProducer() {
            final ByteBuffer[] sources = new ByteBuffer[BATCH];
            sources[0] = config.newDirectSource();
            for (int i = 1; i < BATCH; i++) {
                sources[i] = sources[0].duplicate();
            }
            return new OfferAllProducer(ring.newProducer(), sources);
        }
    }

    private static final class OfferAllProducer extends Producer {
        private final RingProducer producer;
        private final ByteBuffer[] sources;

        OfferAllProducer(final RingProducer producer, final ByteBuffer[] sources) {
            this.producer = producer;
            this.sources = sources;
        }

        @Override
        boolean offer(final int length) {
            sources[0].position(0).limit(length);
            return producer.offerAll(sources, 0, 1) == 1;
        }

        @Override
        int offer(final int[] sizes, final int from, final int count) {
            int taken = 0;
            while (taken < count) {
                final int batch = Math.min(count - taken, sources.length);
                for (int i = 0; i < batch; i++) {
                    sources[i].position(0).limit(sizes[from + taken + i]);
                }
                final int stored = producer.offerAll(sources, 0, batch);
                taken += stored;
                if (stored < batch) {
                    break;
                }
            }
            return taken;
        }
    }
}
