// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * What is to be uploaded, and what has been: every upload must arrive once, whole and unchanged. It is the server that
 * looks: a client can end well although its data did not arrive.
 */
final class Uploads {
    private static final int MAX_CONTENTS = 16;
    private static final int BLOCK_LENGTH = 1 << 16;
    static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int NOT_IMPLEMENTED = 501;
    private static final List<String> METHODS = List.of("POST", "PUT");
    private static final Pattern PATH = Pattern.compile("/upload/([0-9]{1,6})");

    private final int count;
    private final long length;
    private final List<Path> files = new ArrayList<>();
    private final List<Long> checksums = new ArrayList<>();
    private final AtomicIntegerArray arrived;
    private final CountDownLatch missing;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder answeredOtherwise = new LongAdder();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    /**
     * Prepares uploads of {@code length} bytes each, and writes what clients are to send into files of a directory. Without any,
     * all uploads of strangers are welcome.
     */
    Uploads(final int count, final long length, final Path directory) throws IOException {
        this.count = count;
        this.length = length;
        this.arrived = new AtomicIntegerArray(count);
        this.missing = new CountDownLatch(count);
        for (int i = 0; i < Math.min(count, MAX_CONTENTS); i++) {
            final Path file = directory.resolve("content-" + i);
            files.add(file);
            checksums.add(write(file, i));
        }
    }

    private long write(final Path file, final int seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        final CRC32C checksum = new CRC32C();
        final byte[] block = new byte[BLOCK_LENGTH];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long rest = length; rest > 0; rest -= BLOCK_LENGTH) {
                random.nextBytes(block);
                final int part = (int) Math.min(rest, BLOCK_LENGTH);
                checksum.update(block, 0, part);
                out.write(block, 0, part);
            }
        }
        return checksum.getValue();
    }

    int count() {
        return count;
    }

    /** Returns what an upload is to send. */
    Path file(final int upload) {
        return files.get(upload % files.size());
    }

    static String path(final int upload) {
        return "/upload/" + upload;
    }

    /** Begins to answer a request, and to check it when it is an upload that is expected here. */
    Arrival begin(final CharSequence method, final CharSequence path) {
        final Matcher known = PATH.matcher(path == null ? "" : path);
        final int upload = known.matches() ? Integer.parseInt(known.group(1)) : -1;
        final int status;
        if (path == null) {
            status = "CONNECT".contentEquals(String.valueOf(method)) ? NOT_IMPLEMENTED : BAD_REQUEST;
        } else if (!known.matches() || count > 0 && upload >= count) {
            status = NOT_FOUND;
        } else {
            status = METHODS.contains(String.valueOf(method)) ? OK : NOT_ALLOWED;
        }
        requests.increment();
        if (status != OK) {
            answeredOtherwise.increment();
        }
        return new Arrival(status == OK && count > 0 ? upload : -1, status);
    }

    /** Returns how many requests there were. */
    long requests() {
        return requests.sum();
    }

    /** Returns how many requests were for something else than an upload, and were told so. */
    long answeredOtherwise() {
        return answeredOtherwise.sum();
    }

    /** What has come of one upload; used by one thread. */
    final class Arrival {
        private final int upload;
        private final int status;
        private final CRC32C checksum = new CRC32C();
        private long arrivedBytes;

        private Arrival(final int upload, final int status) {
            this.upload = upload;
            this.status = status;
        }

        /** Returns what HTTP says to the request, which is 200 for an upload. */
        int status() {
            return status;
        }

        void add(final ByteBuffer part) {
            arrivedBytes += part.remaining();
            bytes.add(part.remaining());
            checksum.update(part);
        }

        /** To be called when the client has said that this is all. */
        void end() {
            if (upload < 0) {
                return;
            }
            if (arrivedBytes != length) {
                violations.add("upload " + upload + ": " + arrivedBytes + " bytes instead of " + length);
            } else if (checksum.getValue() != checksums.get(upload % files.size())) {
                violations.add("upload " + upload + ": wrong checksum");
            } else if (arrived.incrementAndGet(upload) > 1) {
                violations.add("upload " + upload + " arrived again");
            } else {
                missing.countDown();
            }
        }
    }

    long bytes() {
        return bytes.sum();
    }

    int arrived() {
        return count - (int) missing.getCount();
    }

    boolean hasArrived(final int upload) {
        return arrived.get(upload) > 0;
    }

    /** Waits for all uploads; returns whether they have arrived. */
    boolean await(final long nanos) throws InterruptedException {
        return missing.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Returns everything that was wrong, uploads that have not arrived included. */
    List<String> violations() {
        final List<String> all = new ArrayList<>(violations);
        final List<Integer> absent = IntStream.range(0, count)
                .filter(upload -> !hasArrived(upload))
                .boxed()
                .toList();
        if (!absent.isEmpty()) {
            all.add(absent.size() + " uploads did not arrive: " + absent);
        }
        return all;
    }
}
