// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.measure;

import io.varlenring.examples.harness.Options;
import picocli.CommandLine.Option;

/** The options of every program that has {@link MessageWriter}s. */
public abstract class MessageOptions extends Options {
    public static final int MAX_LENGTH = 1 << 17;

    @Option(names = "--seconds", description = "how long to write, after what warm-up there is")
    @Within(min = 1, max = 86_400)
    public int seconds = 5;

    @Option(names = "--size", description = "bytes of a message, random")
    @Within(min = TimedMessages.MIN_LENGTH, max = MAX_LENGTH)
    public Range size = new Range(32, 1200);

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = Capacity.class,
            description = "of a ring, a power of two, k or m may follow; at least twice MAX and some (256k)")
    public int capacity = 1 << 18;

    @Override
    protected void check() {
        checkFits("MAX of --size", size.max(), 0, capacity);
    }
}
