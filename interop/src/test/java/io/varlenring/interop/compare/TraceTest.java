// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceTest {
    @ParameterizedTest
    @CsvSource({
        "UPLOAD, 50000, 1444, 2612",
        "DOWNLOAD, 30000, 1444, 1201",
        "CONNECTION_STORM, 1430, 1444, 4135",
        "NGTCP2_CUBIC, 40000, 1444, 11920",
        "PICOQUIC_BBR, 26000, 1440, 7886",
        "QUICHE_GSO_UNPACED, 28000, 1350, 7838"
    })
    void load_oneCopy_hasAll(final Trace recorded, final int datagrams, final int maxSize, final long millis) {
        final List<Trace.Datagram> trace = recorded.load(1);

        assertEquals(datagrams, trace.size());
        assertEquals(
                maxSize, trace.stream().mapToInt(Trace.Datagram::size).max().orElseThrow());
        assertEquals(0, trace.get(0).nanos());
        assertEquals(millis, trace.get(datagrams - 1).nanos() / 1_000_000);
        for (int i = 1; i < datagrams; i++) {
            assertTrue(trace.get(i).nanos() >= trace.get(i - 1).nanos());
            assertTrue(trace.get(i).size() >= Datagrams.HEADER_LENGTH);
        }
    }

    @Test
    void load_severalFlows_areNotCopied() {
        final List<Trace.Datagram> trace = Trace.UPLOAD.load(3);

        assertEquals(50000, trace.size());
        for (int sender = 0; sender < 3; sender++) {
            final int number = sender;
            final long datagrams = trace.stream()
                    .filter(datagram -> datagram.flow() % 3 == number)
                    .count();
            assertTrue(datagrams > 10_000, "sender " + sender);
        }
    }

    @Test
    void load_oneFlow_isCopied() {
        final List<Trace.Datagram> trace = Trace.PICOQUIC_BBR.load(2);

        assertEquals(2 * 26000, trace.size());
        assertEquals(0, trace.get(0).flow());
        assertEquals(1, trace.get(1).flow());
        assertEquals(trace.get(0).size(), trace.get(1).size());
        assertEquals(trace.get(0).nanos(), trace.get(1).nanos());
    }

    @Test
    void resources_nameTheSourceAndItsLicence() throws IOException {
        try (InputStream readme = Trace.class.getResourceAsStream("/traces/README.md")) {
            final String text = new String(readme.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("CC BY 4.0") && text.contains("10.5281/zenodo.15311561"));
        }
    }
}
