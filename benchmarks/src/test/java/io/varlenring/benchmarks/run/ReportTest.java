// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    Path directory;

    private Path results;
    private Path documents;

    @BeforeEach
    void writeResults() throws IOException {
        results = Files.createDirectory(directory.resolve("results"));
        documents = directory.resolve("docs");
        CsvFile.write(
                results.resolve("single-thread-17.csv.gz"),
                List.of(
                        "benchmark,parameters,rival,round,mode,unit,score,alu_before,alu_after,line_before,line_after",
                        "S.offerAndDrain,size=64,ring-offer,1,avgt,ns/op,20,2,2.1,130,130",
                        "S.offerAndDrain,size=64,agrona,1,avgt,ns/op,30,2,2,130,130",
                        "S.offerAndDrain,size=64,ring-offer,2,avgt,ns/op,40,3,3,130,130",
                        "S.offerAndDrain,size=64,agrona,2,avgt,ns/op,50,2,2,130,130"));
        Files.write(results.resolve("single-thread-17.txt"), List.of("cpu: some", "plan: 2 rounds"));
        CsvFile.write(
                results.resolve("duel-single-thread-17.csv.gz"),
                List.of(
                        "set,jdk,parameters,contender,host,windows,p25_ns,p50_ns,p75_ns,"
                                + "against,p25_ratio,p50_ratio,p75_ratio,pairs,without_partner",
                        "single-thread,17,rival=ring-offer size=64 burst=64,this,quiet,90,20,21,22,agrona,1.2,1.25,1.3,80,10"));
        Files.write(results.resolve("duel-single-thread-17.txt"), List.of("cpu: some"));
    }

    @Test
    void write_comparesLikeWithLike_andCountsWhoHadNoPartner() throws IOException {
        Report.write(results, documents);
        final String page = Files.readString(documents.resolve("benchmarks").resolve("single-thread.md"));
        assertTrue(
                page.contains("| time, times as good as Agrona, host quiet | 64 B |\n|---|---|\n"
                        + "| `ring-offer` | 1.500 |"),
                page);
        assertTrue(
                page.contains("The best peer, host quiet, was Agrona throughout: the ratios are those above."), page);
        assertTrue(page.contains("1 of 4 forks met a host that was busy."), page);
        assertTrue(
                page.contains(
                        "Compared with Agrona, host busy: 1 of 4 forks, of which 1 had no partner that met the same"),
                page);
        assertTrue(
                Files.exists(documents.resolve("images").resolve("benchmarks").resolve("single-thread-jdk-17.svg")));
        final String index = Files.readString(documents.resolve("benchmarks.md"));
        assertTrue(index.contains("| `ring-offer` | 21.00 quiet ns | Agrona 1.250 quiet |"), index);
        assertTrue(index.contains("| [single-thread](benchmarks/single-thread.md) | 17 | 1 busy, 3 quiet |"), index);
        assertTrue(index.contains("| burst (not measured yet) |"), index);
        assertTrue(Files.notExists(documents.resolve("benchmarks").resolve("burst.md")));
    }

    @Test
    void write_ofResultsThatCannotBeRead_leavesTheReportAsItWas() throws IOException {
        Report.write(results, documents);
        final Path chart = documents.resolve("images").resolve("benchmarks").resolve("single-thread-jdk-17.svg");
        final String index = Files.readString(documents.resolve("benchmarks.md"));
        final String drawn = Files.readString(chart);
        CsvFile.write(results.resolve("throughput-17.csv.gz"), List.of("no results"));
        assertThrows(IllegalArgumentException.class, () -> Report.write(results, documents));
        assertEquals(index, Files.readString(documents.resolve("benchmarks.md")));
        assertEquals(drawn, Files.readString(chart));
    }
}
