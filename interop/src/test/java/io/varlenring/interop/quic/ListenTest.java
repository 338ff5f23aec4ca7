// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.quic.Quic;
import io.varlenring.examples.harness.ThreadWatch;
import io.varlenring.interop.Ipv6;
import io.varlenring.interop.front.Drop;
import java.io.BufferedReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server of its own process, with foreign clients, and others that send what no client sends, until it gets TERM. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListenTest {
    private static final int TERM = 128 + 15;

    private final ThreadWatch watch = new ThreadWatch(System.err, 30_000);

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsNativeLibrary() {
        // The codec is native code, which the pom brings for Linux on x86-64 only; elsewhere there is nothing to test.
        Assumptions.assumeTrue(Quic.isAvailable(), () -> "no QUIC here: " + Quic.unavailabilityCause());
    }

    @ParameterizedTest
    @CsvSource({
        "QuicNetty, [::]:0",
        "QuicNetty, 127.0.0.1:0",
        "QuicNetty --handler tasklet, 127.0.0.1:0",
        "QuicKwik, 127.0.0.1:0"
    })
    void listen_foreignClients_areServedUntilTerm(final String server, final String listen) throws Exception {
        Ipv6.assumeFor(listen);
        final Path temporary = Files.createDirectory(directory.resolve("tmp"));
        final Path contents = Files.createDirectory(directory.resolve("contents"));
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(("io.varlenring.interop.quic." + server + " --listen " + listen).split(" ")));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader out = process.inputReader()) {
            final Matcher port = Pattern.compile("listening on .*:([0-9]+)").matcher("");
            for (String line = out.readLine(); !port.reset(line).find(); ) {
                line = out.readLine();
            }
            final Uploads uploads = new Uploads(2, 10_000, contents);
            final InetSocketAddress address = new InetSocketAddress(
                    listen.startsWith("[") ? "::1" : "127.0.0.1", Integer.parseInt(port.group(1)));
            try (NettyClients clients = new NettyClients(address, uploads);
                    Garbage garbage = new Garbage(address)) {
                watch.start("garbage", garbage::run);
                clients.start();
                for (String line = out.readLine();
                        !line.contains("  2 requests, 0 answered otherwise, 20000 bytes"); ) {
                    line = out.readLine();
                }
            }
            process.toHandle().destroy();
            final String rest = out.lines().collect(Collectors.joining("\n"));

            assertTrue(rest.contains("integrity: OK (2 requests"), rest);
            for (final Drop reason : Drop.values()) {
                assertTrue(
                        reason == Drop.RING_FULL || rest.matches("(?s).*dropped: " + reason.words() + " +[1-9].*"),
                        rest);
            }
            assertEquals(TERM, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(
                    List.of(),
                    left.filter(file -> file.getFileName().toString().startsWith("quic-"))
                            .toList());
        }
    }
}
