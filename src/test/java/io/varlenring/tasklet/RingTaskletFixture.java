// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.util.ArrayList;
import java.util.List;

/** The consumer of a ring as a tasklet, on a manual loop. */
abstract class RingTaskletFixture extends ManualLoopFixture {
    final List<Integer> seen = new ArrayList<>();
    final RingTasklet tasklet = RingTasklet.create(
            loop,
            VarLenMpscRing.builder().capacity(1024),
            record -> seen.add(Integer.valueOf(record.get(record.position()))),
            4);
    final VarLenMpscRing ring = tasklet.ring();
    final RingProducer producer = ring.newProducer();

    static void offerTo(final VarLenMpscRing another, final int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(another.newProducer().offer(new byte[] {(byte) i}, 0, 1));
        }
    }

    void offer(final int from, final int to) {
        for (int i = from; i < to; i++) {
            assertTrue(producer.offer(new byte[] {(byte) i}, 0, 1));
        }
    }
}
