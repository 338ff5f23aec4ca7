// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostReading;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The results of a set as text: a line for each fork, comma-separated, under a line with the names of the columns. Between
 * the score and what the host gave, there is a column for each other result. Parameters are in one column, as {@code
 * name=value name=value}. A field is empty when nothing is known. No value has a comma in it.
 */
final class ResultsFile {
    private static final List<String> FORK =
            List.of("benchmark", "parameters", "rival", "round", "mode", "unit", "score");
    private static final List<String> HOST = List.of("alu_before", "alu_after", "line_before", "line_after");

    private ResultsFile() {}

    /** Writes all or nothing: what was there stays until the new file is complete. */
    static void write(final Path file, final List<Fork> forks) throws IOException {
        final Set<String> others = new LinkedHashSet<>();
        forks.forEach(fork -> others.addAll(fork.others().keySet()));
        final List<String> lines = new ArrayList<>();
        final List<String> columns = new ArrayList<>(FORK);
        columns.addAll(others);
        columns.addAll(HOST);
        lines.add(String.join(",", columns));
        forks.forEach(fork -> lines.add(line(fork, others)));
        CsvFile.write(file, lines);
    }

    private static String line(final Fork fork, final Set<String> others) {
        final List<String> fields = new ArrayList<>(List.of(
                fork.benchmark(),
                fork.parameters().entrySet().stream()
                        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                        .collect(Collectors.joining(" ")),
                fork.rival(),
                Integer.toString(fork.round()),
                fork.mode(),
                fork.unit(),
                number(fork.score())));
        others.forEach(name -> fields.add(
                fork.others().containsKey(name) ? number(fork.others().get(name)) : ""));
        fields.add(host(fork.before().alu()));
        fields.add(host(fork.after().alu()));
        fields.add(host(fork.before().line()));
        fields.add(host(fork.after().line()));
        for (final String field : fields) {
            if (field.indexOf(',') >= 0) {
                throw new IllegalArgumentException("a comma in " + field);
            }
        }
        return String.join(",", fields);
    }

    /** With the digits of a float: no measurement has more to say. */
    private static String number(final double value) {
        return Float.toString((float) value);
    }

    private static String host(final double value) {
        return Double.isNaN(value) ? "" : Summary.format(value);
    }

    static List<Fork> read(final Path file) throws IOException {
        return parse(CsvFile.readLines(file));
    }

    static List<Fork> parse(final List<String> lines) {
        final List<String> columns = List.of(lines.get(0).split(","));
        if (!columns.containsAll(FORK) || !columns.containsAll(HOST)) {
            throw new IllegalArgumentException("not results of forks: " + columns);
        }
        final List<Fork> forks = new ArrayList<>();
        for (final String line : lines.subList(1, lines.size())) {
            final String[] fields = line.split(",", -1);
            if (fields.length != columns.size()) {
                throw new IllegalArgumentException(columns.size() + " fields were expected: " + line);
            }
            final Map<String, String> values = new LinkedHashMap<>();
            for (int i = 0; i < fields.length; i++) {
                values.put(columns.get(i), fields[i]);
            }
            forks.add(fork(values));
        }
        return forks;
    }

    private static Fork fork(final Map<String, String> values) {
        final Map<String, Double> others = new LinkedHashMap<>();
        values.forEach((column, value) -> {
            if (!FORK.contains(column) && !HOST.contains(column) && !value.isEmpty()) {
                others.put(column, Double.valueOf(value));
            }
        });
        return new Fork(
                values.get("benchmark"),
                parameters(values.get("parameters")),
                values.get("rival"),
                Integer.parseInt(values.get("round")),
                values.get("mode"),
                values.get("unit"),
                Double.parseDouble(values.get("score")),
                others,
                new HostReading(number(values.get("alu_before")), number(values.get("line_before"))),
                new HostReading(number(values.get("alu_after")), number(values.get("line_after"))));
    }

    private static Map<String, String> parameters(final String text) {
        final Map<String, String> parameters = new TreeMap<>();
        for (final String parameter : text.isEmpty() ? new String[0] : text.split(" ")) {
            final int equals = parameter.indexOf('=');
            parameters.put(parameter.substring(0, equals), parameter.substring(equals + 1));
        }
        return parameters;
    }

    private static double number(final String text) {
        return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
    }

    /**
     * Returns what the core gave when it gave most in any of the results of this JDK and CPU, of whichever set: a run that
     * was disturbed from beginning to end is then still known to have been; {@code NaN} when nothing was read.
     */
    static double leastAlu(final Path directory, final int jdk, final String cpu) throws IOException {
        double least = Double.NaN;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*-" + jdk + CsvFile.EXTENSION)) {
            for (final Path file : files) {
                if (Files.exists(Environment.file(file))
                        && cpu.equals(Environment.read(file).get(Environment.CPU))
                        && CsvFile.readLines(file).get(0).startsWith(FORK.get(0) + ",")) {
                    for (final Fork fork : read(file)) {
                        least = least(
                                least, least(fork.before().alu(), fork.after().alu()));
                    }
                }
            }
        }
        return least;
    }

    private static double least(final double a, final double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
    }
}
