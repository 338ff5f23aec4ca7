// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
        int run(PrintStream out, PrintStream err) throws IOException, InterruptedException;
    }

    /** Runs an example with an out and an err that are kept here; returns its exit code. */
    public int of(final Example example) {
        try (PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
                PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
            return example.run(out, err);
        } catch (final IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
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
