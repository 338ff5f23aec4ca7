// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/** When datagrams of which size were sent, as recorded from QUIC traffic. */
final class Trace {
    /** The traces that are here; {@code traces/README.md} says where they come from. */
    static final List<String> NAMES =
            List.of("upload", "download", "connection-storm", "ngtcp2-cubic", "picoquic-bbr", "quiche-gso-unpaced");

    /** What a command line says of them. */
    static final String CHOICE =
            "upload, download, connection-storm, ngtcp2-cubic, picoquic-bbr or quiche-gso-unpaced (upload)";

    /** One datagram, sent so long after the first one, of a flow whose number counts from 0. */
    record Datagram(long nanos, int size, int flow) {}

    private Trace() {}

    /** Throws an {@link IllegalArgumentException} when there is no such trace. */
    static void check(final String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "--trace must be one of " + String.join(", ", NAMES) + ", but is '" + name + "'");
        }
    }

    /**
     * Reads a trace. Its flows, each a direction of a connection, are numbered from 0 on; of a trace of one flow there are
     * {@code copies}, each datagram of one followed by the same of the others.
     */
    static List<Datagram> load(final String name, final int copies) {
        final List<Datagram> trace = new ArrayList<>();
        final Map<String, Integer> flowNumbers = new HashMap<>();
        final InputStream resource = Trace.class.getResourceAsStream("/traces/" + name + ".csv.gz");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII))) {
            final int fields = lines.readLine().split(",").length;
            long nanos = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final String[] values = line.split(",");
                nanos += TimeUnit.MICROSECONDS.toNanos(Long.parseLong(values[0]));
                final int size = Integer.parseInt(values[fields - 1]);
                if (fields == 2) {
                    for (int flow = 0; flow < copies; flow++) {
                        trace.add(new Datagram(nanos, size, flow));
                    }
                } else {
                    flowNumbers.putIfAbsent(values[1] + values[2], flowNumbers.size());
                    trace.add(new Datagram(nanos, size, flowNumbers.get(values[1] + values[2])));
                }
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("trace " + name, failure);
        }
        return trace;
    }
}
