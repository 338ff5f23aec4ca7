// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code docs/watching.md}, with a meter registry and an MBean server. */
final class WatchingProgramsTest {
    private final VarLenMpscRing ring =
            VarLenMpscRing.builder().capacity(256).name("watched").build();
    private final RingProducer producer = ring.newProducer();

    private static Class<?> load(final String name, final Path directory) throws IOException, ClassNotFoundException {
        final SnippetsTest.Snippet program = SnippetsTest.snippets().stream()
                .filter(snippet -> snippet.place().contains("watching.md")
                        && snippet.className().equals(name))
                .findFirst()
                .orElseThrow();
        final StringWriter messages = new StringWriter();
        assertTrue(SnippetsTest.compile(program, directory, messages), messages::toString);
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}).loadClass(name);
    }

    private void offerUntilFullAndDrainOne() {
        while (producer.offer(new byte[24], 0, 24)) {
            assertTrue(ring.size() <= 256);
        }
        assertEquals(1, ring.consumer().drain(record -> {}, 1));
    }

    /** Every count of the statistics has its meter, and its value. */
    @Test
    void meters_haveTheFigures(@TempDir final Path directory) throws Exception {
        offerUntilFullAndDrainOne();
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (TaskletLoop loop = TaskletLoop.builder().name("loop").manual()) {
            ((MeterBinder) load("RingMetrics", directory)
                            .getConstructor(VarLenMpscRing.class)
                            .newInstance(ring))
                    .bindTo(registry);
            ((MeterBinder) load("LoopMetrics", directory)
                            .getConstructor(TaskletLoop.class)
                            .newInstance(loop))
                    .bindTo(registry);
            loop.newTasklet((self, reasons) -> {}).wakeup();
            assertEquals(1, loop.runOnce(0));
            assertEquals(8, value(registry, "varlenring.records.offered"));
            assertEquals(192, value(registry, "varlenring.bytes.offered"));
            assertEquals(1, value(registry, "varlenring.records.handed.over"));
            assertEquals(1, value(registry, "varlenring.refused.full"));
            assertEquals(224, value(registry, "varlenring.size"));
            assertEquals(1, value(registry, "varlenring.loop.runs"));
            for (final Meter meter : registry.getMeters()) {
                assertTrue(Set.of("watched", "loop").contains(meter.getId().getTag("name")), meter.getId()::toString);
            }
            assertEquals(14 + 8, registry.getMeters().size());
        }
    }

    private static double value(final SimpleMeterRegistry registry, final String name) {
        return registry.get(name).meter().measure().iterator().next().getValue();
    }

    @Test
    void bean_hasTheFigures(@TempDir final Path directory) throws Exception {
        offerUntilFullAndDrainOne();
        final ObjectName name = (ObjectName) load("RingManagement", directory)
                .getMethod("register", VarLenMpscRing.class)
                .invoke(null, ring);
        final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            assertEquals("\"watched\"", name.getKeyProperty("name"));
            assertEquals(8L, server.getAttribute(name, "Offered"));
            assertEquals(1L, server.getAttribute(name, "HandedOver"));
            assertEquals(1L, server.getAttribute(name, "RefusedFull"));
            assertEquals(224, server.getAttribute(name, "Size"));
            assertTrue(server.invoke(name, "dump", null, null).toString().contains("watched"));
            final Set<String> attributes = new TreeSet<>();
            for (final MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                attributes.add(attribute.getName());
            }
            assertEquals(14, attributes.size(), attributes::toString);
        } finally {
            server.unregisterMBean(name);
        }
    }
}
