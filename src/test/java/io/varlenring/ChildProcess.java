// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A test program in a JVM of its own, which reports its progress line by line, and can be killed. */
final class ChildProcess implements AutoCloseable {
    private static final long END_SECONDS = 60;
    /** Of a process that was ended by {@code kill -9}. */
    private static final int KILLED = System.getProperty("os.name").startsWith("Windows") ? 1 : 137;
    /** Of the JDK that children run on: another one's to have rings between the two. */
    static final String HOME = System.getProperty("varlenring.childHome", System.getProperty("java.home"));

    private final Process process;
    private final BufferedReader output;

    ChildProcess(final Class<?> program, final Object... arguments) throws IOException {
        this(List.of(), program, arguments);
    }

    /** Runs it by another command, whose last arguments are the program's. */
    ChildProcess(final List<String> runner, final Class<?> program, final Object... arguments) throws IOException {
        final List<String> command = new ArrayList<>(runner);
        command.addAll(List.of(
                Path.of(HOME, "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:-UsePerfData", // its file is named by the number, which may be 1 for several
                "-cp",
                pathOf(VarLenMpscRing.class) + java.io.File.pathSeparator + pathOf(ChildProcess.class),
                program.getName()));
        for (final Object argument : arguments) {
            command.add(argument.toString());
        }
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String pathOf(final Class<?> type) {
        return Path.of(URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    long pid() {
        return process.pid();
    }

    /** Waits for a line, but not forever; any other output of the program is a failure. */
    ChildProcess await(final String line) throws IOException {
        final AtomicBoolean isHeard = new AtomicBoolean();
        CompletableFuture.delayedExecutor(END_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (!isHeard.get()) {
                process.toHandle().destroyForcibly(); // unlike the process's own, leaves the output open
            }
        });
        final String said = output.readLine();
        isHeard.set(true);
        if (!line.equals(said)) {
            fail("expected: <" + line + "> but was: <" + said + rest() + ">");
        }
        return this;
    }

    private String rest() {
        process.toHandle().destroyForcibly();
        final StringBuilder all = new StringBuilder();
        output.lines().forEach(more -> all.append('\n').append(more));
        return all.toString();
    }

    /** Kills it, as {@code kill -9} does, and waits until it has ended; that it has ended by itself is a failure. */
    void kill() {
        process.toHandle().destroyForcibly();
        awaitEnd();
        final int exitCode = process.exitValue();
        if (exitCode != KILLED) {
            fail("it has ended by itself, with exit code " + exitCode + ", and said: " + rest());
        }
    }

    void awaitEnd() {
        try {
            assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS), "the child does not end");
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void signal(final String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                        .start()
                        .waitFor());
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        awaitEnd();
        try {
            output.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program says when it has come to where it is to be killed. */
    static void sayAndStop(final String line) throws InterruptedException {
        System.out.println(line);
        while (true) {
            Thread.sleep(1000);
        }
    }
}
