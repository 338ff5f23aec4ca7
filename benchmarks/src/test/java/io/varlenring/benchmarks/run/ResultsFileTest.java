// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.benchmarks.host.HostReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
    @TempDir
    Path directory;

    private static Fork fork(
            final int round, final Map<String, String> parameters, final Map<String, Double> others, final double alu) {
        return new Fork(
                "ThroughputBenchmark.throughput",
                parameters,
                "ring-offer",
                round,
                "thrpt",
                "ops/us",
                33.515083,
                others,
                new HostReading(alu, 130.5),
                new HostReading(2.25, Double.NaN));
    }

    @Test
    void read_returnsWhatWasWritten() throws IOException {
        final List<Fork> forks = List.of(
                fork(1, Map.of("size", "64", "reads", "all"), Map.of("consumed", 1e-7, "refused", 0.25), 2.5),
                fork(2, Map.of(), Map.of("consumed", 4.0E22), 2.75));
        final Path file = directory.resolve("set-17.csv.gz");
        ResultsFile.write(file, forks);
        assertEquals(forks, ResultsFile.read(file));
        ResultsFile.write(file, forks.subList(0, 1));
        assertEquals(forks.subList(0, 1), ResultsFile.read(file));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void write_takesAwayTheFactsOfWhatWasThere() throws IOException {
        write("set-17", "this cpu", 3);
        final Path file = directory.resolve("set-17.csv.gz");
        assertEquals(Map.of("cpu", "this cpu"), Environment.read(file));
        ResultsFile.write(file, List.of(fork(1, Map.of(), Map.of(), 2)));
        assertEquals(Map.of(), Environment.read(file));
    }

    @Test
    void parse_ofResultsWithoutAReadingOfTheHost_leavesItUnknown() {
        final Fork fork = ResultsFile.parse(List.of(
                        "benchmark,parameters,rival,round,mode,unit,score,alu_before,alu_after,line_before,line_after",
                        "B.b,,,0,avgt,ns/op,1.5,,,,"))
                .get(0);
        assertEquals(
                new Fork("B.b", Map.of(), "", 0, "avgt", "ns/op", 1.5, Map.of(), HostReading.NONE, HostReading.NONE),
                fork);
    }

    @Test
    void parse_ofSomethingElse_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> ResultsFile.parse(List.of("part,depth,mode")));
        final String head =
                "benchmark,parameters,rival,round,mode,unit,score,alu_before,alu_after,line_before,line_after";
        assertThrows(IllegalArgumentException.class, () -> ResultsFile.parse(List.of(head, "B.b,,,0,avgt,ns/op,1.5")));
    }

    @Test
    void write_ofACommaInAName_isRefusedAndLeavesWhatWasThere() throws IOException {
        final Path file = directory.resolve("set-17.csv.gz");
        Files.writeString(file, "before");
        Files.writeString(directory.resolve("set-17.txt"), "cpu: this cpu");
        assertThrows(
                IllegalArgumentException.class,
                () -> ResultsFile.write(file, List.of(fork(1, Map.of("size", "6,4"), Map.of(), 1))));
        assertEquals("before", Files.readString(file));
        assertEquals(Map.of("cpu", "this cpu"), Environment.read(file));
    }

    @Test
    void leastAlu_isThatOfAllSetsOfThisJdkAndCpu() throws IOException {
        write("one-17", "this cpu", 3);
        write("two-17", "this cpu", 2.5);
        write("three-17", "another cpu", 1.5);
        write("four-25", "this cpu", 1.25);
        CsvFile.write(directory.resolve("wakeup-after-17.csv.gz"), List.of("part,depth"));
        Files.writeString(directory.resolve("wakeup-after-17.txt"), "cpu: this cpu\n");
        assertEquals(2.25, ResultsFile.leastAlu(directory, 17, "this cpu")); // the reading afterwards
        assertEquals(1.25, ResultsFile.leastAlu(directory, 25, "this cpu"));
        assertTrue(Double.isNaN(ResultsFile.leastAlu(directory, 25, "another cpu")));
    }

    private void write(final String name, final String cpu, final double alu) throws IOException {
        ResultsFile.write(directory.resolve(name + ".csv.gz"), List.of(fork(1, Map.of(), Map.of(), alu)));
        Files.writeString(directory.resolve(name + ".txt"), "cpu: " + cpu + "\n");
    }
}
