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
                    final int flow = flowNumbers.computeIfAbsent(values[1] + values[2], first -> flowNumbers.size());
                    trace.add(new Datagram(nanos, size, flow));
                }
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException("trace " + this, failure);
        }
        return trace;
    }
}
