// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Datagrams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Checks datagrams: whether each is intact, and comes after those of its sender that were sent before. Keeps the first few
 * things that are wrong. All but {@link #checked()} is for the thread that checks, and for the time after it has ended.
 */
public final class Verifier {
    private static final int VIOLATIONS_KEPT = 5;

    private final Datagrams datagrams = new Datagrams();
    private final String unit;
    private final boolean mayLose;
    private final long[] nextSequences;
    private final List<String> violations = new ArrayList<>();
    private final LongAdder checked = new LongAdder();

    private long violationCount;

    /** Makes a verifier that calls what it checks a {@code unit}; {@code mayLose} says whether datagrams may be missing. */
    public Verifier(final String unit, final int senders, final boolean mayLose) {
        this.unit = unit;
        this.mayLose = mayLose;
        this.nextSequences = new long[senders];
    }

    /** Checks a datagram, and changes the buffer's position and limit; returns whether it is right. */
    public boolean check(final ByteBuffer buffer, final int start, final int length) {
        checked.increment();
        final String violation = violationOf(buffer, start, length);
        if (violation != null) {
            violationCount++;
            if (violations.size() < VIOLATIONS_KEPT) {
                violations.add(unit + " " + checked.sum() + ": " + violation);
            }
        }
        return violation == null;
    }

    private String violationOf(final ByteBuffer buffer, final int start, final int length) {
        if (length < Datagrams.HEADER_LENGTH) {
            return "wrong length";
        }
        final int sender = Datagrams.sender(buffer, start);
        final long sequence = Datagrams.sequence(buffer, start);
        if (!datagrams.isIntact(buffer, start, length)) {
            return "wrong checksum in " + length + " bytes that say sender " + sender + ", sequence " + sequence;
        }
        if (sender < 0 || sender >= nextSequences.length) {
            return "unknown sender " + sender + ", sequence " + sequence;
        }
        final long expected = nextSequences[sender];
        nextSequences[sender] = Math.max(expected, sequence + 1);
        final boolean wrong = sequence < expected || sequence > expected && !mayLose;
        return wrong ? "sender " + sender + ": sequence " + sequence + " instead of " + expected : null;
    }

    /** Returns the number of datagrams so far; may be called at any time. */
    public long checked() {
        return checked.sum();
    }

    /** Returns the sequence that follows the last one of a sender. */
    public long nextSequence(final int sender) {
        return nextSequences[sender];
    }

    /** Returns the first few things that were wrong, and how many more there were. */
    public List<String> violations() {
        final List<String> all = new ArrayList<>(violations);
        if (violationCount > violations.size()) {
            all.add("and " + (violationCount - violations.size()) + " more");
        }
        return all;
    }
}
