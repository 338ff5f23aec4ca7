// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.RecordHandler;
import io.varlenring.examples.harness.ThreadWatch;

/** What the handler at the end of a ring runs on. */
enum HandlerMode {
    THREAD,
    TASKLET;

    /** Makes a ring, and starts to hand its records to a handler. */
    RingRunner start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
        return this == THREAD
                ? ParkingConsumer.start(capacity, handler, watch)
                : new TaskletConsumer(capacity, handler, watch);
    }
}
