// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and how results came about, in a text file beside them: a line {@code name: value} for each fact. */
public final class Environment {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    static final String CPU = "cpu";
    private static final String MODEL = "model name";

    private Environment() {}

    /**
     * Writes the facts beside the results; the command and the commit come from whoever started this process.
     *
     * @param results the file of the results
     * @param plan how much was measured
     * @param failures how many forks failed
     * @param more other facts
     * @throws IOException when the file cannot be written
     */
    public static void write(final Path results, final String plan, final int failures, final Map<String, String> more)
            throws IOException {
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", System.getProperty("benchmarks.command", "unknown"));
        facts.put("commit", System.getProperty("benchmarks.commit", "unknown"));
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put(CPU, cpu());
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        final String version = System.getProperty("os.version").split("-", 2)[0]; // behind it, whose build it is
        facts.put("os", System.getProperty("os.name") + " " + version + " " + System.getProperty("os.arch"));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("plan", plan);
        facts.put("failed forks", Integer.toString(failures));
        facts.putAll(more);
        final List<String> lines = new ArrayList<>();
        facts.forEach((name, value) -> lines.add(name + ": " + value));
        Files.write(file(results), lines);
    }

    /** Reads the facts beside the results; there are none when the run was not finished. */
    static Map<String, String> read(final Path results) throws IOException {
        final Map<String, String> facts = new LinkedHashMap<>();
        final Path file = file(results);
        for (final String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            final String[] fact = line.split(": ", 2);
            facts.put(fact[0], fact[1]);
        }
        return facts;
    }

    static Path file(final Path results) {
        return results.resolveSibling(results.getFileName().toString().replaceAll("\\.[a-z]+(\\.gz)?$", ".txt"));
    }

    static String cpu() throws IOException {
        if (Files.isReadable(CPU_INFO)) {
            for (final String line : Files.readAllLines(CPU_INFO)) {
                if (line.startsWith(MODEL)) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        }
        return System.getProperty("os.arch");
    }
}
