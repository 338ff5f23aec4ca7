// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import java.io.Closeable;

/** One thread's part of a replay, up to the ring. */
interface ReplayProducer extends Closeable {
    /** Goes through the trace. */
    void run(long startNanos) throws Exception;

    /** Lets {@link #run} return soon. */
    void stop();

    long sent();

    long failures();
}
