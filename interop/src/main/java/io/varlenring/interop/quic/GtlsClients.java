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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Processes of {@code gtlsclient}, the client of ngtcp2: a QUIC stack in C, which Debian packages as ngtcp2-client. One that has
 * moved, and whose new path the server could not validate in time, never hears from it again, and gives up.
 */
final class GtlsClients extends UploadClients {
    static final String PROGRAM = "gtlsclient";
    /** Many processes share few processors. */
    private static final String HANDSHAKE_PATIENCE = "60s";

    private final QuicOptions.Migration migration;
    private final String program;
    private final List<Process> processes = new ArrayList<>();

    GtlsClients(
            final InetSocketAddress server,
            final Uploads uploads,
            final QuicOptions.Migration migration,
            final String program) {
        super(server, uploads);
        this.migration = migration;
        this.program = program;
    }

    static boolean isInstalled() {
        final String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, PROGRAM)));
    }

    /** Whether its upload has arrived is another question: it ends well too when the server has been silent for too long. */
    @Override
    CompletableFuture<Boolean> start(final int upload) throws IOException {
        final String host = server.getAddress().getHostAddress();
        final String port = Integer.toString(server.getPort());
        final List<String> command = new ArrayList<>(List.of(program, "--quiet", "--exit-on-all-streams-close"));
        command.addAll(List.of("--handshake-timeout=" + HANDSHAKE_PATIENCE, "--timeout=" + SILENCE_SECONDS + "s"));
        command.addAll(migration.arguments(upload));
        command.addAll(List.of("--http-method=POST", "--data=" + uploads.file(upload), host, port));
        command.add("https://" + host + ":" + port + Uploads.path(upload));
        final Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        return process.onExit().thenApply(ended -> ended.exitValue() == 0);
    }

    @Override
    public void close() {
        super.close();
        processes.forEach(Process::destroyForcibly);
    }
}
