// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void x() {
        VarLenMpscRing r = VarLenMpscRing.allocate(64);
        RingProducer p = r.newProducer();
        for (int i = 0; i < 100; i++) {
            assertTrue(p.offer(new byte[] {1, 2, 3}, 0, 3));
            assertEquals(1, r.consumer().drain(b -> assertEquals(3, b.remaining())));
        }
        System.out.println(r.stats());
    }
}
