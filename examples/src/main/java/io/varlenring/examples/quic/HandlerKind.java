// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.varlenring.examples.ThreadWatch;
import java.util.Locale;

/** Whose the thread is that runs Netty's event loop. */
enum HandlerKind {
    EXECUTOR {
        @Override
        HandlerLoop newLoop(
                final int index, final int capacity, final RingDatagramChannel channel, final ThreadWatch watch) {
            return new ExecutorHandlerLoop(capacity, channel, watch);
        }
    },
    TASKLET {
        @Override
        HandlerLoop newLoop(
                final int index, final int capacity, final RingDatagramChannel channel, final ThreadWatch watch) {
            return new TaskletHandlerLoop(index, capacity, channel, watch);
        }
    };

    abstract HandlerLoop newLoop(int index, int capacity, RingDatagramChannel channel, ThreadWatch watch);

    /** Returns what the command line calls this. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }
}
