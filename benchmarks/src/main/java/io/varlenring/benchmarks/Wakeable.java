// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

/** A piece of work that was given to a {@link Peer}, made once and run many times. */
interface Wakeable {
    /** Makes it run once more; from another thread than the peer's. */
    void wakeup();

    /** Makes it run once more; from the peer's own thread. */
    void wakeupLocally();
}
