// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import io.varlenring.RecordHandler;
import java.util.Locale;

/** What the handler at the end of a ring runs on. */
enum HandlerMode {
    TASKLET {
        @Override
        RingRunner start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return new TaskletConsumer(capacity, handler, watch);
        }
    },
    THREAD {
        @Override
        RingRunner start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return ParkingConsumer.start(capacity, handler, watch);
        }
    },
    BUSY {
        @Override
        RingRunner start(final int capacity, final RecordHandler handler, final ThreadWatch watch) {
            return SpinningConsumer.start(capacity, handler, watch);
        }
    };

    /** Makes a ring, and starts to hand its records to a handler. */
    abstract RingRunner start(int capacity, RecordHandler handler, ThreadWatch watch);

    /** Returns what the command line calls this. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    static HandlerMode parse(final String option, final String value) {
        for (final HandlerMode mode : values()) {
            if (mode.option().equals(value)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(option + " must be tasklet, thread or busy, but is '" + value + "'");
    }
}
