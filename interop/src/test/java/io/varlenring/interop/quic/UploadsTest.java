// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the books of a run can say no. */
class UploadsTest {
    private static final int LENGTH = 100_000;

    @TempDir
    private Path directory;

    private Uploads uploads;

    @BeforeEach
    void prepare() throws IOException {
        uploads = new Uploads(2, LENGTH, directory);
    }

    @Test
    void end_allAsSent_isRight() throws Exception {
        upload(0, content(0));
        upload(1, content(1));

        assertTrue(uploads.await(0));
        assertEquals(List.of(), uploads.violations());
        assertEquals(2L * LENGTH, uploads.bytes());
    }

    @Test
    void end_aBitChanged_isWrong() throws IOException {
        final byte[] content = content(0);
        content[LENGTH / 2] ^= 1;
        upload(0, content);
        upload(1, content(1));

        assertEquals(List.of("upload 0: wrong checksum", "1 uploads did not arrive: [0]"), uploads.violations());
    }

    @Test
    void end_contentOfAnother_isWrong() throws IOException {
        upload(0, content(1));

        assertEquals("upload 0: wrong checksum", uploads.violations().get(0));
    }

    @Test
    void end_tooShort_isWrong() throws IOException {
        upload(0, new byte[LENGTH - 1]);

        assertEquals(
                "upload 0: 99999 bytes instead of 100000", uploads.violations().get(0));
    }

    @Test
    void end_twice_isWrong() throws IOException {
        upload(0, content(0));
        upload(0, content(0));

        assertEquals("upload 0 arrived again", uploads.violations().get(0));
    }

    /** What is no upload is none of the run's business, and is told so. */
    @ParameterizedTest
    @CsvSource({
        "POST, /upload/1, 200",
        "PUT, /upload/1, 200",
        "POST, /upload/2, 404",
        "GET, /, 404",
        "GET, /upload/1, 405",
        "CONNECT, , 501",
        "GET, , 400",
        ", , 400"
    })
    void begin_anyRequest_isAnsweredAsHttpSays(final String method, final String path, final int status) {
        assertEquals(status, uploads.begin(method, path).status());
        assertEquals(1, uploads.requests());
        assertEquals(status == 200 ? 0 : 1, uploads.answeredOtherwise());
        assertEquals(List.of("2 uploads did not arrive: [0, 1]"), uploads.violations());
    }

    @Test
    void begin_ofStrangers_isTakenWhateverItIs() throws IOException {
        final Uploads strangers = new Uploads(0, 0, directory);
        final Uploads.Arrival arrival = strangers.begin("POST", "/upload/77");
        arrival.add(ByteBuffer.allocate(5));
        arrival.end();

        assertEquals(200, arrival.status());
        assertEquals(5, strangers.bytes());
        assertEquals(List.of(), strangers.violations());
    }

    private void upload(final int upload, final byte[] content) {
        final Uploads.Arrival arrival = uploads.begin("POST", Uploads.path(upload));
        arrival.add(ByteBuffer.wrap(content, 0, LENGTH / 3));
        arrival.add(ByteBuffer.wrap(content, LENGTH / 3, content.length - LENGTH / 3));
        arrival.end();
    }

    private byte[] content(final int upload) throws IOException {
        return Files.readAllBytes(uploads.file(upload));
    }
}
