// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.count;

import io.varlenring.benchmarks.run.PairedRuns;
import io.varlenring.benchmarks.run.Statistics;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Counts the instructions that a record takes, offered and drained on one thread: of this library, of other builds of
 * it, and of Agrona. The compiled code is stepped through while it runs, by a program that is compiled for that, so the
 * count is the same on a busy machine as on a quiet one. Where that cannot be done, it says so and succeeds.
 */
public final class Instructions {
    private static final Pattern BAR = Pattern.compile("[0-9]+(\\.[0-9]+)?");
    private static final Pattern SIZE = Pattern.compile("size=([0-9]{1,4})");
    private static final Pattern BURST = Pattern.compile("burst=(1|64)");
    private static final int BURSTS = 9;
    private static final int REFUSED = 3;
    private static final String OWN = "ring-offer";
    private static final String AGRONA = "agrona";
    private static final Pattern RIVAL = Pattern.compile("[a-z]+(-[a-z0-9]+)*");

    private final Path step;
    private final String size;
    private final int burst;
    private boolean refused;

    private Instructions(final Path step, final String size, final int burst) {
        this.step = step;
        this.size = size;
        this.burst = burst;
    }

    /**
     * Counts.
     *
     * @param arguments optionally {@code --bar N}: fail when a record takes more; {@code size=N}: bytes of a record, 0
     *     to 9999, 64 unless told; {@code burst=1}: each is drained before the next is offered, else 64 are offered first;
     *     the jars of other builds; and other rivals, such as {@code ring-batch}
     * @throws IOException when a process cannot be started
     * @throws InterruptedException when interrupted while one runs
     */
    public static void main(final String[] arguments) throws IOException, InterruptedException {
        double bar = Double.POSITIVE_INFINITY;
        String size = "64";
        int burst = 64;
        final List<Path> jars = new ArrayList<>();
        final List<String> rivals = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--bar")
                    && i + 1 < arguments.length
                    && BAR.matcher(arguments[i + 1]).matches()) {
                i++;
                bar = Double.parseDouble(arguments[i]);
            } else if (SIZE.matcher(arguments[i]).matches()) {
                size = arguments[i].substring(arguments[i].indexOf('=') + 1);
            } else if (BURST.matcher(arguments[i]).matches()) {
                burst = Integer.parseInt(arguments[i].substring(arguments[i].indexOf('=') + 1));
            } else if (Files.isRegularFile(Path.of(arguments[i]))) {
                jars.add(Path.of(arguments[i]).toAbsolutePath());
            } else if (RIVAL.matcher(arguments[i]).matches()) {
                rivals.add(arguments[i]);
            } else {
                System.err.println(
                        "--bar N, size=N of 0 to 9999, burst=1 or 64, a jar or a rival was expected instead of "
                                + arguments[i]);
                System.exit(2);
            }
        }
        final String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!os.equals("Linux amd64")) {
            skip("it needs Linux on x86-64, and this is " + os);
            return;
        }
        final Path directory = Files.createTempDirectory("instructions");
        final Path step = directory.resolve("step");
        final Path source = directory.resolve("step.c");
        final boolean isWithinBar;
        try {
            isWithinBar = !compile(source, step) || new Instructions(step, size, burst).countAll(jars, rivals, bar);
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(step);
            Files.deleteIfExists(directory);
        }
        System.exit(isWithinBar ? 0 : 1);
    }

    private static void skip(final String reason) {
        System.out.println("SKIPPED, instructions were not counted: " + reason);
    }

    private static boolean compile(final Path source, final Path step) throws IOException, InterruptedException {
        try (InputStream in = Instructions.class.getResourceAsStream("step.c")) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            final Process compiler = new ProcessBuilder("gcc", "-O1", "-o", step.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
            final String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() == 0) {
                return true;
            }
            skip("gcc did not compile step.c: " + output.strip());
        } catch (final IOException e) {
            skip("there is no gcc");
        }
        return false;
    }

    /** Returns whether all could be counted, or nothing, and this library is not above the bar. */
    private boolean countAll(final List<Path> jars, final List<String> rivals, final double bar)
            throws IOException, InterruptedException {
        System.out.printf(
                "instructions for a record of %s bytes, offered and drained in bursts of %d, JDK %d: median of %d bursts [least, most]%n",
                size, burst, Runtime.version().feature(), BURSTS);
        final Statistics own = count("this", OWN, null);
        if (refused) {
            return true;
        }
        boolean complete = own != null;
        for (final Path jar : jars) {
            complete &= count(jar.getFileName().toString(), OWN, jar) != null;
        }
        for (final String rival : rivals) {
            complete &= count(rival, rival, null) != null;
        }
        complete &= count(AGRONA, AGRONA, null) != null;
        if (own != null && own.median() > bar) {
            System.out.printf(Locale.ROOT, "%.1f are above the bar of %.0f%n", own.median(), bar);
            return false;
        }
        return complete;
    }

    /** Returns the instructions of a record, or {@code null} when that failed. */
    private Statistics count(final String label, final String rival, final Path jar)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(step.toString(), Integer.toString(BURSTS)));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of(PairedRuns.jvmArguments(true)));
        final String classPath = System.getProperty("java.class.path");
        command.addAll(List.of(
                "-cp",
                jar == null ? classPath : jar + File.pathSeparator + classPath,
                CountedLoop.class.getName(),
                rival,
                size,
                Integer.toString(burst)));
        final Path errors = Files.createTempFile("instructions", ".txt");
        try {
            final Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            final int code = process.waitFor();
            final String said = Files.readString(errors).strip();
            if (code == REFUSED) {
                refused = true;
                skip("this machine does not allow it: " + said);
                return null;
            }
            if (code != 0) {
                System.out.println(label + ": FAILED with exit code " + code + (said.isEmpty() ? "" : ", " + said));
                return null;
            }
            final List<Double> counts = new ArrayList<>();
            output.lines().forEach(line -> counts.add(Double.parseDouble(line) / burst));
            final Statistics statistics = Statistics.of(counts);
            System.out.printf(
                    Locale.ROOT,
                    "  %-24s %7.1f [%.1f, %.1f]%n",
                    label,
                    statistics.median(),
                    statistics.min(),
                    statistics.max());
            return statistics;
        } finally {
            Files.delete(errors);
        }
    }
}
