// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.run.CsvFile;
import io.varlenring.benchmarks.run.Environment;
import io.varlenring.benchmarks.run.PairedRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares builds of this library with each other and with a peer, cell by cell: each cell in a process of its own, {@link
 * DuelFork}, in which all of them are measured in turn.
 */
public final class Duel {
    private static final String THIS = "this";
    /** What a process takes besides measuring, for the estimate only. */
    private static final int OTHER_SECONDS = 4;

    private final List<Path> jars = new ArrayList<>();
    private final Map<String, String> named = new LinkedHashMap<>();
    private DuelSet set;
    private int seconds = 8;
    private int rounds = 1;
    private Path csv;

    private Duel() {}

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
        final String mistake = duel.parse(arguments);
        if (mistake != null) {
            System.err.println(mistake);
            System.exit(2);
        }
        System.exit(duel.run() ? 0 : 1);
    }

    /** Returns what is wrong with the arguments, or {@code null}. */
    private String parse(final String[] arguments) {
        int i = 0;
        while (i < arguments.length && DuelSet.of(arguments[i]) == null) {
            final Path jar = Path.of(arguments[i]);
            if (!Files.isRegularFile(jar)) {
                return "neither a jar nor a set that can be measured in windows: " + arguments[i];
            }
            jars.add(jar.toAbsolutePath());
            i++;
        }
        if (jars.isEmpty() || i == arguments.length) {
            return "a duel needs the jars of other builds and then a set";
        }
        set = DuelSet.of(arguments[i]);
        for (final String argument : List.of(arguments).subList(i + 1, arguments.length)) {
            final String[] option = argument.split("=", 2);
            if (option.length < 2) {
                return "NAME=VALUE was expected instead of " + argument;
            } else if (option[0].equals("seconds")) {
                seconds = Integer.parseInt(option[1]);
            } else if (option[0].equals("rounds")) {
                rounds = Integer.parseInt(option[1]);
            } else if (option[0].equals("csv")) {
                if (!option[1].endsWith(CsvFile.EXTENSION)) {
                    return "csv= is a name that ends in " + CsvFile.EXTENSION + ", but was " + option[1];
                }
                csv = Path.of(option[1]).toAbsolutePath();
            } else if (set.hasParameter(option[0])) {
                named.put(option[0], option[1]);
            } else {
                return set.title + " has no parameter " + option[0];
            }
        }
        return null;
    }

    private boolean run() throws IOException, InterruptedException {
        final List<Map<String, String>> cells = set.cells(named);
        System.out.printf(
                Locale.ROOT,
                "%s, JDK %d: %d processes of %d s, about %d min%n",
                set.title,
                Runtime.version().feature(),
                rounds * cells.size(),
                seconds,
                (rounds * cells.size() * (seconds + OTHER_SECONDS) + 59) / 60);
        final Path result = Files.createTempFile("duel", ".csv");
        Files.writeString(result, DuelResult.HEADING + "\n");
        int failures = 0;
        for (int round = 0; round < rounds; round++) {
            for (final Map<String, String> cell : cells) {
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
                command.addAll(contenders());
                if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                    System.out.println("FAILED: " + set.title + " " + cell);
                    failures++;
                }
                if (csv != null) { // after each, so that nothing is lost when the rest does not come
                    CsvFile.write(csv, Files.readAllLines(result));
                }
            }
        }
        DuelSummary.print(Files.readAllLines(result), THIS, System.out);
        Files.delete(result);
        if (csv != null) {
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

    private List<String> contenders() {
        final List<String> contenders = new ArrayList<>();
        contenders.add(THIS + "=");
        for (final Path jar : jars) {
            contenders.add(jar.getFileName() + "=" + jar);
        }
        contenders.add(set.yardstick + "=");
        return contenders;
    }
}
