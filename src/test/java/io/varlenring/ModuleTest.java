// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** The library in a JVM of its own, as a module and on the class path, without flags and without warnings. */
final class ModuleTest {
    private static final String PROGRAM = """
            import io.varlenring.RingClaim;
            import io.varlenring.RingProducer;
            import io.varlenring.VarLenMpscRing;
            import io.varlenring.tasklet.TaskletLoop;
            import java.nio.ByteBuffer;
            import java.util.concurrent.TimeUnit;

            public class Program {
                public static void main(String[] args) throws Exception {
                    VarLenMpscRing ring = VarLenMpscRing.allocate(1024);
                    try (TaskletLoop loop = TaskletLoop.builder().profiling().start("loop")) {
                        loop.newTasklet((self, reasons) -> System.out.print("tasklet, ")).wakeup();
                    }
                    try (RingClaim claim = ring.newProducer().tryClaim(8)) {
                        ring.consumer().stalledBy();
                    }
                    Thread producer = new Thread(() -> {
                        RingProducer handle = ring.newProducer();
                        for (int i = 0; i < 100_000; i++) {
                            while (!handle.offer(ByteBuffer.allocate(8).putInt(0, i))) {
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
                    System.out.println(drained + " " + VarLenMpscRing.class.getModule().getName() + " "
                            + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
                }
            }
            """;

    private static final String LIBRARY = "target/classes";
    private static final String ON_THE_CLASS_PATH = File.pathSeparator + LIBRARY;
    private static final String[] AS_A_MODULE = {"--module-path", LIBRARY, "--add-modules", "io.varlenring"};

    /** Runs the program compiled into the directory, with that as its class path besides what the options add. */
    private static String run(final Path directory, final String classPath, final String... options) throws Exception {
        final Path source = Files.writeString(directory.resolve("Program.java"), PROGRAM);
        final StringWriter messages = new StringWriter();
        final PrintWriter writer = new PrintWriter(messages);
        final int compiled = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(writer, writer, "-cp", LIBRARY, "-d", directory.toString(), source.toString());
        assertEquals(0, compiled, messages::toString);
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", directory + classPath, "Program"));
        final Path output = directory.resolve("output");
        final int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return Files.readString(output, StandardCharsets.UTF_8).strip() + ", exit " + exit;
    }

    /**
     * What is missing are the annotations of JSpecify, and what the module needs when it is there only, the Flight
     * Recorder; ArchitectureTest sees to it that there is no more.
     */
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
        assertEquals("tasklet, 100000 io.varlenring true, exit 0", run(directory, "", AS_A_MODULE));
    }

    @Test
    void onTheClassPath_runsWithoutFlagsOrWarnings(@TempDir final Path directory) throws Exception {
        assertEquals("tasklet, 100000 null true, exit 0", run(directory, ON_THE_CLASS_PATH));
    }

    @Test
    void asAModule_runsWithoutTheFlightRecorder(@TempDir final Path directory) throws Exception {
        final List<String> options = new ArrayList<>(List.of(AS_A_MODULE));
        options.addAll(List.of("--limit-modules", "java.base,io.varlenring"));
        assertEquals("tasklet, 100000 io.varlenring false, exit 0", run(directory, "", options.toArray(String[]::new)));
    }

    @Test
    void onTheClassPath_runsWithoutTheFlightRecorder(@TempDir final Path directory) throws Exception {
        assertEquals(
                "tasklet, 100000 null false, exit 0",
                run(directory, ON_THE_CLASS_PATH, "--limit-modules", "java.base"));
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23) // no later one has it
    void underASecurityManager_runsWithWhatTheManualSays(@TempDir final Path directory) throws Exception {
        final String granted = "grant { permission java.lang.RuntimePermission \"setContextClassLoader\"; };";
        final Path policy = Files.writeString(directory.resolve("policy"), granted);
        final String output =
                run(directory, ON_THE_CLASS_PATH, "-Djava.security.manager", "-Djava.security.policy==" + policy);
        assertTrue(output.endsWith("tasklet, 100000 null true, exit 0"), output); // behind warnings
    }

    /** Writes the settings that docs/watching.md prints, but for events however short. */
    private static Path settings(final Path directory) throws IOException {
        final String page = Files.readString(Path.of("docs/watching.md"));
        final String settings = page.substring(page.indexOf("<?xml"), page.indexOf("</configuration>"));
        return Files.writeString(
                directory.resolve("ring.jfc"),
                settings.replaceAll("\\d+ ms", "0 ms") + "</configuration>",
                StandardCharsets.UTF_8);
    }

    @Test
    void asAModule_raisesTheEventsThatSettingsAskFor(@TempDir final Path directory) throws Exception {
        final Path recording = directory.resolve("ring.jfr");
        final List<String> options = new ArrayList<>(List.of(AS_A_MODULE));
        options.add("-XX:StartFlightRecording:filename=" + recording + ",settings=" + settings(directory));
        final String output = run(directory, "", options.toArray(String[]::new)); // the recorder talks, too
        assertTrue(output.endsWith("tasklet, 100000 io.varlenring true, exit 0"), output);
        final Set<String> names = new TreeSet<>();
        for (final RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            names.add(event.getEventType().getName());
        }
        assertTrue(names.containsAll(Set.of("io.varlenring.RingFull", "io.varlenring.TaskletRun")), names::toString);
    }
}
