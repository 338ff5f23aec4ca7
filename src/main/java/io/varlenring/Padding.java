// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Two cache lines of padding before the fields of a subclass, against false sharing.
 *
 * <p>A garbage collector may move any two objects side by side, such as the handles of two threads. What one thread
 * writes with every record must not share a cache line, or the other line of a pair, with what another thread uses. The
 * JVM lays out the fields of a superclass before those of its subclass, so a padded object has three classes: this one,
 * one with the fields that are written, and one with as much padding after them.
 */
@SuppressWarnings("unused") // padding
abstract class Padding {
    private int gap; // else a small field of the subclass would lie between the object header and the first long
    private long front0, front1, front2, front3, front4, front5, front6, front7;
    private long front8, front9, front10, front11, front12, front13, front14, front15;
}
