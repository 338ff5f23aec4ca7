// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.varlenring.VarLenMpscRing;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A producer or a consumer in a process of its own. */
final class PeerProcess implements AutoCloseable {
    private static final int KILLED = 128 + 9;
    private static final long END_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;

    private PeerProcess(final List<String> program, final Object... arguments) throws IOException {
        final List<String> command = new ArrayList<>(program);
        for (final Object argument : arguments) {
            command.add(argument.toString());
        }
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts one and waits until it has its place in the file. */
    static PeerProcess start(final List<String> program, final Object... arguments) throws IOException {
        final PeerProcess peer = new PeerProcess(program, arguments);
        final String said = peer.output.readLine();
        if (!"runs".equals(said)) {
            final String all = said + peer.rest(); // up to its end
            peer.close();
            assertEquals("runs", all);
        }
        return peer;
    }

    /** Compiles a program in C; returns null when there is no compiler. */
    static List<String> compile(final String name, final Path directory, final String... options) throws Exception {
        final Path program = directory.resolve(name);
        final List<String> command = new ArrayList<>(List.of("gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", program.toString(), "c/" + name + ".c"));
        final Process compiler;
        try {
            compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (final IOException e) {
            return null;
        }
        final String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), said);
        return List.of(program.toString());
    }

    static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                pathOf(VarLenMpscRing.class) + File.pathSeparator + pathOf(JavaPeer.class),
                JavaPeer.class.getName());
    }

    private static String pathOf(final Class<?> type) {
        return Path.of(URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    private String rest() {
        return output.lines().collect(Collectors.joining("\n", "\n", ""));
    }

    /** Kills it, as {@code kill -9} does; it is a failure if it has ended by itself. */
    void kill() throws InterruptedException {
        if (!process.isAlive()) {
            fail(process.exitValue() + ": " + rest()); // to destroy it would close what it has said
        }
        process.destroyForcibly();
        assertEquals(KILLED, end());
    }

    /** Waits for its end; returns what it has said. */
    String await() throws InterruptedException {
        final int code = end();
        final String said = rest();
        assertEquals(0, code, said);
        return said.strip();
    }

    private int end() throws InterruptedException {
        assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS), "the peer does not end");
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
