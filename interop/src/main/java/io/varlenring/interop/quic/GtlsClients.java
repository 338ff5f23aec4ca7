// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes of {@code gtlsclient}, the client of ngtcp2: a QUIC stack in C, which Debian packages as ngtcp2-client. */
final class GtlsClients implements UploadClients {
    private static final String PROGRAM = "gtlsclient";
    /** Many processes share few processors. */
    private static final String HANDSHAKE_PATIENCE = "60s";
    /**
     * How long a client does without a word from the server. A client that has moved and whose new path the server could
     * not validate in time never hears from it again; the sooner it gives up, the sooner it can start over.
     */
    private static final String SILENCE_PATIENCE = "20s";

    private static final long EXIT_MILLIS = 1_000;

    private final List<Process> processes = new ArrayList<>();
    private final InetSocketAddress server;
    private final Uploads uploads;
    private final Migration migration;
    private final String program;
    private long startedOver;
    private long failed;

    GtlsClients(final InetSocketAddress server, final Uploads uploads, final Migration migration) {
        this(server, uploads, migration, PROGRAM);
    }

    GtlsClients(
            final InetSocketAddress server, final Uploads uploads, final Migration migration, final String program) {
        this.server = server;
        this.uploads = uploads;
        this.migration = migration;
        this.program = program;
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
        final List<String> command = new ArrayList<>(List.of(program, "--quiet", "--exit-on-all-streams-close"));
        command.addAll(List.of("--handshake-timeout=" + HANDSHAKE_PATIENCE, "--timeout=" + SILENCE_PATIENCE));
        command.addAll(migration.arguments(upload));
        command.addAll(List.of("--http-method=POST", "--data=" + uploads.file(upload), host, port));
        command.add("https://" + host + ":" + port + Uploads.path(upload));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    public void startOver() throws IOException {
        for (int i = 0; i < processes.size(); i++) {
            final Process process = processes.get(i);
            // In this order: the server notes the arrival before it answers, and the client ends well only with an
            // answer.
            // The exit code does not tell: it is 0 as well when the server has been silent for too long.
            if (!process.isAlive() && !uploads.hasArrived(i)) {
                processes.set(i, start(i));
                startedOver++;
            }
        }
    }

    @Override
    public long startedOver() {
        return startedOver;
    }

    @Override
    public void close() {
        CompletableFuture.allOf(processes.stream().map(Process::onExit).toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, EXIT_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        failed = processes.stream()
                .filter(process -> process.isAlive() || process.exitValue() != 0)
                .count();
        processes.forEach(Process::destroyForcibly);
    }

    @Override
    public long failed() {
        return failed;
    }
}
