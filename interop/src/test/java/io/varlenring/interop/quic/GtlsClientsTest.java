// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When clients are started anew. The programs here do nothing but end. */
@Timeout(60)
class GtlsClientsTest {
    private static final String ENDS_WELL = "true";
    private static final String ENDS_BADLY = "false";

    @TempDir
    private Path directory;

    private Uploads uploads;

    @BeforeEach
    void makeUploads() throws IOException {
        uploads = new Uploads(2, 1_000, directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {ENDS_WELL, ENDS_BADLY}) // gtlsclient ends with 0 also when the server is silent
    void startOver_endedWithoutArrival_startsThemAnew(final String program) throws Exception {
        try (GtlsClients clients = start(program)) {
            awaitEnd(clients);
            clients.startOver();
            assertEquals(2, clients.startedOver());

            awaitEnd(clients);
            clients.startOver();
            assertEquals(4, clients.startedOver());
        }
    }

    @Test
    void startOver_uploadHasArrived_leavesItsClient() throws Exception {
        try (GtlsClients clients = start(ENDS_WELL)) {
            arrive(1);
            awaitEnd(clients);
            clients.startOver();

            assertEquals(1, clients.startedOver());
        }
    }

    @Test
    void startOver_clientIsStillAtWork_leavesIt() throws Exception {
        final Path program = Files.writeString(directory.resolve("works-for-long"), "#!/bin/sh\nexec sleep 60\n");
        assertTrue(program.toFile().setExecutable(true));
        try (GtlsClients clients = start(program.toString())) {
            clients.startOver();

            assertEquals(0, clients.startedOver());
        }
    }

    @Test
    void failed_programsThatEndBadly_areCounted() throws Exception {
        final GtlsClients bad = start(ENDS_BADLY);
        awaitEnd(bad);
        bad.close();
        final GtlsClients good = start(ENDS_WELL);
        awaitEnd(good);
        good.close();

        assertEquals(2, bad.failed());
        assertEquals(0, good.failed());
    }

    private GtlsClients start(final String program) throws Exception {
        final InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        final GtlsClients clients = new GtlsClients(nobody, uploads, QuicOptions.Migration.NONE, program);
        clients.start();
        return clients;
    }

    private static void awaitEnd(final GtlsClients clients) {
        clients.ends.forEach(CompletableFuture::join);
    }

    private void arrive(final int upload) throws IOException {
        final Uploads.Arrival arrival = uploads.begin("POST", Uploads.path(upload));
        arrival.add(ByteBuffer.wrap(Files.readAllBytes(uploads.file(upload))));
        arrival.end();
    }
}
