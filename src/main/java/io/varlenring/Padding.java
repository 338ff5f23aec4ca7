// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Two cache lines in front of the fields of a subclass, for a handle whose thread writes its fields with every record.
 *
 * <p>A garbage collector moves objects that refer to each other side by side: the handles of two threads, or a handle and
 * the ring, whose fields all threads read. What one thread writes with every record must not share a line, or the other line of
 * a pair, with them. A superclass's fields lie in front of its subclass's, so a handle is three classes: this one, one with the fields
 * that are written, and the handle itself with as much room behind them.
 */
@SuppressWarnings("unused") // they only take room
abstract class Padding {
    private int gap; // a subclass's small field would take the place between an object's header and the first long
    private long front0, front1, front2, front3, front4, front5, front6, front7;
    private long front8, front9, front10, front11, front12, front13, front14, front15;
}
