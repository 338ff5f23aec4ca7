// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

/**
 * What the consumer writes with every record, two cache lines from anything else: a rival's own objects, which its
 * producers read, lie right behind it.
 */
abstract class ReadSum extends Room {
    /** Sum of what was read, so that no reading can be left out. */
    long checksum;
}

/** Room in front of the fields of a subclass, for the fields of a superclass come first. */
abstract class Room {
    @SuppressWarnings("unused")
    private long front0, front1, front2, front3, front4, front5, front6, front7;
    @SuppressWarnings("unused")
    private long front8, front9, front10, front11, front12, front13, front14, front15;
}
