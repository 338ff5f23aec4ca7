// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.compare;

import io.varlenring.interop.front.Inlet;
import java.io.Closeable;

/** A way from the listeners to one handler, and the thread at its end. */
interface Handover extends Closeable {
    /** Returns an inlet for one more listener. */
    Inlet newInlet();

    /**
     * Hands over what is left, and ends the thread; the listeners MUST have ended.
     *
     * @return whether it has ended; what the handler has done is visible then
     */
    boolean finish() throws InterruptedException;

    /** Lets go of everything without waiting. */
    @Override
    void close();
}
