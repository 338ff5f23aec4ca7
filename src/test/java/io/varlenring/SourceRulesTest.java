// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house rules that a machine can check: which classes may access shared memory, and that each access says why. */
final class SourceRulesTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path STRESS_TESTS = Path.of("stress-tests/src/main/java/io/varlenring/stress");
    private static final List<Path> LEDGERS =
            List.of(Path.of("docs/memory-ordering.md"), Path.of("docs/wakeup-and-tasklets.md"));
    private static final Pattern ACCESS =
            Pattern.compile("\\.(\\w+(Acquire|Release|Opaque|Volatile)|(compareAnd|getAnd)\\w+)\\(");
    private static final Pattern ID = Pattern.compile("\\[([MT]\\d+)]");
    private static final Pattern ROW = Pattern.compile("^\\| ([MT]\\d+) \\|.*\\| ([^|]+) \\| ([^|]+) \\|$");
    private static final Pattern CLASS = Pattern.compile("`(\\w+)`");
    private static final int LINES_ABOVE = 3;
    /** The classes that name shared memory: those whose place a simulated memory takes, and the counters. */
    private static final Set<String> MEMORIES = Set.of(
            "RingMemory.java",
            "RingSlot.java",
            "RingCounters.java",
            "TaskletState.java",
            "LoopMemory.java",
            "LoopCounters.java");
    /** In place of a stress test, for what is seen only when a process ends and another one goes on. */
    private static final String NONE = "none: ";

    private static final int MOST_LINES_OF_CODE = 400;
    private static final int MOST_LINES_OF_A_METHOD = 40;
    private static final int MOST_COLUMNS = 120;
    private static final Pattern COMMENT_OR_LITERAL = Pattern.compile(
            "(?s)(\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*')|//[^\\n]*|/\\*.*?\\*/");
    /** The first line of a method or constructor, as the formatter leaves it; its end is a brace in the same column. */
    private static final Pattern METHOD = Pattern.compile("( {4}| {8})\\w.*\\(.*");

    private static final Pattern METHOD_OF_A_HANDLE =
            Pattern.compile("(?s)\\n    (?:public |private )?[\\w@. ]+ (\\w+)\\([^)]*\\)[^;{]*\\{\\n(.*?\\n)    }\\n");
    /** What reserves, publishes or gives back. */
    private static final Pattern CALL_OF_A_SIDE = Pattern.compile(
            "side\\.(offer|offerAll|claimBatch|addRecord|commitClaim|commitBatch|abortOpen|close|claim)\\(");

    private static final Pattern FENCE = Pattern.compile("finally \\{[^}]*Reference\\.reachabilityFence\\(");

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            final List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertTrue(sources.size() > 10, "only " + sources.size() + " sources found");
            return sources;
        }
    }

    private static boolean isMemory(final Path source) {
        return MEMORIES.contains(source.getFileName().toString());
    }

    private static List<String> ledgerLines() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (final Path ledger : LEDGERS) {
            lines.addAll(Files.readAllLines(ledger));
        }
        return lines;
    }

    @Test
    void sharedMemory_isNamedInTheMemoriesOnly() throws IOException {
        for (final Path source : sources()) {
            final String text = Files.readString(source);
            if (!isMemory(source)) {
                assertFalse(text.contains("VarHandle"), source + " names a VarHandle");
                assertFalse(text.contains("LockSupport.park"), source + " parks");
                assertFalse(text.contains("System.nanoTime("), source + " reads the clock");
            }
            assertFalse(text.contains("sun.misc") || text.contains("jdk.internal"), source + " uses internals");
        }
    }

    /** Where a drain is inlined deep, the compiler would leave a call for each round: see RingMemory.zero(). */
    @Test
    void memory_isNotAccessedWordByWordInALoop() throws IOException {
        final Pattern loop = Pattern.compile("(?:for|while) \\([^{]*\\{[^}]*(?:WORDS\\.|Long\\()");
        final String memory = Files.readString(Path.of("src/main/java/io/varlenring/RingMemory.java"));
        assertFalse(loop.matcher(memory).find());
    }

    @Test
    void everyOrderedAccess_namesItsLedgerRow() throws IOException {
        final List<String> unexplained = new ArrayList<>();
        int accesses = 0;
        for (final Path source : sources()) {
            if (isMemory(source)) {
                continue;
            }
            final List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).strip().startsWith("*")
                        || !ACCESS.matcher(lines.get(i)).find()) {
                    continue;
                }
                accesses++;
                final String context = String.join("\n", lines.subList(Math.max(0, i - LINES_ABOVE), i + 1));
                if (!ID.matcher(context).find()) {
                    unexplained.add(source + ":" + (i + 1) + " " + lines.get(i).strip());
                }
            }
        }
        assertEquals(List.of(), unexplained);
        assertTrue(accesses > 20, "only " + accesses + " accesses found");
    }

    @Test
    void ledgerAndSource_nameTheSameRows() throws IOException {
        final Set<String> inSource = new TreeSet<>();
        for (final Path source : sources()) {
            final Matcher matcher = ID.matcher(Files.readString(source));
            while (matcher.find()) {
                inSource.add(matcher.group(1));
            }
        }
        final Set<String> inLedger = new TreeSet<>();
        for (final String line : ledgerLines()) {
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertTrue(inLedger.add(row.group(1)), "two rows " + row.group(1));
            }
        }
        assertEquals(inSource, inLedger);
    }

    @Test
    void everyLedgerRow_isHeldByATestThatExists() throws Exception {
        int rows = 0;
        for (final String line : ledgerLines()) {
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows++;
                final Matcher holder = CLASS.matcher(row.group(2));
                assertTrue(holder.find(), "no test in row " + row.group(1));
                do {
                    final String prefix = row.group(1).startsWith("T") ? "io.varlenring.tasklet." : "io.varlenring.";
                    assertEquals(
                            holder.group(1),
                            Class.forName(prefix + holder.group(1)).getSimpleName());
                } while (holder.find());
            }
        }
        assertTrue(rows >= 10, "only " + rows + " rows found");
    }

    /** The stress tests are not on the class path here, but their sources name their rows as the library's do. */
    @Test
    void ledgerAndStressTests_nameEachOther() throws IOException {
        final Set<String> inTests = new TreeSet<>();
        try (Stream<Path> files = Files.list(STRESS_TESTS)) {
            for (final Path file : files.toList()) {
                final Matcher id = ID.matcher(Files.readString(file));
                while (id.find()) {
                    inTests.add(
                            id.group(1) + " " + file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        final Set<String> inLedger = new TreeSet<>();
        for (final String line : ledgerLines()) {
            final Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(3).startsWith(NONE)) {
                final Matcher test = CLASS.matcher(row.group(3));
                assertTrue(test.find(), "no stress test in row " + row.group(1));
                do {
                    inLedger.add(row.group(1) + " " + test.group(1));
                } while (test.find());
            }
        }
        assertEquals(inTests, inLedger);
    }

    /** A handle that could be collected during its last call would be finished by another thread while it goes on. */
    @Test
    void everyCallOfAHandle_keepsItReachable() throws IOException {
        final List<String> unkept = new ArrayList<>();
        int calls = 0;
        for (final String name : List.of("RingProducer", "RingClaim", "RingBatch")) {
            final Matcher method =
                    METHOD_OF_A_HANDLE.matcher(Files.readString(SOURCES.resolve("io/varlenring/" + name + ".java")));
            while (method.find()) {
                if (CALL_OF_A_SIDE.matcher(method.group(2)).find()) {
                    calls++;
                    if (!FENCE.matcher(method.group(2)).find()) {
                        unkept.add(name + "." + method.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), unkept);
        assertTrue(calls >= 15, "only " + calls + " calls found");
    }

    /** An accessor does what its name says: a test on one kind of processor may not see that it does less. */
    @Test
    void everyAccessor_usesTheModeOfItsName() throws IOException {
        final String text = Files.readString(SOURCES.resolve("io/varlenring/RingMemory.java"))
                + Files.readString(SOURCES.resolve("io/varlenring/RingSlot.java"));
        assertTrue(text.contains("private volatile Thread waiter;"));
        assertTrue(Files.readString(SOURCES.resolve("io/varlenring/ControlWords.java"))
                .contains("volatile long armed;"));
        final Matcher method = Pattern.compile(
                        "\\n    (?:static )?\\w+ (\\w+(Plain|Opaque|Acquire|Release|Volatile))\\(([^}]*)}")
                .matcher(text);
        int accessors = 0;
        while (method.find()) {
            accessors++;
            final String mode = method.group(2).equals("Plain") ? "" : method.group(2);
            final String body = method.group(3);
            final Set<String> modes = Pattern.compile("\\.[gs]et(\\w*)\\(")
                    .matcher(body)
                    .results()
                    .map(access -> access.group(1))
                    .collect(Collectors.toSet()); // of both branches, the heap's and the file's
            final boolean isVolatileField = modes.isEmpty()
                    && mode.equals("Volatile")
                    && body.matches("(?s).*(return|this\\.)? ?(waiter|armed)( = | != |;).*");
            assertTrue(isVolatileField || modes.equals(Set.of(mode)), method.group(1));
        }
        assertTrue(accessors > 12, "only " + accessors + " accessors found");
    }

    /** The memory of tasklets: an accessor goes to a VarHandle in its mode, or to a field that is volatile or not. */
    @Test
    void everyAccessorOfTasklets_usesTheModeOfItsName() throws IOException {
        int accessors = 0;
        for (final String name : List.of("LoopMemory", "TaskletState")) {
            final String text = Files.readString(SOURCES.resolve("io/varlenring/tasklet/" + name + ".java"));
            final Matcher method = Pattern.compile(
                            "\\n    (?:final )?\\w+ ((?:is|get|set)\\w+?(Plain|Acquire|Release|Volatile))\\(([^}]*)}")
                    .matcher(text);
            while (method.find()) {
                accessors++;
                final String body = method.group(3);
                final boolean isOrdered = body.matches("(?s).*\\.(getAcquire|setRelease)\\(.*");
                assertEquals(method.group(2).matches("Acquire|Release"), isOrdered, name + "." + method.group(1));
                final boolean isVolatile = body.contains(".getVolatile(")
                        || volatileFields(text).stream()
                                .anyMatch(field -> body.matches("(?s).*\\b" + field + "\\b[^(]*"));
                assertEquals(method.group(2).equals("Volatile"), isVolatile, name + "." + method.group(1));
            }
            final Matcher step = Pattern.compile(
                            "\\n    (?:final )?\\w+ ((compareAndSet|getAndSet|getAndAdd)\\w+)\\(([^}]*)}")
                    .matcher(text);
            while (step.find()) {
                accessors++;
                assertTrue(step.group(3).contains("." + step.group(2) + "("), name + "." + step.group(1));
            }
        }
        assertEquals(33, accessors);
    }

    private static List<String> volatileFields(final String text) {
        return Pattern.compile("\\n    (?:private )?volatile \\w+ (\\w+);")
                .matcher(text)
                .results()
                .map(field -> field.group(1))
                .toList();
    }

    /** All that threads share of a loop or a tasklet has a mode, except the links, which are handed over as a whole. */
    @Test
    void everyFieldOfTasklets_isVolatileOrFinalOrBehindAHandle() throws IOException {
        final List<String> plain = new ArrayList<>();
        for (final String name : List.of("LoopMemory", "TaskletState")) {
            final String text = Files.readString(SOURCES.resolve("io/varlenring/tasklet/" + name + ".java"));
            final Matcher field = Pattern.compile("\\n    private ((?:\\w+ )*)([\\w\\[\\]]+) (\\w+)(;| = )")
                    .matcher(text);
            while (field.find()) {
                if (!field.group(1).contains("volatile") && !field.group(1).contains("final")) {
                    plain.add(name + "." + field.group(3));
                }
            }
        }
        assertEquals(List.of("TaskletState.state", "TaskletState.next"), plain);
    }

    @Test
    void everySource_isShortEnoughToBeRead() throws IOException {
        final List<String> tooLong = new ArrayList<>();
        int methods = 0;
        for (final Path source : sources()) {
            final String text = Files.readString(source);
            final List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > MOST_COLUMNS) {
                    tooLong.add(source + ":" + (i + 1) + " has " + lines.get(i).length() + " columns");
                }
            }
            final List<String> code = COMMENT_OR_LITERAL
                    .matcher(text)
                    .replaceAll(found -> found.group(1) == null ? "" : "0")
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (code.size() > MOST_LINES_OF_CODE) {
                tooLong.add(source + " has " + code.size() + " lines of code");
            }
            for (int i = 0; i < code.size(); i++) {
                final int length = lengthOfMethodAt(code, i);
                methods += length > 0 ? 1 : 0;
                if (length > MOST_LINES_OF_A_METHOD) {
                    tooLong.add(source + " has a method of " + length + " lines: "
                            + code.get(i).strip());
                }
            }
        }
        assertEquals(List.of(), tooLong);
        assertTrue(methods > 200, "only " + methods + " methods found");
    }

    /** Returns 0 when no method with a body begins at this line. */
    private static int lengthOfMethodAt(final List<String> code, final int first) {
        final Matcher method = METHOD.matcher(code.get(first));
        if (!method.matches()) {
            return 0;
        }
        int i = first;
        while (!code.get(i).endsWith("{")) {
            if (code.get(i).endsWith(";") || code.get(i).endsWith("}")) {
                return 0; // a field, an abstract method, a call
            }
            i++;
        }
        while (!code.get(i).equals(method.group(1) + "}")) {
            i++;
            if (i == code.size()) {
                return 0;
            }
        }
        return i - first + 1;
    }
}
