// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static io.varlenring.RingLayout.CLOSED;
import static io.varlenring.RingLayout.NOT_READY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of variable-length byte records from many threads to one, in off-heap memory.
 *
 * <pre>{@code
 * VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 16);
 *
 * RingProducer producer = ring.newProducer();            // in each thread that writes
 * boolean stored = producer.offer(src);                  // false: full right now
 *
 * while (!(ring.isClosed() && ring.isEmpty())) {         // in the one thread that reads
 *     try {
 *         ring.consumer().drain(record -> handle(record), 256, 1, TimeUnit.SECONDS);
 *     } catch (RuntimeException e) {
 *         log(e);                                        // the handler's; its record is consumed
 *     }
 * }
 * }</pre>
 *
 * <p>The order of {@code isClosed() && isEmpty()} matters: nothing is reserved after the close, so an empty ring seen
 * after it stays empty. The other way round a record and the close may come between the two calls, and the record be
 * lost.
 *
 * <p>Reservations lie between two positions. The consumer takes records in reservation order, and gets no further than
 * an unfinished reservation:
 *
 * <pre>
 * thread A         thread B         thread C
 *    | offer          | tryClaim       | offer
 *    v                v                v
 * +--------+------------------+--------+--------+----------+
 * | record | claim, not ready | record | record |   free   |
 * +--------+------------------+--------+--------+----------+
 * ^        ^                                    ^
 * |        `- the consumer gets no further      |
 * |           until B commits or aborts         |
 * consumerPosition()                            producerPosition()
 * </pre>
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li><b>Order.</b> Records are consumed in the order in which their space was reserved; for each producer that is
 *       its program order.
 *   <li><b>Visibility.</b> Everything a producer did before it committed a record happens-before the handler gets that
 *       record. The ring itself MUST be safely published to other threads, for example through a final field.
 *   <li><b>Room.</b> Every payload of {@code 0..maxPayload()} bytes fits an empty ring, wherever the ring stands.
 *       "Full" is returned only when the record did not fit at that moment.
 *   <li><b>Progress.</b> Reserving is lock-free. Delivery is in order and so waits for the oldest claim that is neither
 *       committed nor aborted; the other producers continue until the ring is full. A claim whose handle has been
 *       garbage-collected is aborted; one that is merely forgotten, with its handle still reachable, stops delivery for
 *       good.
 *   <li><b>Allocation.</b> None, on either side, after a handle's first claim and first batch, except: a weak reference
 *       when another thread takes over the consumer, or claims through a handle; in a file, about 100 bytes when a
 *       producer rings the doorbell of a sleeping consumer; and see {@link Builder#slices()}.
 *   <li><b>Other processes.</b> A ring is private to its process, or {@linkplain #map in a file}, with producers in any
 *       number of processes and the consumer in one. Whichever of them end, at whatever moment: each record whose offer
 *       returned {@code true}, or whose commit returned, is handed over at least once, and not again once its space was
 *       given back; what a dead producer left unfinished is {@linkplain RingConsumer#recover reclaimed by a call},
 *       never by a timeout; what a live one holds is never touched.
 *   <li><b>Memory.</b> Freed by the garbage collector when the ring, its handles and all views are unreachable, never
 *       earlier.
 * </ul>
 *
 * <table>
 *   <caption>Who may call what</caption>
 *   <thead>
 *     <tr><th scope="col">thread</th><th scope="col">methods</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>any, at any time</td><td>all methods of this class but {@link #detach()}</td></tr>
 *     <tr><td>any, while no other thread is in a call on a handle</td><td>{@link #detach()}</td></tr>
 *     <tr><td>one at a time for each handle</td>
 *       <td>{@link RingProducer}, its {@link RingClaim} and its {@link RingBatch}</td></tr>
 *     <tr><td>one at a time</td><td>{@link RingConsumer}</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>To flush, that is, to wait until everything offered so far has been handed over, load {@link #producerPosition()},
 * then wait until {@link #consumerPosition()} has reached it or the ring is empty. This waits for open claims and
 * batches too, including one opened later in space that another gave back.
 *
 * @since 0.1.0
 */
public final class VarLenMpscRing implements AutoCloseable {
    /*
     * Implementation
     *
     * ProducerSide and ConsumerSide are the two sides of the algorithm; RingMemory is the memory they share, and
     * RingLayout its format: records, padding, and three control words: the producer position P, the consumer position
     * C and the armed flag. Invariants, for all threads at all times:
     *
     *   I1  C <= P <= C + capacity, in multiples of 8. C only grows; P grows with each reservation, and moves back when
     *       the tail of the last one is given back.
     *   I2  A word in [P, C + capacity) is zero. So unless the ring is full, the word at P is a header that says "not
     *       ready"; when it is full, that word is the one at C, and a drain stores C before it can come round to it.
     *   I3  Each byte in [C, P) belongs to exactly one reservation; only its owner writes it until it publishes or
     *       gives back, then only the consumer and its handlers.
     *   I4  The first word of a reservation is zero until the one store that publishes all of it.
     *
     * Reserve. A producer computes from P where its record would end, including any gap before the wrap, checks that
     * end against a limit derived from a C that it has loaded, and replaces P with the end by a compare-and-set. That
     * succeeds only if P is still the value the gap was computed from, so the first attempt need not load P: it expects
     * the value that this handle last knew. A stale C is a smaller C, so the check errs only towards "full", and before
     * "full" is answered P is loaded, and then C again. C only grows, so what does not fit with the newer C did not fit
     * when P was loaded either; the answer is true of that moment.
     *
     * Publish. A reservation is a series of headers: a gap, a record or the records of a batch, trailing padding. All
     * but the first are stored plainly, then the first is stored. The consumer stops at a zero, so it sees the whole
     * reservation or nothing.
     *
     * Give back, by the consumer. It zeroes what it has consumed, which restores I2, and then stores C.
     *
     * Give back, by a producer. What a claim, a batch or a failed offer leaves unused, at the end of its reservation or
     * all of it, is zeroed, and P is moved back to where that begins, by a compare-and-set that succeeds only if P is
     * still the reservation's end: nobody has reserved after it, and the ring is not closed. Otherwise it becomes
     * padding. ABA is harmless: a reservation is computed from the very value that its compare-and-set finds, so it
     * does not matter where P has been meanwhile, and a thread that finds it sees the zeros stored before it. Nothing
     * is published, so there is nothing to wake the consumer for.
     *
     * Close. Sets the lowest bit of P. A reservation replaces a P without that bit, so after close none can succeed,
     * and "closed and P == C" means that nothing will ever come.
     *
     * Wakeup. A consumer that wants to sleep stores armed, then checks once more; a producer publishes, then loads
     * armed. All four accesses are volatile, so at least one side sees the other's store. What counts as "publish"
     * differs:
     *   - with a hook, it is the header: a volatile store, and the consumer loads the header at its position;
     *   - without one, a header is only a release store, which is cheaper, and the store that counts is that of P. A
     *     consumer that sees P == C may sleep: any later reservation sees armed when it commits. One that sees a
     *     reservation in progress may not, and polls until it is committed.
     * The thread that turns armed from 1 to 0 wakes the consumer, once per arming.
     *
     * Errors. A call records each completed step by plain stores, which cannot fail: reserved, published, done. What an
     * Error left half done is finished by the next call on the same handle, or when the handle has been collected:
     * either proves that the call is over.
     *
     * [Mn] names a row of docs/memory-ordering.md.
     */

    /** Not a position: those are multiples of 8. */
    private static final long NONE = -1;

    private static final AtomicLong UNNAMED = new AtomicLong();

    final RingMemory memory;
    /** Null when there is none. */
    final WakeupHook hook;
    /** Null for a private ring. */
    final RingPlaces places;

    private final String name;
    private final boolean slices;
    final ConsumerSide consumerSide;
    private final RingConsumer consumer;
    private final ProducerRegistry producers = new ProducerRegistry();
    /** Through this close() wakes the consumer; guarded by itself. */
    private final ProducerSide closer;

    private VarLenMpscRing(final RingMemory memory, final RingPlaces places, final Builder builder) {
        RingEvents.prepare();
        // Loaded now, not during a drain: a class whose loading fails for lack of stack stays unusable
        Objects.requireNonNull(ControlledRecordHandler.Action.CONTINUE);
        Objects.requireNonNull(StalledClaim.Owner.DEAD);
        this.memory = memory;
        this.places = places;
        this.name = builder.name != null ? builder.name : nameOf(places);
        this.hook = builder.hook;
        this.slices = builder.slices;
        if (places == null) {
            memory.setPositionsPlain(builder.initialPosition); // plain: the ring is not shared yet
        } else {
            places.leaving = RingFile.whenCollected(this, places::leaveAll);
        }
        this.consumerSide = new ConsumerSide(this, builder.initialPosition, slices);
        this.consumer = new RingConsumer(this, consumerSide);
        this.closer = new ProducerSide(this, builder.initialPosition, builder.initialPosition, null);
    }

    /** The default name. */
    private static String nameOf(final RingPlaces places) {
        return places == null ? "ring-" + UNNAMED.incrementAndGet() : places.file.path.toString();
    }

    /**
     * Creates a ring with its own memory and without a wakeup hook.
     *
     * @param capacity bytes for records, their headers and padding: a power of two, 64 to 1073741824
     * @return the ring
     * @throws IllegalArgumentException when the capacity is anything else
     */
    public static VarLenMpscRing allocate(final int capacity) {
        return builder().capacity(capacity).build();
    }

    /**
     * Joins the ring in a file, or makes the file with an empty ring if there is none: any number of processes may do
     * so at once, and get the same ring. See {@linkplain Builder#file} about the file.
     *
     * <p>Leave it by {@link #detach()}. {@link #close()} ends the ring for all processes and for good: never put it
     * into a try-with-resources.
     *
     * @param file where the ring is; fast on an in-memory file system such as {@code /dev/shm}
     * @param capacity bytes for records, their headers and padding: a power of two, 64 to 1073741824
     * @return the ring
     * @throws IllegalArgumentException when the capacity is anything else, or not that of the existing ring; or when
     *     the path is not on the default file system
     * @throws RingCorruptException when the file is not a ring's, or of an unknown version, or from before the last
     *     boot
     * @throws IOException when the file cannot be made or opened, for example for lack of space
     */
    public static VarLenMpscRing map(final Path file, final int capacity) throws IOException {
        return builder().file(file).capacity(capacity).buildInFile();
    }

    /**
     * Joins the ring in an existing file. Leave it by {@link #detach()}: {@link #close()} ends the ring for all
     * processes and for good, so never put it into a try-with-resources.
     *
     * @param file where the ring is
     * @return the ring
     * @throws IllegalArgumentException when the path is not on the default file system
     * @throws RingCorruptException when the file is not a ring's, or of an unknown version, or from before the last
     *     boot
     * @throws IOException when the file does not exist, or cannot be opened
     */
    public static VarLenMpscRing attach(final Path file) throws IOException {
        return builder().file(file).buildInFile();
    }

    /**
     * Starts building a ring.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a ring. Give it a capacity, or memory, or a file, with a capacity if the file may not exist yet; and a
     * hook if the consumer sleeps anywhere but in a drain with a timeout. One thread at a time may use a builder.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private static final int DEFAULT_SLOTS = 128;

        private Path file;
        private int slots;
        private Set<PosixFilePermission> permissions;
        private int capacity;
        private ByteBuffer data;
        private boolean isMemoryTaken;
        private WakeupHook hook;
        private String name;
        private boolean slices;
        private long initialPosition;

        private Builder() {}

        /**
         * Lets the ring allocate its memory.
         *
         * @param capacity bytes for records, their headers and padding: a power of two, 64 to 1073741824
         * @return this builder
         * @throws IllegalArgumentException when the capacity is anything else
         */
        public Builder capacity(final int capacity) {
            checkCapacity(capacity, "capacity");
            this.capacity = capacity;
            return this;
        }

        /**
         * Gives the ring the caller's memory: the bytes from the buffer's position to its limit. Their content does not
         * matter; from now on, until the ring is dropped, nobody else may read or write them. All threads that use the
         * ring must be allowed to access the memory; with a confined arena the behavior is undefined.
         *
         * @param data a direct, writable buffer; its remaining bytes are a power of two, 64 to 1073741824, and begin at
         *     an address that is a multiple of 8
         * @return this builder
         * @throws IllegalArgumentException when the buffer is anything else
         */
        public Builder memory(final ByteBuffer data) {
            Objects.requireNonNull(data, "memory");
            if (!data.isDirect()) {
                throw new IllegalArgumentException("memory must be a direct buffer, but is " + data);
            }
            if (data.isReadOnly()) {
                throw new IllegalArgumentException("memory must be writable, but is " + data);
            }
            checkCapacity(data.remaining(), "memory's remaining bytes");
            final int misalignment = data.alignmentOffset(data.position(), RingLayout.ALIGNMENT);
            if (misalignment != 0) {
                throw new IllegalArgumentException("memory must begin at an address that is a multiple of "
                        + RingLayout.ALIGNMENT + ", but is " + misalignment + " bytes past one");
            }
            this.data = data.slice();
            return this;
        }

        /**
         * Puts the ring in a file, where other processes can join it: as many producers in all of them as there are
         * {@linkplain #slots slots}, and one consumer at a time. With a capacity the file is made if it does not exist;
         * without one it must exist.
         *
         * <p>The processes must see the same file, with coherent mappings and with locks: on a local file system, best
         * an in-memory one such as {@code /dev/shm}, not a network file system. Nobody may truncate the file, and no
         * process that has joined the ring may open it in any other way, since a process that closes a file loses its
         * locks on it, by which others see that it is alive. The file stays when everybody has left: whoever decides
         * how long the ring lives, such as the supervisor of the processes, deletes it, since joining does not tell who
         * made it. Once a ring in a file is open, {@code list}, {@code store} and {@code storeToXML} of the
         * system's properties throw a {@link ClassCastException} in this process.
         *
         * @param file where the ring is
         * @return this builder
         * @throws IllegalArgumentException when the path is not on the default file system
         */
        public Builder file(final Path file) {
            if (file.getFileSystem() != FileSystems.getDefault()) {
                throw new IllegalArgumentException("the file must be one of the default file system, but is " + file
                        + " of " + file.getFileSystem().provider());
            }
            this.file = file;
            return this;
        }

        /**
         * Sets how many producer handles a new file has room for, across all processes; a handle that offers while its
         * claim is open takes two, until it is closed. An existing file keeps its number.
         *
         * @param slots 1 to 4096; 128 unless set
         * @return this builder
         * @throws IllegalArgumentException when the number is out of that range
         */
        public Builder slots(final int slots) {
            if (slots < 1 || slots > RingLayout.MAX_SLOTS) {
                throw new IllegalArgumentException("slots must be in 1.." + RingLayout.MAX_SLOTS + ", but is " + slots);
            }
            this.slots = slots;
            return this;
        }

        /**
         * Sets who may use a new file. Whoever may write it can do anything to the ring.
         *
         * @param permissions POSIX permissions; reading and writing by the owner alone unless set. Not used where the
         *     file system has none
         * @return this builder
         * @throws IllegalArgumentException when the owner may not read and write it: nobody could join the ring then
         */
        public Builder permissions(final Set<PosixFilePermission> permissions) {
            final Set<PosixFilePermission> copy = Set.copyOf(Objects.requireNonNull(permissions, "permissions"));
            if (!copy.contains(PosixFilePermission.OWNER_READ) || !copy.contains(PosixFilePermission.OWNER_WRITE)) {
                throw new IllegalArgumentException(
                        "permissions must let the owner read and write the file, but are " + copy);
            }
            this.permissions = copy;
            return this;
        }

        /**
         * Sets what wakes the consumer after it has armed the ring. On a ring in a file it is called only by producers
         * of the consumer's own ring object; those of other processes, and of another ring object on the same file in
         * this process, ring the {@linkplain RingConsumer#doorbell() doorbell}.
         *
         * @param hook the hook
         * @return this builder
         * @throws IllegalStateException when a hook has been set already
         */
        public Builder hook(final WakeupHook hook) {
            Objects.requireNonNull(hook, "hook");
            if (this.hook != null) {
                throw new IllegalStateException("the ring has a hook already: " + this.hook);
            }
            this.hook = hook;
            return this;
        }

        /**
         * Names the ring, for {@link VarLenMpscRing#toString()}, {@link VarLenMpscRing#dump()}, messages and events.
         * Without one it is {@code ring-} and a number, or the path of its file. The name belongs to this process: it
         * is not in the file.
         *
         * @param name the name
         * @return this builder
         * @since 0.1.0
         */
        public Builder name(final String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Makes each record, each claim and each space of a batch a buffer of its own, from position 0 to its capacity,
         * for code that calls {@code clear}, {@code flip} or {@code rewind} on what it is given. Otherwise they are
         * views of the whole ring, and such a call destroys other records. This allocates a small object for each of
         * them. It does not protect against a buffer that is kept and used later. After a {@code flip} pass the
         * buffer's limit to {@code commit} or {@code add}: {@code commitWritten} and {@code addWritten} take what is
         * before its position, which is nothing.
         *
         * @return this builder
         */
        public Builder slices() {
            this.slices = true;
            return this;
        }

        /** Starts both positions elsewhere than at 0, for tests of what happens after years. */
        Builder initialPosition(final long position) {
            this.initialPosition = position;
            return this;
        }

        /**
         * Makes the ring, or joins the one in the file. The memory given now belongs to this ring: to make another
         * ring, give the builder other memory.
         *
         * @return a new, empty ring, or the one in the file
         * @throws IllegalStateException when neither capacity nor memory nor a file was given, or both capacity and
         *     memory, or memory and a file, or an option for files only, without a file
         * @throws IllegalArgumentException when the ring in the file has another capacity
         * @throws RingCorruptException when the file is not a ring's, or of an unknown version, or from before the last
         *     boot
         * @throws UncheckedIOException when the file cannot be made or opened
         */
        public VarLenMpscRing build() {
            try {
                return file == null ? buildPrivate() : buildInFile();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private VarLenMpscRing buildInFile() throws IOException {
            if (data != null) {
                throw new IllegalStateException(
                        "a file or memory must be given, but both were: " + file + " and " + data);
            }
            final RingFile opened =
                    RingFile.open(file, capacity, slots == 0 ? DEFAULT_SLOTS : slots, permissions, initialPosition);
            if (capacity != 0 && capacity != opened.header.capacity()) {
                opened.leave();
                throw new IllegalArgumentException("capacity must be that of the ring in " + file + ", "
                        + opened.header.capacity() + ", but is " + capacity);
            }
            final RingMemory memory = opened.memory();
            return new VarLenMpscRing(memory, new RingPlaces(opened, memory), this);
        }

        private VarLenMpscRing buildPrivate() {
            if (slots != 0 || permissions != null) {
                throw new IllegalStateException(
                        "slots and permissions are for a ring in a file, but no file was given");
            }
            if (isMemoryTaken && data == null && capacity == 0) {
                throw new IllegalStateException("the memory given belongs to the ring built before");
            }
            if ((capacity == 0) == (data == null)) {
                throw new IllegalStateException(
                        data == null
                                ? "a capacity or memory must be given, but neither was"
                                : "a capacity or memory must be given, but both were: " + capacity + " and " + data);
            }
            final RingMemory memory = data == null ? RingMemory.allocate(capacity) : RingMemory.wrap(data);
            isMemoryTaken |= data != null;
            data = null; // it is this ring's from now on
            return new VarLenMpscRing(memory, null, this);
        }

        private static void checkCapacity(final int capacity, final String what) {
            // The largest power of two that an int holds is MAX_CAPACITY.
            if (!RingLayout.isCapacity(capacity)) {
                throw new IllegalArgumentException(what + " must be a power of two in " + RingLayout.MIN_CAPACITY + ".."
                        + RingLayout.MAX_CAPACITY + ", but is " + capacity);
            }
        }
    }

    /**
     * Makes a handle for one producing thread.
     *
     * @return a new handle; when it is no longer used, dropping it is enough, but {@link RingProducer#close()} frees
     *     its slot of a file at once
     * @throws IllegalStateException when the ring is in a file, and all slots of the file are taken; or this process
     *     has been {@linkplain #detach() detached} from it
     * @throws RingCorruptException which is one of those, when the positions in the file make no sense
     * @throws UncheckedIOException when the system refuses the lock of a slot
     */
    public RingProducer newProducer() {
        final RingSlot slot = places == null ? null : places.takeSlot();
        ProducerSide side = null;
        try {
            final long position = producerPosition(); // only a guess, as in reserve()
            side = new ProducerSide(this, position, consumerPosition(), slot);
            final RingProducer producer = new RingProducer(side, slices);
            producers.add(producer, side);
            if (slot != null) {
                places.checkAttached(); // again: detach() closes only the handles that it finds
            }
            return producer;
        } catch (final Throwable failure) { // an Error, or another process has damaged the file
            if (slot != null) {
                slot.isDropped = true; // plain stores cannot fail; if the rest does, another call finishes it
                places.isOneDropped = true;
            }
            if (side != null) {
                producers.discard(side);
            } else if (slot != null) {
                places.giveBack(slot);
            }
            throw failure;
        }
    }

    /**
     * Returns the handle of the single consumer. On a ring in a file the first call takes the consumer's place, which
     * one process holds at a time, until it {@linkplain #detach() leaves}, drops the ring, or ends.
     *
     * @return always the same object
     * @throws IllegalStateException when another process, or this one through another ring, holds the consumer's place
     *     (the message names it); or when this process has been detached
     * @throws RingCorruptException when the positions in the file are not those of a ring
     * @throws UncheckedIOException when the system refuses the lock of the consumer's place
     */
    public RingConsumer consumer() {
        if (!isConsumedHere()) {
            places.takeConsumersPlace(consumerSide::startAt);
        }
        return consumer;
    }

    /** Tells whether the consumer is in this process. */
    boolean isConsumedHere() {
        return places == null || places.hasConsumer();
    }

    /** Removes a handle from the registry, unless a hook has opened something by it while it was being closed. */
    void forget(final ProducerSide side) {
        if (side.isRetired) {
            producers.remove(side);
        }
    }

    /** Finishes what handles that have been collected left open; cheap when there are none. */
    void finishCollectedHandles() {
        producers.finishCollected();
    }

    /** Tells whether this thread, the caller, is inside a call of the consumer. */
    boolean isConsumedBy(final Thread caller) {
        return consumerSide.isUsedBy(caller);
    }

    /**
     * Leaves a ring in a file, which goes on without this process: the consumer's place and all slots are given back,
     * and every handle is closed, as by {@link RingProducer#close()}. Only the snapshots of this class still work. The
     * memory stays mapped as long as a handle or view is reachable, but the file is closed when the last ring of this
     * virtual machine leaves it. MUST NOT be called while another thread is in a call on a handle, or uses a record or
     * a claim; concurrent calls of {@link #newProducer()} and {@link #consumer()} succeed or are refused. On a private
     * ring it does nothing.
     *
     * @throws IllegalStateException when called from a handler, or while another thread is seen in a call on the
     *     consumer
     * @throws UncheckedIOException when the system refuses to unlock a place of the file, or to close the doorbell:
     *     detach again
     */
    public void detach() {
        if (places == null) {
            return;
        }
        synchronized (places) {
            if (!places.isDetached()) {
                consumerSide.detach();
                places.detach(); // before the handles are closed: newProducer() checks after adding its own
            }
            try {
                producers.closeAll(); // also again after an Error in an earlier call
            } finally { // a hook may throw one
                places.giveBackRest();
            }
            places.forget();
        }
    }

    /**
     * Tells whether the path of this ring still names its file. Another process may have replaced the file, and then
     * all who join later are in another ring.
     *
     * @return {@code false} when the path names another file or none; {@code true} for a private ring
     */
    public boolean isCurrent() {
        return places == null || places.file.isCurrent();
    }

    /**
     * Returns where this ring is.
     *
     * @return the absolute path of its file, or {@code null} for a private ring
     */
    @SuppressWarnings("exports") // callers compile without the annotation
    public @Nullable Path file() {
        return places == null ? null : places.file.path;
    }

    /**
     * Closes the ring for good, for all processes if it is in a file; {@link #detach()} leaves it open. Once this
     * method has returned, every otherwise valid offer and new claim is refused with {@link RingClosedException}; open
     * claims can still be committed, and the consumer can drain all that was or will be committed. When {@code
     * isClosed() && isEmpty()}, nothing more will come. Wakes an armed or waiting consumer. A second {@code close()}
     * only calls the hook again if it has thrown. After {@link #detach()} it does nothing: whoever has left closes the
     * ring for nobody.
     *
     * <p>To continue after closing a ring in a file, somebody deletes the file, and {@link #map} makes a new one. A
     * producer that finds the ring closed detaches, and maps again once {@link #isCurrent()} is {@code false}.
     */
    @Override
    public void close() {
        if (places != null && places.isDetached()) {
            return;
        }
        boolean isFirst = false;
        long position = memory.getProducerPositionVolatile(); // pairs with the compare-and-set below [M8]
        while ((position & CLOSED) == 0) {
            // no reservation can follow [M8], and arm() sees it or is seen armed by the signal below [M8]
            final long found = memory.compareAndExchangeProducerPosition(position, position | CLOSED);
            isFirst = found == position;
            position = isFirst ? position | CLOSED : found;
        }
        synchronized (closer) {
            if (closer.phase == Reservations.DONE && (isFirst || closer.hookThrew)) {
                // stored here, before any call, which an Error might end: then the next close() wakes
                closer.phase = Reservations.PUBLISHED;
                closer.signal(memory);
            } else {
                closer.finishLastCall();
            }
        }
    }

    /**
     * Tells whether the ring has been closed.
     *
     * @return {@code true} from the moment {@link #close()} takes effect
     */
    public boolean isClosed() {
        return (memory.getProducerPositionVolatile() & CLOSED) != 0; // pairs with close() [M8]
    }

    /**
     * Returns the ring's name, for people and as a label of its figures.
     *
     * @return the name given by {@link Builder#name}, else a default
     * @since 0.1.0
     */
    public String name() {
        return name;
    }

    // Snapshots

    /**
     * Returns how many bytes the ring has for records, their headers and padding.
     *
     * @return the capacity in bytes, a power of two
     */
    public int capacity() {
        return memory.capacity();
    }

    /**
     * Returns the length of the longest payload that this ring takes.
     *
     * @return half the capacity, less the header of 8 bytes
     */
    public int maxPayload() {
        return RingLayout.maxPayload(memory.capacity());
    }

    /**
     * Returns the next position to be reserved: all bytes ever reserved, in records and in padding, less those given
     * back unused. It goes back when a claim, a batch or a failed offer gives back what it did not use, but never past
     * a record.
     *
     * @return a snapshot, in bytes, a multiple of 8
     */
    public long producerPosition() {
        return memory.getProducerPositionVolatile() & ~CLOSED; // pairs with reserve() [M10]
    }

    /**
     * Returns the position up to which space has been given back by the consumer.
     *
     * @return a snapshot, in bytes, a multiple of 8
     */
    public long consumerPosition() {
        return memory.getConsumerPositionAcquire(); // pairs with giveBack() [M3] [M10]
    }

    /**
     * Returns the bytes in use: reserved and not yet given back, headers and padding included. Space that producers
     * reserve and the consumer gives back during the call may be included, so the result can exceed what was ever in
     * use at once.
     *
     * @return a snapshot, {@code 0..capacity()}
     */
    public int size() {
        // C first: the other way round it could be ahead of the P that was read. As both advance between the loads, the
        // difference can exceed what was ever in use, so it is capped.
        final long consumerPosition = consumerPosition();
        final long size = Math.min(producerPosition() - consumerPosition, memory.capacity());
        return (int) (places == null ? size : Math.max(0, size)); // a file may say anything
    }

    /**
     * Tells whether nothing is in use: no record, no open claim, no padding. A ring that is not empty may still have
     * nothing readable, if its oldest claim is open.
     *
     * @return a snapshot; {@code true} was true at one moment during the call
     */
    public boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Adds up the counters of all handles of this object; other processes, and other ring objects on the same file,
     * keep their own counts. Not for a hot path.
     *
     * @return a snapshot
     */
    public RingStats stats() {
        finishCollectedHandles();
        // P first, unlike in size(): what is given back between the loads makes the difference smaller, so it never
        // exceeds what was in use.
        final long inUse = producerPosition() - consumerPosition();
        final RingCounters sum = new RingCounters();
        consumerSide.addTo(sum);
        producers.addTo(sum);
        closer.addTo(sum);
        sum.noteUse(inUse);
        return new RingStats(sum);
    }

    /**
     * Describes the ring, to find out why nothing moves: positions, bytes in use, the oldest unfinished reservation,
     * since when the consumer has been waiting for it as far as it noticed, and who holds it, if known. Not for a hot
     * path; takes the lock of {@link #newProducer()}.
     *
     * @return some lines of text, whose format may change
     */
    public String dump() {
        final RingStats stats = stats(); // first: it finishes what collected handles left
        final StringBuilder text = new StringBuilder(toString()).append('\n');
        final long unfinished = oldestUnfinished();
        if (unfinished == NONE) {
            text.append("no unfinished reservation\n");
        } else {
            text.append("oldest unfinished reservation: at position ")
                    .append(unfinished)
                    .append(", ");
            text.append(ownerOf(unfinished));
            consumerSide.describeStall(unfinished, text);
            text.append('\n');
        }
        text.append("producers: ").append(producers.size()).append('\n');
        text.append("consumer: ").append(consumerSide.describeUser("in a call of ", "not in a call"));
        // a snapshot: any value it ever had will do [M10]
        text.append(memory.isArmedVolatile() ? ", armed\n" : ", not armed\n");
        return text.append(stats).append('\n').toString();
    }

    /** Says which producer of this process has the reservation at this position. */
    String ownerOf(final long position) {
        return producers.ownerOf(position);
    }

    /** Follows the headers from the consumer position until they make no sense; all may change meanwhile. */
    private long oldestUnfinished() {
        final int capacity = memory.capacity();
        final long begin = consumerPosition();
        final long end = begin + size(); // no more than a lap, whatever a file says
        long position = begin % RingLayout.ALIGNMENT == 0 ? begin : end;
        while (position - end < 0 && consumerPosition() == begin) {
            final long header = memory.getHeaderAcquire((int) position & (capacity - 1)); // pairs with publish() [M1]
            if (header == NOT_READY) {
                // loaded after the header: a drain in progress may have zeroed that, to give it back later [M10] [M14]
                final long consumed = places == null ? consumerSide.cursor : memory.getRedoPositionAcquire();
                if (consumed - position <= 0 || consumed - end > 0 || consumed % RingLayout.ALIGNMENT != 0) {
                    return position;
                }
                position = consumed;
            } else if (header > capacity || header < -capacity || (header < 0 && header % RingLayout.ALIGNMENT != 0)) {
                break;
            } else {
                position += header < 0 ? -header : RingLayout.stride(RingLayout.payloadLength(header));
            }
        }
        return NONE;
    }

    /** Returns a short description of the ring and its state, for logs. */
    @Override
    public String toString() {
        return "VarLenMpscRing[" + name + ", capacity=" + capacity() + ", size=" + size() + ", producerPosition="
                + producerPosition() + ", consumerPosition=" + consumerPosition() + (isClosed() ? ", closed]" : "]");
    }
}
