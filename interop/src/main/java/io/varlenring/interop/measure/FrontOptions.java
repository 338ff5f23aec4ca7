// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Options;
import io.varlenring.interop.front.QuicRecords;
import picocli.CommandLine.Option;

/** The options of every program that has the front. */
public abstract class FrontOptions extends Options {
    @Option(names = "--listeners", description = "listener threads, each with a socket")
    @Within(min = 1, max = 64)
    public int listeners = 2;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description = "that may wait for each handler, a power of two, from 4k on; k or m may follow (1m)")
    public int capacity = 1 << 20;

    @Override
    protected void check() {
        checkFits("the longest datagram's record", QuicRecords.CLAIM_LENGTH, 0, capacity);
    }
}
