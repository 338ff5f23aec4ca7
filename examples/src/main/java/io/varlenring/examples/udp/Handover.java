// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import java.io.Closeable;
import java.io.IOException;

/** A way from the listeners to one handler, and the thread at its end. */
interface Handover extends Closeable {
    Listener newListener(int id) throws IOException;

    /** Hands over what is left, and ends, once the listeners have; returns whether it has ended. */
    boolean finish() throws InterruptedException;

    /** Returns how many records were put in. */
    long offered();

    /** Returns what is in it now, in words. */
    String fill();

    @Override
    void close();
}
