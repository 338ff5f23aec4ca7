// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.varlenring.interop.measure.MessageWriter;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class RingRouteTest {
    private static final int LENGTH = 100;

    /** One failed allocation must not end the draining for ever. */
    @Test
    void allocationFailsOnce_allFramesAreWritten() {
        final int[] allocations = {0};
        final EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator((ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (proxy, method, args) -> {
                    if (method.getName().equals("directBuffer") && ++allocations[0] == 2) {
                        throw new IllegalStateException("as planned");
                    }
                    return method.invoke(UnpooledByteBufAllocator.DEFAULT, args);
                }));
        final RingRoute route = new RingRoute(channel, new ChannelWritersOptions());
        channel.runPendingTasks();
        final MessageWriter.Target writer = MessageWriter.into(route.ring());
        for (int i = 0; i < 10; i++) {
            assertTrue(writer.tryWrite(LENGTH, message -> {}));
            channel.runPendingTasks();
        }
        route.ring().close();
        channel.runPendingTasks();

        int bytes = 0;
        for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
            bytes += written.readableBytes();
            written.release();
        }
        assertTrue(allocations[0] > 2, "one has failed");
        assertEquals(10 * LENGTH, bytes);
        assertTrue(route.isDrained());
    }
}
