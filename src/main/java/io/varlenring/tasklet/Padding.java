// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * Room for a cache line in front of a tasklet's fields; {@link Tasklet} has as much behind them. Wakers and the loop
 * write a tasklet in turn, and objects that were made one after the other, or that a collector has moved, lie side by
 * side: without room each takes lines from the other that hold what it is about to use, the next tasklet for example.
 */
@SuppressWarnings("unused") // they only take room
abstract class Padding {
    private int gap; // else a small field of a subclass would lie between the object's header and the first long
    private long front0, front1, front2, front3, front4, front5, front6, front7;
}
