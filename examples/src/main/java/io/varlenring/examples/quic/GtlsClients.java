// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes of {@code gtlsclient}, the client of ngtcp2: a QUIC stack in C, which Debian packages as ngtcp2-client. */
final class GtlsClients implements UploadClients {
    private static final String PROGRAM = "gtlsclient";
    /** Many processes share few processors. */
    private static final String PATIENCE = "60s";

    private static final long EXIT_MILLIS = 1_000;

    private final List<Process> processes = new ArrayList<>();
    private final InetSocketAddress server;
    private final Uploads uploads;
    private final Migration migration;
    private long failed;

    GtlsClients(final InetSocketAddress server, final Uploads uploads, final Migration migration) {
        this.server = server;
        this.uploads = uploads;
        this.migration = migration;
    }

    static boolean isInstalled() {
        final String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, PROGRAM)));
    }

    @Override
    public String name() {
        return PROGRAM;
    }

    @Override
    public boolean canMigrate() {
        return true;
    }

    @Override
    public void start() throws IOException {
        for (int i = 0; i < uploads.count(); i++) {
            processes.add(start(i));
        }
    }

    private Process start(final int upload) throws IOException {
        final String host = server.getAddress().getHostAddress();
        final String port = Integer.toString(server.getPort());
        final List<String> command = new ArrayList<>(List.of(PROGRAM, "--quiet", "--exit-on-all-streams-close"));
        command.addAll(List.of("--handshake-timeout=" + PATIENCE, "--timeout=" + PATIENCE));
        command.addAll(migration.arguments(upload));
        command.addAll(List.of("--http-method=POST", "--data=" + uploads.file(upload), host, port));
        command.add("https://" + host + ":" + port + Uploads.path(upload));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    public void close() {
        boolean interrupted = false;
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EXIT_MILLIS);
        for (final Process process : processes) {
            try {
                if (interrupted || !process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    process.destroyForcibly();
                }
            } catch (final InterruptedException e) {
                interrupted = true;
                process.destroyForcibly();
            }
        }
        failed = processes.stream()
                .filter(process -> process.isAlive() || process.exitValue() != 0)
                .count();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long failed() {
        return failed;
    }
}
