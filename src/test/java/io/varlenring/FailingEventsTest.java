// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.tasklet.TaskletLoop;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An event that cannot be created or raised makes no call of the ring or the loop fail. The event classes are replaced
 * by failing ones, in a class loader of their own.
 */
final class FailingEventsTest {
    private static final String EVENT = """
            package %s;

            public final class %s {
                static boolean isOn() {
                    fail("isOn");
                    return true;
                }

                static %2$s start(%s) {
                    fail("start");
                    return new %2$s();
                }

                void raise(%s) {
                    fail("raise");
                }

                void commit() {
                    fail("raise");
                }

                void count() {}

                void setOwner(String owner, long process) {
                    fail("setOwner");
                }

                private static void fail(String point) {
                    if (point.equals(System.getProperty("varlenring.test.failing"))) {
                        ((java.util.concurrent.atomic.AtomicInteger)
                                System.getProperties().get("varlenring.test.failures")).getAndIncrement();
                        throw new OutOfMemoryError(point);
                    }
                }
            }
            """;

    @TempDir
    private static Path events;

    @BeforeAll
    static void compileEvents() throws Exception {
        final String raiseOfLoop = "String loop, Class<?> body, String ring";
        compile("io.varlenring", "FullEvent", "String ring, int capacity", "");
        compile("io.varlenring", "StalledEvent", "String ring, long position", "boolean finished");
        compile("io.varlenring.tasklet", "WakeupEvent", "String wokenBy", raiseOfLoop);
        compile("io.varlenring.tasklet", "RunEvent", "", raiseOfLoop);
    }

    private static void compile(final String folder, final String name, final String start, final String raise)
            throws Exception {
        final Path source = events.resolve(name + ".java");
        Files.writeString(source, EVENT.formatted(folder, name, start, raise));
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-d", events.toString(), source.toString()));
    }

    private static URL whereIs(final Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Runs a program on the library with these events; returns how often one of them failed. */
    private static int failures(final String point, final Class<? extends Callable<String>> program) throws Exception {
        final URL[] path = {events.toUri().toURL(), whereIs(VarLenMpscRing.class), whereIs(program)};
        final AtomicInteger failures = new AtomicInteger();
        System.getProperties().put("varlenring.test.failures", failures);
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            final Object copy =
                    loader.loadClass(program.getName()).getDeclaredConstructor().newInstance();
            System.setProperty("varlenring.test.failing", point); // not before the classes have been loaded
            assertEquals("as ever", ((Callable<?>) copy).call());
        } finally {
            System.clearProperty("varlenring.test.failing");
            System.getProperties().remove("varlenring.test.failures");
        }
        return failures.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"isOn", "start", "raise"})
    void eventOfAFullRing_thatFails_costsNoCall(final String point) throws Exception {
        assertEquals(point.equals("raise") ? 1 : 3, failures(point, FullRing.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"isOn", "start", "setOwner", "raise"})
    void eventOfAStall_thatFails_costsNoCall(final String point) throws Exception {
        final long begin = System.nanoTime();
        final int failures = failures(point, StalledRing.class);
        final long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
        if (point.equals("isOn") || point.equals("start")) {
            assertEquals(2, failures);
        } else {
            assertTrue(failures >= 1 && failures <= 1 + seconds, failures + " in " + seconds + " seconds");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"isOn", "start", "raise"})
    void eventOfALoop_thatFails_costsNoWakeupAndNoRun(final String point) throws Exception {
        assertEquals(4, failures(point, Loop.class)); // two wakeups and two runs
    }

    /** Is refused three times, then not. */
    public static final class FullRing implements Callable<String> {
        private final VarLenMpscRing ring = VarLenMpscRing.allocate(64);
        private final RingProducer producer = ring.newProducer();

        @Override
        public String call() {
            final List<Object> answers = new ArrayList<>();
            answers.add(producer.offer(new byte[24], 0, 24));
            answers.add(producer.offer(new byte[24], 0, 24));
            for (int i = 0; i < 3; i++) {
                answers.add(producer.offer(new byte[24], 0, 24));
            }
            answers.add(ring.consumer().drain(record -> {}));
            answers.add(producer.offer(new byte[24], 0, 24));
            answers.add(ring.stats().refusedFull());
            return answers.equals(List.of(true, true, false, false, false, 2, true, 3L)) ? "as ever" : answers + "";
        }
    }

    /** Sleeps twice while a claim is open, then gets its record. */
    public static final class StalledRing implements Callable<String> {
        private final VarLenMpscRing ring = VarLenMpscRing.allocate(64);
        private final RingProducer producer = ring.newProducer();

        @Override
        public String call() {
            final List<Object> answers = new ArrayList<>();
            final RingClaim claim = producer.tryClaim(8);
            answers.add(ring.consumer().arm());
            answers.add(ring.consumer().arm());
            claim.commit();
            answers.add(ring.consumer().drain(record -> {}));
            answers.add(ring.consumer().arm());
            return answers.equals(List.of(true, true, 1, true)) ? "as ever" : answers + "";
        }
    }

    /** Runs a tasklet twice. */
    public static final class Loop implements Callable<String> {
        private final List<Object> answers = new ArrayList<>();
        private final TaskletLoop loop = TaskletLoop.builder().profiling().manual();

        @Override
        public String call() {
            final var tasklet = loop.newTasklet((self, reasons) -> answers.add("run"));
            for (int i = 0; i < 2; i++) {
                tasklet.wakeup();
                answers.add(loop.runOnce(0));
            }
            loop.close();
            return answers.equals(List.of("run", 1, "run", 1)) ? "as ever" : answers + "";
        }
    }
}
