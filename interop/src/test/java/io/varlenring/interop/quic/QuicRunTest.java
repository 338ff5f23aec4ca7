// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.quic.Quic;
import io.varlenring.interop.front.HandlerLoop;
import io.varlenring.interop.measure.ExampleOutput;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs, small ones, with Netty's client, which is always there. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QuicRunTest {
    private static final int UPLOADS = 16;
    /** Less than the test's own limit, so that a run that fails says why. */
    private static final String SECONDS = "90";

    private static final List<String> SMALL_UPLOADS = List.of(
            "--client", "netty", "--megabytes", "2", "--connections", Integer.toString(UPLOADS), "--seconds", SECONDS);

    private final ExampleOutput output = new ExampleOutput();

    @BeforeAll
    static void needsNativeLibrary() {
        // The codec is native code, which the pom brings for Linux on x86-64 only; elsewhere there is nothing to test.
        Assumptions.assumeTrue(Quic.isAvailable(), () -> "no QUIC here: " + Quic.unavailabilityCause());
    }

    @ParameterizedTest
    @EnumSource
    void netty_severalListenersAndHandlers_takesAllUploads(final HandlerLoop.Kind handler) {
        assertEquals(0, netty("--handlers", "2", "--handler", handler.name()), output::all);

        assertAllArrived();
        assertTrue(output.count("put into a ring in place") > 0, output::all);
        assertTrue(output.count("wakeups") > 0, output::all);
        assertEquals(
                received(),
                output.count("put into a ring in place")
                        + output.count("put into a ring by a copy")
                        + output.count("dropped: the ring was full"),
                output::all);
    }

    @ParameterizedTest
    @EnumSource
    void netty_ringThatIsOftenFull_takesAllUploads(final HandlerLoop.Kind handler) {
        assertEquals(0, netty("--handlers", "1", "--capacity", "4k", "--handler", handler.name()), output::all);

        assertAllArrived();
        assertTrue(output.count("dropped: the ring was full") > 0, output::all);
    }

    @Test
    void netty_migrationWithoutGtlsclient_saysThatThereIsNone() {
        assertEquals(0, netty("--migrate", "both"), output::all);

        assertTrue(output.out().contains("there will be no migration"), output::all);
    }

    @Test
    void gtlsclient_clientsThatMove_stayWithTheirHandlers() {
        // Only gtlsclient can change its address, and it is a program of the system's, which the build cannot bring:
        // without it there is nothing to be run here. CI installs it.
        Assumptions.assumeTrue(GtlsClients.isInstalled(), "no gtlsclient here");
        assertEquals(0, run("--megabytes 32 --connections 16 --migrate both --seconds " + SECONDS), output::all);

        assertEquals(UPLOADS, output.count("uploads that arrived"), output::all);
        assertTrue(output.out().contains("the clients are gtlsclient's"), output::all);
        assertTrue(output.count("of them to another listener") > 0, output::all);
    }

    @Test
    void netty_timeIsUp_failsAndNamesTheUploads() {
        assertEquals(1, run("--client netty --megabytes 2000 --connections 2 --seconds 1"), output::all);

        assertTrue(output.out().contains("  quic-netty: 2 uploads did not arrive: [0, 1]"), output::all);
    }

    @Test
    void kwik_severalListeners_takesAllUploads() {
        assertEquals(0, output.of(new QuicOptions.Kwik(), String.join(" ", SMALL_UPLOADS), QuicKwik::run), output::all);

        assertAllArrived();
    }

    private void assertAllArrived() {
        assertEquals(UPLOADS, output.count("uploads that arrived"), output::all);
        assertTrue(output.out().contains("integrity: OK (16 uploads of 125000 bytes verified"), output::all);
    }

    private long received() {
        return output.count("received by listeners");
    }

    private int netty(final String... more) {
        final List<String> options = new ArrayList<>(SMALL_UPLOADS);
        options.addAll(List.of(more));
        return run(String.join(" ", options));
    }

    private int run(final String commandLine) {
        return output.of(new QuicOptions.Netty(), commandLine, QuicNetty::run);
    }
}
