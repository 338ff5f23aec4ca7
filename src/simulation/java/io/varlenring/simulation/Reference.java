// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

import io.varlenring.simulation.Word.Mode;
import java.util.ArrayList;
import java.util.List;

/** A word of simulated memory that holds a reference, null at first. */
public final class Reference<T> {
    private final Word word;
    /** What the numbers in the word stand for, from 1 on. */
    private final List<T> values = new ArrayList<>();

    public Reference(final Simulation simulation, final String name) {
        this.word = simulation.newWord(name, 0);
    }

    private long numberOf(final T value) {
        if (value == null) {
            return 0;
        }
        int index = values.indexOf(value);
        if (index < 0) {
            index = values.size();
            values.add(value);
        }
        return 1L + index;
    }

    private T ofNumber(final long number) {
        return number == 0 ? null : values.get((int) number - 1);
    }

    public T load(final Mode mode) {
        return ofNumber(word.load(mode));
    }

    public void store(final Mode mode, final T value) {
        word.store(mode, numberOf(value));
    }

    public boolean compareAndSet(final Mode mode, final T expected, final T replacement) {
        final long number = numberOf(expected);
        return word.compareAndExchange(mode, number, numberOf(replacement)) == number;
    }

    /** The same, not atomic: what a compare-and-set must not be. */
    public boolean compareThenStore(final T expected, final T replacement) {
        final long number = numberOf(expected);
        return word.compareThenStore(number, numberOf(replacement)) == number;
    }
}
