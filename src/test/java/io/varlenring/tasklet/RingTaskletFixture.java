// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** The consumer of a ring as a tasklet, on a manual loop. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class RingTaskletFixture {
    final TaskletLoop loop = TaskletLoop.manual();
    final List<Integer> seen = new ArrayList<>();
    final RingTasklet tasklet = RingTasklet.create(
            loop,
            VarLenMpscRing.builder().capacity(1024),
            record -> seen.add(Integer.valueOf(record.get(record.position()))),
            4);
    final VarLenMpscRing ring = tasklet.ring();
    final RingProducer producer = ring.newProducer();

    void offer(final int from, final int to) {
        for (int i = from; i < to; i++) {
            assertTrue(producer.offer(new byte[] {(byte) i}, 0, 1));
        }
    }

    void runUntilIdle() {
        int runs = 1;
        while (runs > 0) {
            runs = loop.runOnce(0);
        }
    }
}
