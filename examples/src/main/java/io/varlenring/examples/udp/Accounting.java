// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import java.util.ArrayList;
import java.util.List;

/**
 * The books of a run that has ended: every datagram received must have gone to exactly one place.
 *
 * @param sent datagrams that the senders gave to the kernel
 * @param listeners what each listener counted
 * @param recordsOfListeners how many records of each listener the handler got
 * @param handedOver how many records the handler got
 * @param offered how many records the ring says were committed
 */
record Accounting(
        long sent, List<ListenerCounts> listeners, List<Long> recordsOfListeners, long handedOver, long offered) {
    long received() {
        return listeners.stream().mapToLong(ListenerCounts::received).sum();
    }

    long refused() {
        return listeners.stream().mapToLong(ListenerCounts::refused).sum();
    }

    long malformed() {
        return listeners.stream().mapToLong(ListenerCounts::malformed).sum();
    }

    long lostByKernel() {
        return sent - received();
    }

    /** Returns what does not add up, in words; empty when all does. */
    List<String> mismatches() {
        final List<String> mismatches = new ArrayList<>();
        final long accountedFor = handedOver + refused() + malformed();
        if (received() != accountedFor) {
            mismatches.add("received " + received() + ", but handed over, refused and malformed make " + accountedFor);
        }
        if (offered != handedOver) {
            mismatches.add("the ring counted " + offered + " records, but " + handedOver + " were handed over");
        }
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).committed() != recordsOfListeners.get(i)) {
                mismatches.add("listener " + i + " committed "
                        + listeners.get(i).committed() + " records, but " + recordsOfListeners.get(i)
                        + " of them were handed over");
            }
        }
        if (received() - malformed() > sent) {
            mismatches.add(
                    "received " + (received() - malformed()) + " good datagrams, but only " + sent + " were sent");
        }
        return mismatches;
    }
}
