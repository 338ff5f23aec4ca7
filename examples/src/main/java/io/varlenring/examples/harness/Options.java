// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** The options of a program: fields that picocli fills, each with its default value, and what is checked after that. */
public abstract class Options {
    /** The bytes of a record's header, by which {@code maxPayload()} is less than half a ring. */
    private static final int RECORD_OVERHEAD = 8;

    @CommandLine.Option(names = "--help", usageHelp = true, description = "print this")
    private boolean help;

    /** The limits of a number, or of both ends of a range; {@code --help} says them and the default. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.FIELD)
    public @interface Within {
        int min();

        int max();
    }

    /** MIN..MAX, the first not above the second. */
    public record Range(int min, int max) implements ITypeConverter<Range> {
        private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})\\.\\.([0-9]{1,9})");

        /** What picocli converts with. */
        public Range() {
            this(0, 0);
        }

        @Override
        public Range convert(final String value) {
            final Matcher range = RANGE.matcher(value);
            if (!range.matches()) {
                throw new TypeConversionException("must be MIN..MAX, but is '" + value + "'");
            }
            return new Range(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)));
        }

        @Override
        public String toString() {
            return min + ".." + max;
        }
    }

    /** The capacity of a ring: a power of two, and k or m may follow. */
    public static final class Capacity implements ITypeConverter<Integer> {
        private static final Pattern BYTES = Pattern.compile("([0-9]{1,10})([km]?)");
        private static final long MIN = 64;
        private static final long MAX = 1 << 30;

        @Override
        public Integer convert(final String value) {
            final Matcher bytes = BYTES.matcher(value.toLowerCase(Locale.ROOT));
            final long number = bytes.matches() ? Long.parseLong(bytes.group(1)) << shift(bytes.group(2)) : -1;
            if (number < MIN || number > MAX || Long.bitCount(number) != 1) {
                throw new TypeConversionException("must be a power of two in " + MIN + ".." + MAX
                        + " bytes, or with k or m behind it, but is '" + value + "'");
            }
            return (int) number;
        }

        private static int shift(final String unit) {
            return unit.isEmpty() ? 0 : unit.equals("k") ? 10 : 20;
        }
    }

    /** Throws an {@link IllegalArgumentException} when options are good alone but not together. */
    protected void check() {}

    /** Throws when a ring of a capacity does not take records of a length that depends on an option. */
    protected static void checkFits(final String option, final int value, final int overhead, final int capacity) {
        final int limit = capacity / 2 - RECORD_OVERHEAD - overhead;
        require(
                value <= limit,
                option + " must be at most " + limit + " with a --capacity of " + capacity + " bytes, but is " + value);
    }

    protected static void require(final boolean good, final String words) {
        if (!good) {
            throw new IllegalArgumentException(words);
        }
    }

    /**
     * Reads a command line into the options, and returns them.
     *
     * @throws IllegalArgumentException when an option is not good; the message says which, and what would be
     */
    public static <O extends Options> O parse(final O options, final String... args) {
        final CommandLine commandLine = commandLine(options);
        final CommandLine.ParseResult result;
        try {
            result = commandLine.parseArgs(args);
        } catch (final CommandLine.ParameterException bad) {
            throw new IllegalArgumentException(bad.getMessage(), bad);
        }
        if (!result.isUsageHelpRequested()) {
            commandLine.getCommandSpec().options().forEach(Options::checkLimits);
            options.check();
        }
        return options;
    }

    private static void checkLimits(final OptionSpec option) {
        final Within limits = limitsOf(option);
        final String name = option.longestName();
        if (limits == null) {
            return;
        }
        if (option.getValue() instanceof Range range) {
            checkLimits("MIN of " + name, range.min(), limits.min(), limits.max());
            checkLimits("MAX of " + name, range.max(), range.min(), limits.max());
        } else {
            checkLimits(name, option.getValue(), limits.min(), limits.max());
        }
    }

    private static Within limitsOf(final OptionSpec option) {
        return option.userObject() instanceof Field field ? field.getAnnotation(Within.class) : null;
    }

    private static void checkLimits(final String name, final int value, final int min, final int max) {
        require(value >= min && value <= max, name + " must be in " + min + ".." + max + ", but is " + value);
    }

    boolean isHelpWanted() {
        return help;
    }

    /** Returns what {@code --help} prints. */
    public static String usage(final Options options) {
        return commandLine(options).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static CommandLine commandLine(final Options options) {
        final CommandLine commandLine = new CommandLine(options)
                .registerConverter(Range.class, new Range())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110);
        final CommandSpec command = commandLine.getCommandSpec();
        for (final OptionSpec option : List.copyOf(command.options())) { // all are put back: they keep their order
            command.remove(option).addOption(limitsOf(option) == null ? option : described(option, limitsOf(option)));
        }
        return commandLine;
    }

    /** Says in a number's description what its limits and its default are. */
    private static OptionSpec described(final OptionSpec option, final Within limits) {
        return option.toBuilder()
                .paramLabel(option.type() == Range.class ? "MIN..MAX" : "N")
                .description(
                        option.description()[0] + ", " + limits.min() + ".." + limits.max() + " (${DEFAULT-VALUE})")
                .build();
    }

    /** Returns the value that stands for a constant on a command line. */
    public static String nameOf(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
