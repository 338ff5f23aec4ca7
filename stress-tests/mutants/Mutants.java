// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Plants hand-written faults in the library's sources, one at a time, and tells which suite of tests finds each; see
 * README.md beside this file. Runs as a single-file program: the script {@code run} prepares what it needs.
 */
final class Mutants {
    /** Text that is replaced: white space counts as a single space, comments do not count at all. */
    private record Change(String file, String from, String to) {}

    private record Mutant(String name, Map<String, String> fields, List<Change> changes) {
        String field(final String key) {
            return fields.getOrDefault(key, "");
        }

        boolean isAbout(final String topic) {
            return name.startsWith(topic + "/");
        }
    }

    /** A suite of tests; {@code topic} is the folder of the mutants it is for, or "named" when a mutant must ask for it. */
    private record Suite(String name, String topic, String command) {}

    private record Outcome(boolean failed, boolean timedOut, double seconds, String test) {}

    private record Result(Mutant mutant, String verdict, String by, boolean asExpected) {}

    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final Path HERE = ROOT.resolve("stress-tests/mutants");
    private static final Path SOURCES = ROOT.resolve("src/main/java");
    private static final Path SCRATCH = ROOT.resolve("target/mutants");

    /** A time-out is taken for a hang only because it is this many times what the suite needs without a fault. */
    private static final int TIMEOUT_FACTOR = 6;

    private static final double SHORTEST_TIMEOUT_SECONDS = 90;

    private static final Pattern COMMENT_OR_LITERAL = Pattern.compile(
            "(?s)(\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*')|//[^\\n]*|/\\*.*?\\*/");
    /** How JUnit's console launcher reports a failure as it happens. */
    private static final Pattern FAILED_TEST = Pattern.compile("JUnit Jupiter > (\\w+) > (?:.* > )?(\\w+)\\(.* :: FAILED");

    private static final long LOOK_MILLIS = 100;

    private final List<Suite> suites;
    private final Map<String, Double> limits = new LinkedHashMap<>();

    private Mutants(final List<Suite> suites) {
        this.suites = suites;
    }

    public static void main(final String[] args) throws Exception {
        final boolean checkOnly = args.length == 1 && args[0].equals("--check");
        final Pattern wanted = Pattern.compile(args.length == 0 || checkOnly ? "" : args[0]);
        final List<Mutant> chosen = new ArrayList<>();
        final List<String> unfits = new ArrayList<>();
        for (final Mutant mutant : readMutants()) {
            try {
                mutate(mutant);
            } catch (final IllegalArgumentException unfit) {
                unfits.add(unfit.getMessage());
            }
            if (wanted.matcher(mutant.name).find()) {
                chosen.add(mutant);
            }
        }
        if (!unfits.isEmpty()) { // before anything is run
            throw new IllegalArgumentException(String.join("\n", unfits));
        }
        if (chosen.isEmpty()) {
            System.err.println("no mutant's name contains a match of " + wanted);
            System.exit(2);
        }
        if (checkOnly) {
            System.out.println(chosen.size() + " mutants, each of which fits the sources");
            return;
        }
        System.exit(new Mutants(readSuites()).run(chosen) ? 0 : 1);
    }

    // Reading

    private static List<Suite> readSuites() throws IOException {
        final List<Suite> suites = new ArrayList<>();
        for (final String line : Files.readAllLines(HERE.resolve("suites.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                final String[] columns = line.split("\\|", 3);
                suites.add(new Suite(columns[0].strip(), columns[1].strip(), columns[2].strip()));
            }
        }
        return suites;
    }

    private static List<Mutant> readMutants() throws IOException {
        final List<Path> files;
        try (Stream<Path> found = Files.walk(HERE)) {
            files = found.filter(file -> file.toString().endsWith(".mutant")).sorted().toList();
        }
        final List<Mutant> mutants = new ArrayList<>();
        for (final Path file : files) {
            final String path = HERE.relativize(file).toString();
            mutants.add(readMutant(path.substring(0, path.length() - ".mutant".length()), Files.readString(file)));
        }
        return mutants;
    }

    /** Reads "key: value" lines, and changes: the text to replace after "<<<<", the new one after "====", up to ">>>>". */
    private static Mutant readMutant(final String name, final String text) {
        final Map<String, String> fields = new LinkedHashMap<>();
        final List<Change> changes = new ArrayList<>();
        StringBuilder from = null;
        StringBuilder to = null;
        for (final String line : text.lines().toList()) {
            if (line.equals("<<<<")) {
                from = new StringBuilder();
            } else if (line.equals("====") && from != null) {
                to = new StringBuilder();
            } else if (line.equals(">>>>") && to != null) {
                changes.add(new Change(fields.get("file"), from.toString(), to.toString()));
                from = null;
                to = null;
            } else if (to != null) {
                to.append(line).append('\n');
            } else if (from != null) {
                from.append(line).append('\n');
            } else if (line.contains(": ")) {
                fields.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip());
            } else if (!line.isBlank()) {
                throw new IllegalArgumentException(name + ": cannot read \"" + line + "\"");
            }
        }
        if (from != null || changes.isEmpty() || !fields.containsKey("fault") || !fields.containsKey("file")) {
            throw new IllegalArgumentException(name + ": needs a fault, a file and a complete change");
        }
        return new Mutant(name, fields, changes);
    }

