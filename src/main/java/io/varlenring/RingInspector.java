// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.ALIGNMENT;
import static io.varlenring.RingLayout.ATTEMPTED;
import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.NOT_READY;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Prints what is in a ring's file: who the consumer is, its positions, its slots and their holders, and each record
 * still to be read. It maps the file read-only and takes no lock, so it can inspect a ring in use, whose words it then
 * sees at different moments, and a damaged one.
 *
 * <pre>
 * java -jar varlen-mpsc-ring.jar FILE
 * </pre>
 *
 * <p>The exit code is 0 when the ring is sound; 1 when its consumer stands before a reservation whose owner is dead, as
 * far as can be seen from here (the death of a process in another pid namespace cannot); 2 when the bytes are not those
 * of a ring, the file cannot be read, or the command line is not one path. Whether a process is alive is judged by its
 * pid; in a process that has joined the ring, {@link RingConsumer#stalledBy()} knows better. MUST NOT be used inside
 * such a process: it closes the file.
 *
 * @since 0.1.0
 */
public final class RingInspector {
    /** What was found. */
    public enum Result {
        /** All words make sense, and nothing blocks the consumer except reservations in progress. */
        SOUND(0),
        /** The consumer stands before a reservation whose owner is not seen alive. */
        STALLED(1),
        /** The file is not that of a ring, or a word makes no sense. */
        CORRUPT(2);

        private final int exitCode;

        Result(final int exitCode) {
            this.exitCode = exitCode;
        }
    }

    private static final int SHOWN_BYTES = 16;
    /** How often it waits for a consumer that advances between two loads. */
    private static final int MOST_LOOKS = 10_000;

    private final PrintStream out;
    private boolean hasReader = true;
    private final ByteBuffer file;
    private final FileHeader header;
    private final RingMemory memory;
    private final ByteBuffer data;

    private RingInspector(final PrintStream out, final ByteBuffer file, final FileHeader header) {
        this.out = out;
        this.file = file;
        this.header = header;
        this.memory = RingMemory.map(file, header.dataOffset(), header.capacity());
        this.data = file.slice(header.dataOffset(), header.capacity());
    }

    /**
     * Inspects the file named on the command line, and exits with the code of the result.
     *
     * @param arguments the path of the file
     */
    public static void main(final String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("usage: java -jar varlen-mpsc-ring.jar FILE");
            System.exit(Result.CORRUPT.exitCode);
        }
        try {
            System.exit(inspect(Path.of(arguments[0]), System.out).exitCode);
        } catch (final Exception | Error e) { // all: a JVM that one ends exits with 1, as for a stalled ring
            System.err.println("cannot read " + arguments[0] + ": " + e);
            System.exit(Result.CORRUPT.exitCode);
        }
    }

    /**
     * Inspects a file.
     *
     * @param path where the ring is
     * @param out where to print what is found
     * @return the result
     * @throws IOException when the file cannot be read
     */
    public static Result inspect(final Path path, final PrintStream out) throws IOException {
        final long length = Files.size(path);
        if (!Files.isRegularFile(path)) { // before it is opened: opening a pipe could block
            throw new IOException("not a regular file: " + path);
        }
        try {
            FileHeader.checkLength(length);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                final MappedByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
                return new RingInspector(out, file, FileHeader.read(file, length)).inspect(path);
            }
        } catch (final RingCorruptException corrupt) {
            out.println("CORRUPT: " + corrupt.getMessage());
            return Result.CORRUPT;
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Result inspect(final Path path) {
        long consumer;
        long redo;
        long producer;
        long after = memory.getConsumerPositionAcquire(); // in this order, as FileHeader.checkPositions() says [M10]
        int looks = 0;
        do { // until all are of one moment, unless the consumer is very fast
            consumer = after;
            redo = memory.getRedoPositionAcquire(); // as above [M10] [M14]
            producer = memory.getProducerPositionVolatile(); // as above [M10]
            after = memory.getConsumerPositionAcquire(); // as above [M10]
        } while (after != consumer && ++looks < MOST_LOOKS);
        final long newest = producer & ~CLOSED;
        print("ring " + header.id() + " in " + path);
        print("capacity " + header.capacity() + ", slots " + header.slots() + ", data at " + header.dataOffset());
        print("producer position " + newest + ((producer & CLOSED) == 0 ? "" : ", closed"));
        print("consumer position " + consumer + (redo == consumer ? "" : ", giving back up to " + redo));
        print("in use " + (newest - consumer) + " bytes");
        final ProcessIdentity reader = RingSlot.ofConsumer(file).getProcessAcquire(); // a snapshot [M10]
        print("consumer: " + (reader.pid() == 0 ? "none" : describe(reader))
                + (memory.isArmedVolatile() ? ", armed" : "") // a snapshot [M10]
                + ", doorbell " + memory.getDoorbellVolatile()); // a snapshot [M10]
        final boolean areSlotsGood = printSlots(consumer);
        // what is before R has been consumed, and may be zeroed already [M14]
        final boolean isGivingBack = redo - consumer > 0 && newest - redo >= 0;
        Result result = printRecords(isGivingBack ? redo : consumer, consumer, newest, after + header.capacity());
        if (!areSlotsGood) {
            result = Result.CORRUPT;
        }
        try {
            FileHeader.checkPositions(memory);
        } catch (final RingCorruptException corrupt) {
            print(corrupt.getMessage());
            result = Result.CORRUPT;
        }
        print(result.toString());
        return result;
    }

    /**
     * Prints nothing once nobody reads any more: a full ring takes millions of lines, and the result is what counts.
     */
    private void print(final String text) {
        if (hasReader) {
            out.println(text);
            hasReader = !out.checkError();
        }
    }

    private static String describe(final ProcessIdentity process) {
        return process + (process.isSeenAlive() ? " lives" : process.mayBeHidden() ? " may live" : " is dead");
    }

    /** Tells whether what the slots announce is possible. */
    private boolean printSlots(final long consumer) {
        boolean areGood = true;
        int used = 0;
        for (int i = 0; i < header.slots(); i++) {
            final RingSlot slot = RingSlot.ofProducer(file, i);
            final ProcessIdentity process = slot.getProcessAcquire(); // a snapshot [M10]
            final long attempt = slot.getAttemptAcquire(); // a snapshot [M10] [M12]
            final long end = slot.getEndAcquire(); // a snapshot [M10] [M13]
            if (process.pid() == 0 && attempt == 0) {
                continue;
            }
            used++;
            areGood &= attempt == 0 || RingLayout.isAttempt(attempt);
            print("slot " + i + ": " + (process.pid() == 0 ? "nobody" : describe(process)) + ", "
                    + describeAttempt(attempt, end, consumer));
        }
        print("slots in use: " + used);
        return areGood;
    }

    private String describeAttempt(final long attempt, final long end, final long consumer) {
        if (attempt == 0) {
            return "idle";
        }
        if (!RingLayout.isAttempt(attempt)) {
            return "an attempt that nobody makes, " + attempt;
        }
        final long position = attempt & ~ATTEMPTED;
        if (end - attempt <= 0) {
            return "tries at " + position;
        }
        final int offset = (int) position & (header.capacity() - 1);
        // snapshots [M1] [M10]
        final boolean isOpen = position - consumer >= 0 && memory.getHeaderAcquire(offset) == NOT_READY;
        return (isOpen ? "reserved " : "has reserved ") + position + " to " + end;
    }

    /** Follows the headers with the checks of a drain. */
    private Result printRecords(final long begin, final long consumer, final long producer, final long lap) {
        final int mask = header.capacity() - 1;
        final boolean isSane = (begin | consumer) % ALIGNMENT == 0
                && producer % ALIGNMENT == 0
                && producer - consumer >= 0
                && lap - producer >= 0;
        long position = begin;
        while (isSane && position - producer < 0) {
            final int offset = (int) position & mask;
            final long word = memory.getHeaderAcquire(offset); // a snapshot [M1] [M10]
            if (word == NOT_READY) {
                return printUnfinished(position, begin, producer);
            }
            final long length = word < 0 ? -word : word - RingLayout.HEADER_LENGTH;
            final boolean isGood = word < 0
                    ? length > 0 && length % ALIGNMENT == 0 && position + length - producer <= 0
                    : length >= 0
                            && length <= RingLayout.maxPayload(header.capacity())
                            && offset + RingLayout.HEADER_LENGTH + length <= header.capacity()
                            && position + RingLayout.stride((int) length) - producer <= 0;
            if (!isGood && hasGoneOn(begin)) { // it was consumed meanwhile
                print("the consumer has gone on");
                return Result.SOUND;
            }
            if (!isGood) {
                print("at " + position + ": a header that nobody writes, " + word);
                return Result.CORRUPT;
            }
            if (word < 0) {
                print("at " + position + ": padding of " + length + " bytes");
                position += length;
            } else {
                print("at " + position + ": record of " + length + " bytes" + firstBytes(offset, (int) length));
                position += RingLayout.stride((int) length);
            }
        }
        return isSane && isFreeBehind(consumer, producer) ? Result.SOUND : Result.CORRUPT;
    }

    /** Tells whether there is no header where nothing has been reserved. */
    private boolean isFreeBehind(final long consumer, final long producer) {
        final int offset = (int) producer & header.capacity() - 1;
        final long word =
                producer - consumer == header.capacity() ? NOT_READY : memory.getHeaderAcquire(offset); // [M1]
        // loaded after it: a publisher there has moved P before [M4] [M10]
        if (word == NOT_READY || (memory.getProducerPositionVolatile() & ~CLOSED) != producer) {
            return true;
        }
        print("at " + producer + ": a header where nothing has been reserved, " + word);
        return false;
    }

    private String firstBytes(final int offset, final int length) {
        final StringBuilder text = new StringBuilder(length == 0 || !hasReader ? "" : ":");
        for (int i = 0; hasReader && i < Math.min(length, SHOWN_BYTES); i++) {
            text.append(String.format(" %02x", data.get(offset + RingLayout.HEADER_LENGTH + i)));
        }
        return text.append(length > SHOWN_BYTES ? " ..." : "").toString();
    }

    /** Names the processes that may finish the first unfinished reservation from the consumer on. */
    private Result printUnfinished(final long position, final long begin, final long producer) {
        String owners = "";
        boolean mayBeFinished = false;
        boolean hasDeadOwner = false; // one that has stored its end; the others lost the race
        boolean isEndGood = true;
        for (int i = 0; i < header.slots(); i++) {
            final RingSlot slot = RingSlot.ofProducer(file, i);
            final long attempt = slot.getAttemptAcquire(); // a snapshot [M10] [M12]
            if (attempt == (position | ATTEMPTED)) {
                final ProcessIdentity process = slot.getProcessAcquire(); // a snapshot [M10]
                owners += ", slot " + i + ": " + describe(process);
                final boolean mayLive = process.isSeenAlive() || process.mayBeHidden();
                mayBeFinished |= mayLive;
                final long end = slot.getEndAcquire(); // a snapshot [M10] [M13]
                if (!mayLive && end - position > 0) {
                    hasDeadOwner = true;
                    isEndGood &= end % ALIGNMENT == 0 && end - producer <= 0;
                }
            }
        }
        final boolean isInTheWay = position == begin;
        print("at " + position + ": unfinished" + (owners.isEmpty() ? ", of nobody" : owners)
                + (isInTheWay ? "; the consumer stands before it" : ""));
        // what was published or passed while the slots were looked at is no obstacle [M1] [M10]
        final boolean isStill =
                memory.getHeaderAcquire((int) position & (header.capacity() - 1)) == NOT_READY && !hasGoneOn(begin);
        if (!isStill) {
            print("it has been finished meanwhile");
        }
        if (isInTheWay && isStill && !isEndGood) {
            print("its end is no multiple of 8 up to the producer position");
            return Result.CORRUPT;
        }
        return isInTheWay && isStill && (hasDeadOwner || !mayBeFinished) ? Result.STALLED : Result.SOUND;
    }

    /** Tells whether the consumer has consumed what was readable at first, or may have zeroed it by now. */
    private boolean hasGoneOn(final long begin) {
        // after the header that was read: R is stored before the zeroes, and before C [M10] [M14]
        return memory.getRedoPositionAcquire() - begin > 0;
    }
}
