// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application with the library in its own class loader, which ends all that it started, can be unloaded. */
final class UnloadingTest {
    /** The application: its static fields keep what it has ended. */
    public static final class Application {
        private static Object kept;
        private static VarLenMpscRing ring;

        private Application() {}

        public static void endsAHandle(final Path file) {
            ring = VarLenMpscRing.builder().capacity(64).hook(() -> {}).build();
            final RingProducer producer = ring.newProducer();
            producer.offer(new byte[1], 0, 1);
            producer.close();
            kept = producer;
        }

        public static void endsARingInAFile(final Path file) throws IOException {
            joins(file);
            kept = ring.newProducer();
            ring.consumer().arm();
            leaves(file);
        }

        public static void endsALoop(final Path file) throws InterruptedException {
            final TaskletLoop loop = TaskletLoop.start("loop");
            final VarLenMpscRing.Builder builder =
                    VarLenMpscRing.builder().file(file).capacity(64);
            ring = RingTasklet.create(loop, builder, record -> {}, 1).ring();
            kept = ring.newProducer();
            loop.close();
            leaves(file);
        }

        public static void joins(final Path file) throws IOException {
            ring = VarLenMpscRing.map(file, 64);
        }

        public static void leaves(final Path file) {
            ring.detach();
        }

        static Object kept() {
            return kept;
        }
    }

    private static URLClassLoader loader() {
        final URL[] classes = {
            VarLenMpscRing.class.getProtectionDomain().getCodeSource().getLocation(),
            Application.class.getProtectionDomain().getCodeSource().getLocation()
        };
        return new URLClassLoader(classes, ClassLoader.getPlatformClassLoader());
    }

    private static void call(final ClassLoader loader, final String method, final Path file)
            throws ReflectiveOperationException {
        loader.loadClass(Application.class.getName())
                .getMethod(method, Path.class)
                .invoke(null, file);
    }

    private static WeakReference<ClassLoader> run(final String method, final Path file) throws Exception {
        try (URLClassLoader loader = loader()) {
            call(loader, method, file);
            return new WeakReference<>(loader);
        }
    }

    private static void assertUnloaded(final WeakReference<ClassLoader> loader) throws InterruptedException {
        for (int i = 0; i < 100 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertNull(loader.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"endsAHandle", "endsARingInAFile", "endsALoop"})
    void application_hasEndedAll_isUnloaded(final String method) throws Exception {
        final Path file = FileRings.newFile();
        assertUnloaded(run(method, file));
        Files.deleteIfExists(file);
    }

    private static WeakReference<ClassLoader> replace(final ClassLoader next, final Path file) throws Exception {
        try (URLClassLoader loader = loader()) {
            call(loader, "joins", file);
            call(next, "joins", file);
            call(loader, "leaves", file);
            return new WeakReference<>(loader);
        }
    }

    /** A new version of the application may have joined before the old one leaves. */
    @Test
    void application_hasLeftAFileThatAnotherUses_isUnloaded() throws Exception {
        final Path file = FileRings.newFile();
        try (URLClassLoader next = loader()) {
            assertUnloaded(replace(next, file));
            call(next, "leaves", file);
        }
        Files.deleteIfExists(file);
    }
}