    // Mutating

    /** Returns the text of each changed file. */
    private static Map<Path, String> mutate(final Mutant mutant) throws IOException {
        final Map<Path, String> changed = new TreeMap<>();
        for (final Change change : mutant.changes) {
            final Path file = Path.of("io/varlenring").resolve(change.file);
            final String text = changed.containsKey(file) ? changed.get(file) : Files.readString(SOURCES.resolve(file));
            final Matcher matcher = asPattern(change.from).matcher(withBlankComments(text));
            if (!matcher.find()) {
                throw new IllegalArgumentException(mutant.name + ": not found in " + file + ":\n" + change.from);
            }
            final int start = matcher.start();
            final int end = matcher.end();
            if (matcher.find()) {
                throw new IllegalArgumentException(mutant.name + ": more than once in " + file + ":\n" + change.from);
            }
            changed.put(file, text.substring(0, start) + change.to + text.substring(end));
        }
        return changed;
    }

    private static String withBlankComments(final String source) {
        return COMMENT_OR_LITERAL
                .matcher(source)
                .replaceAll(found -> found.group(1) == null
                        ? " ".repeat(found.group().length())
                        : Matcher.quoteReplacement(found.group(1)));
    }

    private static Pattern asPattern(final String text) {
        final List<String> words = new ArrayList<>();
        for (final String word : text.strip().split("\\s+")) {
            words.add(Pattern.quote(word));
        }
        final String pattern = String.join("\\s+", words);
        return Pattern.compile("(?<!\\w(?=\\w))" + pattern + "(?!(?<=\\w)\\w)"); // no part of a name
    }

