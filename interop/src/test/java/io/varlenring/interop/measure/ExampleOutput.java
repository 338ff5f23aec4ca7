// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Options;
import io.varlenring.examples.harness.Program;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an example has printed. */
public final class ExampleOutput {
    private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();

    /** Whatever prints. */
    @FunctionalInterface
    public interface Example {
        int run(PrintStream out, PrintStream err) throws Exception;
    }

    /** Runs an example with an out and an err that are kept here; returns its exit code. */
    public int of(final Example example) {
        try (PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
                PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
            return example.run(out, err);
        } catch (final Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Runs a program with a command line, or with options that have been read already when there is none. */
    public <O extends Options> int of(final O options, final String commandLine, final Program.Body<O> body) {
        final String[] args = commandLine.isEmpty() ? new String[0] : commandLine.split(" ");
        return of((out, err) -> Program.run(args, options, body, out, err));
    }

    public void reset() {
        outBytes.reset();
        errBytes.reset();
    }

    public long count(final String label) {
        return (long) number(label);
    }

    /** Finds a line of the table by its label, and returns its number. */
    public double number(final String label) {
        final Matcher line = Pattern.compile("^" + Pattern.quote(label) + " +([-0-9,.]+)$", Pattern.MULTILINE)
                .matcher(out());
        assertTrue(line.find(), () -> "no line '" + label + "' in " + all());
        return Double.parseDouble(line.group(1).replace(",", ""));
    }

    public String out() {
        return outBytes.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return errBytes.toString(StandardCharsets.UTF_8);
    }

    public String all() {
        return out() + err();
    }
}
