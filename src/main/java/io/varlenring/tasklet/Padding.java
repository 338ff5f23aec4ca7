// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

/**
 * A cache line of padding before a tasklet's fields; {@link Tasklet} has as much after them. Wakers and the loop write
 * a tasklet in turn, and objects allocated in sequence, or moved by a collector, lie side by side: without padding each
 * takes lines from the other that hold what it is about to use, such as the next tasklet.
 */
@SuppressWarnings("unused") // padding
abstract class Padding {
    private int gap; // else a small field of a subclass would lie between the object header and the first long
    private long front0, front1, front2, front3, front4, front5, front6, front7;
}
