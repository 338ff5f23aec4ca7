// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import io.varlenring.VarLenMpscRing;
import java.io.Closeable;

/** A ring whose records are being handed to a handler, until the ring is closed and empty or the handler throws. */
public interface RingRunner extends Closeable {
    VarLenMpscRing ring();

    /**
     * Waits for the end, but not for ever. The ring must have been closed before.
     *
     * @return whether it came; what the handler has done is visible then
     */
    boolean await() throws InterruptedException;

    /** Closes the ring, and lets go of everything else without waiting. */
    @Override
    default void close() {
        ring().close();
    }
}