    /** Makes a copy of the tree, as far as tests look at it, with these texts in place of the files, and compiles it. */
    private static Path compile(final String name, final Map<Path, String> changed) throws IOException {
        final Path copy = SCRATCH.resolve(name);
        delete(copy);
        final Path classes = Files.createDirectories(copy.resolve("classes"));
        for (final String read : List.of("docs", "stress-tests", "pom.xml")) { // by tests
            Files.createSymbolicLink(copy.resolve(read), ROOT.resolve(read));
        }
        final List<String> arguments = new ArrayList<>(
                List.of("-d", classes.toString(), "-cp", env("LIBRARIES"), "-proc:none", "-nowarn", "-Xlint:none"));
        try (Stream<Path> found = Files.walk(SOURCES)) {
            for (final Path source : found.filter(Files::isRegularFile).toList()) {
                final Path file = SOURCES.relativize(source);
                final Path target = copy.resolve("src/main/java").resolve(file);
                Files.createDirectories(target.getParent());
                Files.writeString(target, changed.containsKey(file) ? changed.get(file) : Files.readString(source));
                if (!file.endsWith("module-info.java")) { // tests are on the class path, in the same packages
                    arguments.add(target.toString());
                }
            }
        }
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler.run(null, null, null, arguments.toArray(new String[0])) != 0) {
            throw new IllegalArgumentException(name + " does not compile");
        }
        return copy;
    }

    private static void delete(final Path directory) throws IOException {
        if (Files.exists(directory)) {
            final List<Path> paths;
            try (Stream<Path> found = Files.walk(directory)) {
                paths = new ArrayList<>(found.toList());
            }
            for (int i = paths.size() - 1; i >= 0; i--) {
                Files.delete(paths.get(i));
            }
        }
    }

    // Running

    private boolean run(final List<Mutant> mutants) throws IOException, InterruptedException {
        runWithoutFault(mutants);
        final List<Result> results = new ArrayList<>();
        for (final Mutant mutant : mutants) {
            final Result result = run(mutant);
            results.add(result);
            System.out.printf("%-44s %s %s%n", mutant.name, result.verdict, result.by);
        }
        final String table = table(results);
        Files.writeString(SCRATCH.resolve("results.md"), table);
        System.out.println();
        System.out.print(table);
        return results.stream().allMatch(Result::asExpected);
    }

    private List<Suite> suitesOf(final Mutant mutant) {
        final List<String> named = List.of(mutant.field("suites").split("[ ,]+"));
        return suites.stream()
                .filter(suite -> mutant.isAbout(suite.topic) || named.contains(suite.name))
                .toList();
    }

    /** A suite that fails anyway proves nothing; one that passes says how long it may take. */
    private void runWithoutFault(final List<Mutant> mutants) throws IOException, InterruptedException {
        final Path copy = compile("unmutated", Map.of());
        for (final Suite suite : suites) {
            if (mutants.stream().noneMatch(mutant -> suitesOf(mutant).contains(suite))) {
                continue;
            }
            final Outcome outcome = run(suite, copy, TimeUnit.MINUTES.toSeconds(10));
            if (outcome.failed || outcome.timedOut) {
                throw new IllegalStateException("suite " + suite.name
                        + (outcome.timedOut ? " takes more than 10 minutes" : " fails") + " without a fault, see "
                        + copy.resolve(suite.name + ".log"));
            }
            final double limit = Math.max(SHORTEST_TIMEOUT_SECONDS, TIMEOUT_FACTOR * outcome.seconds);
            limits.put(suite.name, limit);
            System.out.printf("without a fault: %s passes in %.1f s, may take %.0f s%n", suite.name, outcome.seconds, limit);
        }
    }

    private Result run(final Mutant mutant) throws IOException, InterruptedException {
        final Path copy = compile(mutant.name, mutate(mutant));
        for (final Suite suite : suitesOf(mutant)) {
            final Outcome outcome = run(suite, copy, limits.get(suite.name));
            if (outcome.timedOut) {
                return new Result(mutant, "hangs", suite.name, true);
            }
            if (outcome.failed) {
                return new Result(mutant, "killed", (suite.name + " " + outcome.test).strip(), true);
            }
        }
        final String explained = mutant.field("survives");
        return new Result(mutant, "SURVIVED", explained, !explained.isEmpty());
    }

    /** Runs a suite in a copy of the tree, until it ends, has failed a test, or has taken too long. */
    private static Outcome run(final Suite suite, final Path copy, final double limit)
            throws IOException, InterruptedException {
        final Path log = copy.resolve(suite.name + ".log");
        final ProcessBuilder builder = new ProcessBuilder("sh", "-c", suite.command);
        builder.directory(copy.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("CLASSES", copy.resolve("classes").toString());
        builder.environment().put("ROOT", ROOT.toString());
        final long start = System.nanoTime();
        final Process process = builder.start();
        boolean ended = false;
        boolean failed = false;
        String test = "";
        double seconds = 0;
        while (!ended && !failed && seconds < limit) {
            ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            seconds = (System.nanoTime() - start) / 1e9;
            final Matcher failure = FAILED_TEST.matcher(Files.readString(log));
            failed = failure.find();
            test = failed ? failure.group(1) + "." + failure.group(2) : "";
        }
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Outcome(failed || ended && process.exitValue() != 0, !ended && !failed, seconds, test);
    }

    // Reporting

    private static String table(final List<Result> results) {
        final Map<String, List<String>> noticed = new TreeMap<>();
        for (final Result result : results) {
            final String by = (result.verdict.equals("killed") ? "" : result.verdict + " ") + result.by;
            noticed.computeIfAbsent(by, any -> new ArrayList<>()).add(result.mutant.name);
        }
        final StringBuilder table = new StringBuilder("| noticed by | mutants |\n|---|---|\n");
        noticed.forEach((by, names) ->
                table.append("| ").append(by).append(" | ").append(String.join(", ", names)).append(" |\n"));
        final long killed = results.stream().filter(result -> result.verdict.equals("killed")).count();
        final long hangs = results.stream().filter(result -> result.verdict.equals("hangs")).count();
        table.append(String.format(
                "%n%d mutants: %d killed by a failing test, %d by a hang, %d survived.%n",
                results.size(), killed, hangs, results.size() - killed - hangs));
        return table.toString();
    }

    private static String env(final String name) {
        return java.util.Objects.requireNonNull(System.getenv(name), name);
    }
}
