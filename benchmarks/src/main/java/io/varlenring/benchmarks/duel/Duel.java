// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.run.CsvFile;
import io.varlenring.benchmarks.run.Environment;
import io.varlenring.benchmarks.run.Numbers;
import io.varlenring.benchmarks.run.PairedRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Compares builds of this library with each other and with a peer, cell by cell: each cell in a process of its own, {@link
 * DuelFork}, in which all of them are measured in turn.
 */
public final class Duel {
    static final String THIS = "this";
    /** What a process takes besides measuring, for the estimate only. */
    private static final int OTHER_SECONDS = 4;

    private final List<Path> jars = new ArrayList<>();
    private final Map<String, String> named = new LinkedHashMap<>();
    private DuelSet set;
    private int seconds = 8;
    private int rounds = 1;
    private Path csv;

    private Process running;
    private volatile boolean stopped;

    Duel() {}

    /**
     * Runs a duel.
     *
     * @param arguments the jars of other builds; the set; and then any of {@code seconds=N} for each cell, {@code rounds=N},
     *     how many processes each cell gets, {@code csv=FILE.csv.gz}, and {@code PARAMETER=VALUE,...}
     * @throws IOException when the results cannot be written
     * @throws InterruptedException when interrupted while a process runs
     */
    public static void main(final String[] arguments) throws IOException, InterruptedException {
        final Duel duel = new Duel();
        try {
            duel.parse(arguments);
        } catch (final IllegalArgumentException mistake) {
            System.err.println(mistake.getMessage());
            System.exit(2);
        }
        System.exit(duel.run() ? 0 : 1);
    }

    /** Throws with what is wrong about the arguments. */
    void parse(final String[] arguments) {
        int i = 0;
        while (i < arguments.length && DuelSet.of(arguments[i]) == null) {
            final Path jar = Path.of(arguments[i]);
            if (!Files.isRegularFile(jar)) {
                throw new IllegalArgumentException(
                        "neither a jar nor a set that can be measured in windows: " + arguments[i]);
            }
            jars.add(jar.toAbsolutePath());
            i++;
        }
        if (jars.isEmpty() || i == arguments.length) {
            throw new IllegalArgumentException("a duel needs the jars of other builds and then a set");
        }
        set = DuelSet.of(arguments[i]);
        checkLabels();
        for (final String argument : List.of(arguments).subList(i + 1, arguments.length)) {
            final String[] option = argument.split("=", 2);
            if (option.length < 2) {
                throw new IllegalArgumentException("NAME=VALUE was expected instead of " + argument);
            } else if (option[0].equals("seconds")) {
                seconds = Numbers.positive(option[0], option[1]);
            } else if (option[0].equals("rounds")) {
                rounds = Numbers.positive(option[0], option[1]);
            } else if (option[0].equals("csv")) {
                csv = csv(option[1]);
            } else if (set.hasParameter(option[0])) {
                named.put(option[0], option[1]);
            } else {
                throw new IllegalArgumentException(set.title + " has no parameter " + option[0]);
            }
        }
    }

    private void checkLabels() {
        final Set<String> labels = new HashSet<>(List.of(THIS, set.yardstick));
        for (final Path jar : jars) {
            final String label = label(jar.toString());
            if (label.indexOf(',') >= 0 || !labels.add(label)) {
                throw new IllegalArgumentException(
                        "results call a jar by its name, which must be no other's and have no comma: " + jar);
            }
        }
    }

    private static Path csv(final String name) {
        if (!name.endsWith(CsvFile.EXTENSION)) {
            throw new IllegalArgumentException(
                    "csv= is a name that ends in " + CsvFile.EXTENSION + ", but was " + name);
        }
        final Path file = Path.of(name).toAbsolutePath();
        if (!Files.isDirectory(file.getParent())) {
            throw new IllegalArgumentException("no such folder: " + file.getParent());
        }
        return file;
    }

    private boolean run() throws IOException, InterruptedException {
        final List<Map<String, String>> cells = set.cells(named);
        final long processes = (long) rounds * cells.size();
        System.out.printf(
                Locale.ROOT,
                "%s, JDK %d: %d processes of %d s, about %d min%n",
                set.title,
                Runtime.version().feature(),
                processes,
                seconds,
                (processes * (seconds + OTHER_SECONDS) + 59) / 60);
        final Path result = Files.createTempFile("duel", ".csv");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(result)));
        try {
            Files.writeString(result, DuelResult.HEADING + "\n");
            return runAll(cells, result);
        } finally {
            Files.deleteIfExists(result);
        }
    }

    private boolean runAll(final List<Map<String, String>> cells, final Path result)
            throws IOException, InterruptedException {
        int failures = 0;
        List<String> lines = List.of();
        for (int round = 0; round < rounds; round++) {
            for (final Map<String, String> cell : cells) {
                final int code = process(cell, result);
                if (stopped) {
                    return false;
                }
                if (code != 0) {
                    System.out.println("FAILED: " + set.title + " " + cell);
                    failures++;
                }
                lines = Files.readAllLines(result);
                if (csv != null
                        && lines.size() > 1) { // after each, so that nothing is lost when the rest does not come
                    CsvFile.write(csv, lines);
                }
            }
        }
        DuelSummary.print(lines, THIS, System.out);
        if (csv != null && lines.size() > 1) {
            Environment.write(
                    csv,
                    rounds + (rounds == 1 ? " process" : " processes") + " of " + seconds + " s each",
                    failures,
                    Map.of());
            System.out.println("written to " + csv);
        }
        if (failures > 0) {
            System.out.println(failures + " processes failed, and are not among the results");
        }
        return failures == 0;
    }

    /** Measures a cell in a process; returns its exit code. */
    private int process(final Map<String, String> cell, final Path result) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of(PairedRuns.jvmArguments(true)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                DuelFork.class.getName(),
                set.title,
                Integer.toString(seconds),
                result.toString(),
                String.join(
                        ",",
                        cell.entrySet().stream()
                                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                                .toArray(String[]::new))));
        command.add(THIS);
        jars.forEach(jar -> command.add(jar.toString()));
        command.add(set.yardstick);
        synchronized (this) {
            if (stopped) {
                return 1;
            }
            running = new ProcessBuilder(command).inheritIO().start();
        }
        return running.waitFor();
    }

    /** Whoever is killed leaves neither a process that measures for nobody nor its file. */
    private synchronized void stop(final Path result) {
        stopped = true;
        if (running != null) {
            running.destroyForcibly();
        }
        try {
            Files.deleteIfExists(result);
        } catch (final IOException e) {
            System.err.println(e);
        }
    }

    /** What the results call a contender: a jar by its name, and the others as they are. */
    static String label(final String contender) {
        return Path.of(contender).getFileName().toString();
    }
}
