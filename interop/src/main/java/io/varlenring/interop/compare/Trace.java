// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.examples.harness.Options;
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

/** When datagrams of which size were sent, as recorded from QUIC traffic; {@code traces/README.md} says where and by whom. */
enum Trace {
    UPLOAD,
    DOWNLOAD,
    CONNECTION_STORM,
    NGTCP2_CUBIC,
    PICOQUIC_BBR,
    QUICHE_GSO_UNPACED;

    /** One datagram, sent so long after the first one, of a flow whose number counts from 0. */
    record Datagram(long nanos, int size, int flow) {}

    /** Returns its name on a command line, and its file's. */
    @Override
    public String toString() {
        return Options.nameOf(this).replace('_', '-');
    }

    /**
     * Reads a trace. Its flows, each a direction of a connection, are numbered from 0 on; of a trace of one flow there are
     * {@code copies}, each datagram of one followed by the same of the others.
     */
    List<Datagram> load(final int copies) {
        final List<Datagram> trace = new ArrayList<>();
        final Map<String, Integer> flowNumbers = new HashMap<>();
        final InputStream resource = Trace.class.getResourceAsStream("/traces/" + this + ".csv.gz");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII))) {
            final List<String[]> columns =
                    lines.lines().map(line -> line.split(",")).toList(); // each begins with its name
            final String[] deltas = columns.get(0);
            final String[] sizes = columns.get(columns.size() - 1);
            long nanos = 0;
            for (int i = 1; i < deltas.length; i++) {
                nanos += TimeUnit.MICROSECONDS.toNanos(Long.parseLong(deltas[i]));
                final int size = Integer.parseInt(sizes[i]);
                if (columns.size() == 2) {
                    for (int flow = 0; flow < copies; flow++) {
                        trace.add(new Datagram(nanos, size, flow));
                    }
                } else {
                    final String name = columns.get(1)[i] + columns.get(2)[i];
                    final int flow = flowNumbers.computeIfAbsent(name, first -> flowNumbers.size());
                    trace.add(new Datagram(nanos, size, flow));
                }
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("trace " + this, failure);
        }
        return trace;
    }
}
