// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Results as lines of a file, compressed by gzip: {@code zcat} shows them. */
public final class CsvFile {
    /** What the names of these files end in. */
    public static final String EXTENSION = ".csv.gz";

    private CsvFile() {}

    /**
     * Writes all or nothing: what was there stays until the new file is complete. The facts beside it go, for they are
     * of what was there: whoever is interrupted before {@link Environment#write} leaves results without any, and not
     * with another commit and date.
     *
     * @param file the file
     * @param lines its lines
     * @throws IOException when it cannot be written
     */
    public static void write(final Path file, final List<String> lines) throws IOException {
        final Path unfinished =
                file.resolveSibling("unfinished-" + file.getFileName()); // not a temporary file: others read it
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished))) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        Files.deleteIfExists(Environment.file(file));
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file the file
     * @return its lines
     * @throws IOException when it cannot be read, or is not compressed
     */
    public static List<String> readLines(final Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
