// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.ExampleOutput;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EchoProxyTest {
    private static final int DAMAGED_ANSWER = 100;

    private final ExampleOutput output = new ExampleOutput();

    @Test
    void run_threeClients_echoesAndAccountsForAll() {
        assertEquals(0, run("--seconds 1 --clients 3"), output::all);

        final long echoed = output.count("echoed");
        final long notices = output.count("notices received");
        assertTrue(echoed > 0, output::all);
        assertTrue(notices > 0, output::all);
        assertTrue(
                output.out()
                        .contains("integrity: OK (" + echoed + " echoes and " + notices
                                + " notices verified: content and order)"),
                output::all);
        assertEquals(output.count("datagrams sent"), echoed + output.count("lost"), output::all);
        assertTrue(notices <= output.count("notices sent over the ring"), output::all);
        assertTrue(output.count("datagrams through the loop") >= 2 * echoed, output::all);
        assertTrue(output.count("tasklet runs") > 0, output::all);
        assertTrue(output.count("tasklet wakeups") >= output.count("tasklet runs"), output::all);
        assertTrue(output.number("round trip p50, us") > 0, output::all);
        assertTrue(output.number("round trip p99, us") <= output.number("round trip max, us"), output::all);
        assertTrue(
                Pattern.compile(
                                "^   1 s  echoed +[0-9,]+/s  notices +[0-9,]+/s  tasklet runs +[0-9,]+/s"
                                        + "  ring [0-9,]+ of 65536 bytes$",
                                Pattern.MULTILINE)
                        .matcher(output.out())
                        .find(),
                output::all);
        assertEquals("", output.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"16..16", "65503..65503"})
    void run_smallestAndLargestDatagrams_areEchoed(final String size) {
        assertEquals(0, run("--seconds 1 --clients 1 --controls 1 --size " + size), output::all);
    }

    @Test
    void run_corruptedEcho_fails() {
        final int exitCode = run(new Nth(answer -> {
            final int last = answer.limit() - 1;
            answer.put(last, (byte) ~answer.get(last));
        }));

        assertEquals(1, exitCode, output::all);
        assertTrue(output.out().contains("integrity: FAILED: 1 violation:"), output::all);
        assertTrue(output.out().contains(": wrong checksum in "), output::all);
    }

    @Test
    void run_echoOfAnotherClient_fails() {
        final int exitCode = run(new Nth(answer -> {
            final int start = answer.position();
            final int sender = Datagrams.sender(answer, start);
            final long sequence = Datagrams.sequence(answer, start);
            new Datagrams().encode(answer, start, answer.remaining(), sender + 1, sequence);
        }));

        assertEquals(1, exitCode, output::all);
        assertTrue(output.out().contains(": an echo for client "), output::all);
    }

    @Test
    void run_bodyThrows_endsTheRun() {
        final int exitCode = run("--seconds 3600", new Nth(answer -> {
            throw new IllegalStateException("as planned");
        }));

        assertEquals(1, exitCode, output::all);
        assertTrue(
                output.out().contains("  tasklet ANSWER threw java.lang.IllegalStateException: as planned"),
                output::all);
        assertTrue(output.err().contains("as planned"), output::all);
    }

    @Test
    void run_badOption_printsMessageAndUsage() {
        assertEquals(2, run("--clients 0"));

        assertEquals("", output.out());
        assertTrue(output.err().startsWith("--clients must be in 1..64, but is 0"), output::all);
    }

    /** Does something to one answer. */
    private static final class Nth implements Consumer<ByteBuffer> {
        private final Consumer<ByteBuffer> action;
        private int answers;

        Nth(final Consumer<ByteBuffer> action) {
            this.action = action;
        }

        @Override
        public void accept(final ByteBuffer answer) {
            if (++answers == DAMAGED_ANSWER) {
                action.accept(answer);
            }
        }
    }

    private int run(final Consumer<ByteBuffer> interposer) {
        return run("--seconds 1", interposer);
    }

    private int run(final String commandLine, final Consumer<ByteBuffer> interposer) {
        return output.of(
                new EchoProxyOptions(),
                commandLine,
                (options, watch, out) -> EchoProxy.run(options, interposer, watch, out));
    }

    private int run(final String commandLine) {
        return output.of(new EchoProxyOptions(), commandLine, EchoProxy::run);
    }
}
