// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/** The control words of a ring, each with two cache lines to itself; {@link RingMemory} has the accesses. */
@SuppressWarnings("unused") // the gaps are padding
abstract class ControlWords extends ConsumerPositionWord {
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;
    private long gap8, gap9, gap10, gap11, gap12, gap13, gap14, gap15;

    /** 1 while the consumer sleeps or is about to, else 0. */
    volatile long armed;
}

@SuppressWarnings("unused")
abstract class ConsumerPositionWord extends ProducerPositionWord {
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;
    private long gap8, gap9, gap10, gap11, gap12, gap13, gap14, gap15;

    long consumerPosition;
}

abstract class ProducerPositionWord extends Padding {
    /** Its lowest bit, unused in a multiple of 8, says "closed". */
    long producerPosition;
}
