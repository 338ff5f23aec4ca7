// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What every example does with its command line. */
public final class CommandLine {
    public static final int EXIT_FAILURE = 1;
    public static final int EXIT_USAGE = 2;

    /** What an example does; the answer is its exit code. */
    @FunctionalInterface
    public interface Example<O> {
        int run(O options) throws Exception;
    }

    private CommandLine() {}

    /**
     * Prints the usage when that is asked for, or when the arguments are not good; runs the example otherwise. Whatever
     * that throws is its verdict.
     */
    public static <O> int run(
            final String[] args,
            final String usage,
            final Function<String[], O> parser,
            final Example<O> example,
            final PrintStream out,
            final PrintStream err) {
        if (Arrays.asList(args).contains("--help")) {
            out.print(usage);
            return 0;
        }
        final O options;
        try {
            options = parser.apply(args);
        } catch (final IllegalArgumentException bad) {
            err.println(bad.getMessage());
            err.println();
            err.print(usage);
            return EXIT_USAGE;
        }
        try {
            return example.run(options);
        } catch (final Throwable failure) {
            failure.printStackTrace(err);
            Table.verdict(out, 0, "", 1, List.of(failure.toString()));
            return EXIT_FAILURE;
        }
    }
}
