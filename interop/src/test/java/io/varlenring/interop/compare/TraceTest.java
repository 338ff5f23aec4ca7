// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceTest {
    @ParameterizedTest
    @CsvSource({
        "upload, 89148, 1444, 3462",
        "download, 126457, 1444, 3182",
        "connection-storm, 1430, 1444, 4135",
        "ngtcp2-cubic, 75705, 1444, 22561",
        "picoquic-bbr, 74759, 1440, 22752",
        "quiche-gso-unpaced, 82437, 1350, 23375"
    })
    void load_oneSender_getsAll(final String name, final int datagrams, final int maxSize, final long millis) {
        final Trace trace = Trace.load(name, 1).get(0);

        assertEquals(datagrams, trace.length());
        assertEquals(
                maxSize,
                IntStream.range(0, trace.length()).map(trace::size).max().orElseThrow());
        assertEquals(0, trace.nanos(0));
        assertEquals(millis, trace.nanos(datagrams - 1) / 1_000_000);
        for (int i = 1; i < datagrams; i++) {
            assertTrue(trace.nanos(i) >= trace.nanos(i - 1));
            assertTrue(trace.size(i) >= Datagrams.HEADER_LENGTH);
        }
    }

    @Test
    void load_severalFlows_areDealtOutWithoutLossOrCopy() {
        final List<Trace> traces = Trace.load("upload", 3);

        assertEquals(3, traces.size());
        assertEquals(89148, traces.stream().mapToInt(Trace::length).sum());
        assertTrue(traces.stream().allMatch(trace -> trace.length() > 10_000));
    }

    @Test
    void load_oneFlow_goesToEverySender() {
        final List<Trace> traces = Trace.load("picoquic-bbr", 2);

        assertEquals(74759, traces.get(0).length());
        assertEquals(74759, traces.get(1).length());
    }

    @Test
    void resources_nameTheSourceAndItsLicence() throws IOException {
        try (InputStream readme = Trace.class.getResourceAsStream("/traces/README.md")) {
            final String text = new String(readme.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("CC BY 4.0") && text.contains("10.5281/zenodo.15311561"));
        }
    }
}
