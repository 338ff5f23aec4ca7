// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One run of a set, as its files tell it.
 *
 * @param jdk the feature release that it was measured on
 * @param file the file of the results
 * @param facts where and how it was measured; empty when the run was not finished
 * @param results the forks, sorted by what the host gave; empty for a set that does not run in forks
 */
record Run(int jdk, Path file, Map<String, String> facts, Results results) {
    /** Reads all runs of a set. */
    static List<Run> ofSet(final Path directory, final BenchmarkSet set) throws IOException {
        final List<Run> runs = new ArrayList<>();
        for (final Map.Entry<Integer, Path> entry :
                files(directory, set.title()).entrySet()) {
            final int jdk = entry.getKey();
            final Map<String, String> facts = Environment.read(entry.getValue());
            final double least = ResultsFile.leastAlu(directory, jdk, facts.getOrDefault(Environment.CPU, ""));
            runs.add(new Run(
                    jdk,
                    entry.getValue(),
                    facts,
                    new Results(ResultsFile.read(entry.getValue()), fork -> set.kind(fork, least))));
        }
        return runs;
    }

    /** Finds the runs of a set that does not run in forks. */
    static List<Run> ofOther(final Path directory, final String title) throws IOException {
        final List<Run> runs = new ArrayList<>();
        for (final Map.Entry<Integer, Path> entry : files(directory, title).entrySet()) {
            runs.add(new Run(
                    entry.getKey(),
                    entry.getValue(),
                    Environment.read(entry.getValue()),
                    new Results(List.of(), fork -> {
                        throw new IllegalStateException("there are no forks");
                    })));
        }
        return runs;
    }

    /** Returns the results of a set by JDK. */
    private static NavigableMap<Integer, Path> files(final Path directory, final String title) throws IOException {
        final NavigableMap<Integer, Path> files = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            final String pattern = title + "-[0-9][0-9]" + CsvFile.EXTENSION;
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
                for (final Path file : found) {
                    files.put(Integer.valueOf(file.getFileName().toString().replaceAll("\\D", "")), file);
                }
            }
        }
        return files;
    }
}
