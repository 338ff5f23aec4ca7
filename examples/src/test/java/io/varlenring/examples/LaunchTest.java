// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.varlenring.examples.echo.EchoProxy;
import io.varlenring.examples.udp.UdpHandover;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that builds and runs, with a Maven and a Java that only note that they were called. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledOnOs(OS.WINDOWS) // the script is one of the POSIX shell
class LaunchTest {
    @TempDir
    private Path directory;

    private Path root;
    private int code;
    private String output;

    @BeforeEach
    void makeTree() throws IOException {
        root = directory.resolve("a tree");
        for (final String folder : List.of("src/main", "examples/src/main", "java/bin")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.createFile(root.resolve("pom.xml"));
        Files.createFile(root.resolve("examples/pom.xml"));
        for (final String script : List.of("run", "launch.sh")) {
            Files.copy(Path.of(script), root.resolve("examples").resolve(script));
        }
        script("mvn", "echo \"mvn $*\" >>\"" + directory + "/calls\"");
        script("java/bin/java", "echo \"java $*\"");
        for (final Path file : paths()) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
        }
    }

    private List<Path> paths() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.toList();
        }
    }

    private void script(final String name, final String command) throws IOException {
        final Path file = root.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> builds() throws IOException {
        final Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void launch(final String... args) throws IOException, InterruptedException {
        final List<String> command =
                new ArrayList<>(List.of("sh", root.resolve("examples/run").toString()));
        command.addAll(List.of(args));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MVN", "mvn -o"); // split into words, so it is no path
        builder.environment().merge("PATH", root + ":", (path, first) -> first + path);
        builder.environment().put("JAVA_HOME", root.resolve("java").toString());
        builder.environment().put("TMPDIR", directory.toString());
        final Process process = builder.start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        code = process.exitValue();
    }

    @Test
    void firstRun_saysThatItBuildsAndCompilesNoTests() throws Exception {
        launch("udp-handover", "--seconds", "3");

        assertEquals(0, code, output);
        assertTrue(output.startsWith("examples/run: building, about half a minute"), output);
        assertTrue(output.endsWith(UdpHandover.class.getName() + " --seconds 3\n"), output);
        assertEquals(2, builds().size());
        assertTrue(builds().stream().allMatch(call -> call.contains("-Dmaven.test.skip=true")), builds()::toString);
    }

    @Test
    void nothingChanged_runsAtOnce() throws Exception {
        launch("udp-handover");
        launch("echo-proxy", "--clients", "2");

        assertEquals(2, builds().size());
        assertTrue(output.startsWith("java "), output);
        assertTrue(output.endsWith(EchoProxy.class.getName() + " --clients 2\n"), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"src/main/A.java", "examples/src/main/A.java"})
    void fileAddedOrDeleted_buildsAgain(final String name) throws Exception {
        launch("udp-handover");
        TimeUnit.MILLISECONDS.sleep(20); // the clock of files may be coarse
        Files.createFile(root.resolve(name));
        launch("udp-handover");
        assertEquals(4, builds().size());
        TimeUnit.MILLISECONDS.sleep(20);
        Files.delete(root.resolve(name));
        launch("udp-handover");

        assertEquals(6, builds().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "udp-handover --sceonds 3",
                "udp-handover --seconds",
                "udp-handover --seconds x",
                "udp-handover --size 7",
                "udp-handover --handler thread",
                "udp-handover 3",
                "udp-handouer",
                ""
            })
    void badCommandLine_buildsNothing(final String commandLine) throws Exception {
        launch(commandLine.isEmpty() ? new String[0] : commandLine.split(" "));

        assertEquals(2, code, output);
        assertEquals(List.of(), builds());
    }

    @Test
    void buildThatFails_says3AndWhy() throws Exception {
        script("mvn", "echo no network; exit 1");
        launch("udp-handover");
        assertEquals(3, code);
        assertTrue(output.contains("no network\nexamples/run: the build failed"), output);

        launch("udp-handover");
        assertEquals(3, code, "it is not taken for built");
    }

    @Test
    void programsExitCode_isTheScripts() throws Exception {
        script("java/bin/java", "exit 4");
        launch("udp-handover");

        assertEquals(4, code);
    }

    @Test
    void treeThatCannotBeWritten_isBuiltElsewhere() throws Exception {
        Files.setPosixFilePermissions(root.resolve("examples"), PosixFilePermissions.fromString("r-xr-xr-x"));
        // Permissions do not bind root, for whom there is no such tree: where CI is root, it skips this.
        assumeFalse(Files.isWritable(root.resolve("examples")), "root can write everywhere");
        launch("udp-handover");
        assertEquals(0, code, output);
        assertTrue(output.contains("cannot be written, so this builds in " + directory), output);
        assertFalse(Files.exists(root.resolve("examples/target")));

        launch("udp-handover");
        assertTrue(output.startsWith("java "), output);
    }

    @Test
    void treeThatCannotBeWritten_andHasAnOldBuild_isNotTakenForBuilt() throws Exception {
        launch("udp-handover");
        TimeUnit.MILLISECONDS.sleep(20); // the clock of files may be coarse
        Files.createFile(root.resolve("src/main/A.java"));
        Files.setPosixFilePermissions(root.resolve("examples"), PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(root.resolve("examples")), "root can write everywhere");
        script("mvn", "echo no network; exit 1");
        launch("udp-handover");
        assertEquals(3, code, output);

        launch("udp-handover");
        assertEquals(3, code, "the copy of the old build is not taken for one of now");
    }

    /** The script knows the options, so that nobody waits for a build to be told; so it has to know the same. */
    @ParameterizedTest
    @ValueSource(strings = {"examples", "interop"})
    void script_knowsTheOptionsOfEachProgram(final String module) throws IOException {
        final Path folder = Path.of("..", module);
        final List<String> programs = Pattern.compile(
                        "^(?:programs=')?([a-z-]+) (io\\.varlenring\\.\\S+) (.*?)'?$", Pattern.MULTILINE)
                .matcher(Files.readString(folder.resolve("run")))
                .results()
                .map(MatchResult::group)
                .toList();
        assertFalse(programs.isEmpty());
        for (final String line : programs) {
            final String[] words =
                    line.replace("programs='", "").replace("'", "").split(" ");
            final List<String> known = new ArrayList<>();
            for (int i = 2; i < words.length; i++) {
                known.add("--" + words[i].substring(0, words[i].indexOf('=')));
            }
            assertEquals(declared(folder, words[0]), known.stream().sorted().toList(), words[0]);
        }
    }

    /** Reads the options out of the source, since those of interop are not on the class path. */
    private static List<String> declared(final Path folder, final String program) throws IOException {
        try (Stream<Path> sources = Files.walk(folder.resolve("src/main/java"))) {
            final List<Path> files = sources.filter(path -> path.toString().endsWith("Options.java"))
                    .toList();
            final String source = files.stream()
                    .map(LaunchTest::read)
                    .filter(text -> text.contains("run " + program + "\""))
                    .findFirst()
                    .orElseThrow();
            // What programs share stands before the first of them.
            final String[] parts = source.split("@Command");
            final String own = Stream.of(parts)
                    .filter(part -> part.equals(parts[0]) || part.contains("run " + program + "\""))
                    .collect(Collectors.joining());
            // What several classes share stands in one that they extend, but for --help, which all have.
            final String inherited = files.stream()
                    .filter(path -> !path.endsWith("Options.java"))
                    .filter(path -> own.contains(
                            "extends " + path.getFileName().toString().replace(".java", " ")))
                    .map(LaunchTest::read)
                    .filter(text -> !text.equals(source))
                    .collect(Collectors.joining());
            return Pattern.compile("names = \"(--[a-z]+)\"")
                    .matcher(own + inherited)
                    .results()
                    .map(name -> name.group(1))
                    .sorted()
                    .toList();
        }
    }

    private static String read(final Path path) {
        try {
            return Files.readString(path);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
