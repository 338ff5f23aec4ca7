// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.RingProducer;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParkingConsumerTest {
    @Test
    void handlerThrowsOnce_isNotedAndTheRestIsHandled() throws InterruptedException {
        final ThreadWatch watch = new ThreadWatch(new PrintStream(OutputStream.nullOutputStream()), 10_000);
        final List<Byte> handled = new ArrayList<>();
        final ParkingConsumer consumer = ParkingConsumer.start(
                1 << 10,
                record -> {
                    final byte number = record.get();
                    if (number == 1) {
                        throw new IllegalStateException("as planned");
                    }
                    handled.add(number);
                },
                watch);
        final RingProducer producer = consumer.ring().newProducer();
        for (byte i = 0; i < 4; i++) {
            assertTrue(producer.offer(new byte[] {i}, 0, 1));
        }
        consumer.ring().close();

        assertTrue(consumer.await());
        assertEquals(List.of((byte) 0, (byte) 2, (byte) 3), handled);
        assertEquals(1, watch.failures().size());
    }
}
