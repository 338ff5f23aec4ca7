// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in a virtual machine of its own, as a module and on the class path, without a flag and without a warning. */
final class ModuleTest {
    private static final String PROGRAM = """
            import io.varlenring.VarLenMpscRing;
            import io.varlenring.tasklet.TaskletLoop;
            import java.nio.ByteBuffer;
            import java.util.concurrent.TimeUnit;

            public class Program {
                public static void main(String[] args) throws Exception {
                    VarLenMpscRing ring = VarLenMpscRing.allocate(1024);
                    try (TaskletLoop loop = TaskletLoop.start("loop")) {
                        loop.newTasklet((self, reasons) -> System.out.print("tasklet, ")).wakeup();
                    }
                    Thread producer = new Thread(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            while (!ring.newProducer().offer(ByteBuffer.allocate(8).putInt(0, i))) {
                                Thread.onSpinWait();
                            }
                        }
                        ring.close();
                    });
                    producer.start();
                    int drained = 0;
                    while (!(ring.isClosed() && ring.isEmpty())) {
                        drained += ring.consumer().drain(record -> {}, 100, 1, TimeUnit.SECONDS);
                    }
                    System.out.println(drained + " " + VarLenMpscRing.class.getModule().getName());
                }
            }
            """;

    private static final String LIBRARY = "target/classes";

    private static String run(final Path directory, final String... options) throws Exception {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add(
                Files.writeString(directory.resolve("Program.java"), PROGRAM).toString());
        final Path output = directory.resolve("output");
        final int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return Files.readString(output, StandardCharsets.UTF_8).strip() + ", exit " + exit;
    }

    /** What is missing are the annotations of JSpecify; ArchitectureTest sees to it that there is no more. */
    @Test
    void library_dependsOnNothing() {
        final StringWriter output = new StringWriter();
        final PrintWriter writer = new PrintWriter(output);
        final int exit = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(writer, writer, "--multi-release", "25", "--ignore-missing-deps", "--print-module-deps", LIBRARY);
        assertEquals("java.base, exit 0", output.toString().strip() + ", exit " + exit);
    }

    @Test
    void asAModule_runsWithoutFlagsOrWarnings(@TempDir final Path directory) throws Exception {
        assertEquals(
                "tasklet, 100000 io.varlenring, exit 0",
                run(directory, "--module-path", LIBRARY, "--add-modules", "io.varlenring"));
    }

    @Test
    void onTheClassPath_runsWithoutFlagsOrWarnings(@TempDir final Path directory) throws Exception {
        assertEquals("tasklet, 100000 null, exit 0", run(directory, "-cp", LIBRARY));
    }
}
