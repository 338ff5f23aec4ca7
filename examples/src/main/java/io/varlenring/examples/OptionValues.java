// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads options and their values. Whatever is not good throws an {@link IllegalArgumentException} that says what it is, and
 * what would be good.
 */
public final class OptionValues {
    private static final int MIN_CAPACITY = 64;
    private static final int MAX_CAPACITY = 1 << 30;

    private static final Pattern RANGE = Pattern.compile("(.*?)\\.\\.(.*)");
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,10})([km]?)");

    private OptionValues() {}

    /** Two numbers, the first not above the second. */
    public record Range(int min, int max) {}

    /** Returns options with one of them changed. */
    @FunctionalInterface
    public interface Setter<O> {
        O with(O options, String option, String value);
    }

    /** Reads a command line of options that each have a value. */
    public static <O> O parse(final String[] args, final Set<String> names, final O defaults, final Setter<O> setter) {
        O options = defaults;
        for (int i = 0; i < args.length; i += 2) {
            final String option = args[i];
            if (!names.contains(option)) {
                throw new IllegalArgumentException("unknown option '" + option + "'");
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            options = setter.with(options, option, args[i + 1]);
        }
        return options;
    }

    public static int number(final String what, final String value, final int min, final int max) {
        final long number = value.matches("[0-9]{1,10}") ? Long.parseLong(value) : -1;
        if (number < min || number > max) {
            throw new IllegalArgumentException(
                    what + " must be a whole number in " + min + ".." + max + ", but is '" + value + "'");
        }
        return (int) number;
    }

    public static Range range(final String option, final String value, final int min, final int max) {
        final Matcher range = RANGE.matcher(value);
        if (!range.matches()) {
            throw new IllegalArgumentException(option + " must be MIN..MAX, but is '" + value + "'");
        }
        final int first = number("MIN of " + option, range.group(1), min, max);
        return new Range(first, number("MAX of " + option, range.group(2), first, max));
    }

    /** Reads the capacity of a ring. */
    public static int capacity(final String option, final String value) {
        final Matcher bytes = BYTES.matcher(value.toLowerCase(Locale.ROOT));
        final long number = bytes.matches() ? Long.parseLong(bytes.group(1)) * unit(bytes.group(2)) : -1;
        if (number < MIN_CAPACITY || number > MAX_CAPACITY || Long.bitCount(number) != 1) {
            throw new IllegalArgumentException(option + " must be a power of two in " + MIN_CAPACITY + ".."
                    + MAX_CAPACITY + " bytes, or with k or m behind it, but is '" + value + "'");
        }
        return (int) number;
    }

    /** Reads one of several names. */
    public static String oneOf(final String option, final String value, final List<String> names) {
        if (!names.contains(value)) {
            throw new IllegalArgumentException(
                    option + " must be one of " + String.join(", ", names) + ", but is '" + value + "'");
        }
        return value;
    }

    /** Reads one of the constants of an enum, in small letters. */
    public static <E extends Enum<E>> E oneOf(final String option, final String value, final Class<E> type) {
        final List<String> names =
                Arrays.stream(type.getEnumConstants()).map(OptionValues::nameOf).toList();
        return type.getEnumConstants()[names.indexOf(oneOf(option, value, names))];
    }

    /** Returns the value that stands for a constant on a command line. */
    public static String nameOf(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static long unit(final String suffix) {
        return switch (suffix) {
            case "k" -> 1 << 10;
            case "m" -> 1 << 20;
            default -> 1;
        };
    }
}
