// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the optimizing compiler makes of the hot paths, in a JVM of its own: an offer is inlined into its caller, and
 * neither an offer nor a drain keeps a call except for the rare cases, the copy, the zeroing and the handler.
 */
final class InliningTest {
    /** What runs in that virtual machine. */
    static final class Paths {
        private static long sum;
        private static final RecordHandler READER = record -> sum += record.getLong(record.position());

        private Paths() {}

        static boolean offerBuffer(final RingProducer producer, final ByteBuffer src) {
            src.position(0);
            return producer.offer(src);
        }

        static boolean offerArray(final RingProducer producer, final byte[] src) {
            return producer.offer(src, 0, src.length);
        }

        static boolean claim(final RingProducer producer, final int length) {
            final RingClaim claim = producer.tryClaim(length);
            if (claim == null) {
                return false;
            }
            claim.commit();
            return true;
        }

        static int drain(final RingConsumer consumer, final RecordHandler handler) {
            return consumer.drain(handler);
        }

        /** A record offered and drained by itself, some calls deep in its user's code. */
        static int oneByOne(final RingProducer producer, final byte[] src, final VarLenMpscRing ring) {
            return inCallee(producer, src, ring);
        }

        private static int inCallee(final RingProducer producer, final byte[] src, final VarLenMpscRing ring) {
            return inItsCallee(producer, src, ring);
        }

        private static int inItsCallee(final RingProducer producer, final byte[] src, final VarLenMpscRing ring) {
            return producer.offer(src, 0, src.length) ? ring.consumer().drain(READER) : -1;
        }

        public static void main(final String[] args) {
            if (args[0].equals("load")) {
                for (int i = 0; i < 2; i++) {
                    final Thread thread = new Thread(() -> {
                        for (long n = 0; ; n++) {
                            sum += n;
                        }
                    });
                    thread.setDaemon(true);
                    thread.start();
                }
            }
            final VarLenMpscRing ring = VarLenMpscRing.allocate(1 << 16);
            final RingProducer producer = ring.newProducer();
            final ByteBuffer direct = ByteBuffer.allocateDirect(64);
            final byte[] array = new byte[64];
            final boolean isDeep = args[0].equals("deep");
            int records = 0;
            final long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(args[1]));
            final long begin = System.nanoTime();
            while (System.nanoTime() - begin < nanos) {
                for (int i = 0; i < 16; i++) {
                    if (isDeep) { // alone: what both call would be compiled before its callers
                        records += oneByOne(producer, array, ring) - 1;
                    } else {
                        records += offerBuffer(producer, direct) ? 1 : 0;
                        records += offerArray(producer, array) ? 1 : 0;
                        records += claim(producer, 64) ? 1 : 0;
                    }
                }
                records -= drain(ring.consumer(), READER);
            }
            System.out.println(records);
        }
    }

    /** Library methods that calls of the hot paths reach rarely or never; likewise what those call. */
    private static final Set<String> RARE = Set.of(
            "Reservations.reserveAnew",
            "Reservations.reserveInFile",
            "Reservations.endGap",
            "Reservations.expect",
            "Reservations.readLimit",
            "Reservations.wake",
            "Reservations.abortAfter",
            "Reservations.finishFailedCall",
            "RingMemory.getProducerPositionVolatile",
            "RingCounters.countLostRace",
            "Reservations.badLength",
            "RecordView.misplaced",
            "ConsumerSide.pause",
            "ConsumerSide.paddingLength",
            "ConsumerSide.corruptHeader",
            "ConsumerSide.giveBack",
            "RingMemory.zero");

    /** Why the compiler leaves a call that is not reached, or ends in an exception. */
    private static final Pattern COLD =
            Pattern.compile("never executed|call site not reached|too cold|low call site frequency|Throwable|"
                    + "MinInliningThreshold|not an accessor|don't inline by annotation|exception method");

    /**
     * Why it does not inline a callee that it has compiled separately before the caller, or whose calls it has not seen
     * often enough. The order in which it compiles methods, and when, is up to it, and differs on a busy machine.
     */
    private static final Pattern BY_CHANCE = Pattern.compile("already compiled into a big method|too big");

    private static final int MAX_RUNS = 5;
    /** How long the first run takes, which is mostly enough for both compilers; each other takes twice as long. */
    private static final int SECONDS = 3;

    private static final List<String> OFFERS =
            List.of("InliningTest$Paths.offerBuffer", "InliningTest$Paths.offerArray");

    private static final String ONE = "InliningTest$Paths.oneByOne";

    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)='([^']*)'");

    /** What the compiler did with one method, the last time. */
    private static final class Compiled {
        private final Set<String> inlined = new TreeSet<>();
        private final Map<String, String> called = new TreeMap<>();
        private final Set<String> tooDeep = new TreeSet<>();

        /** Returns the calls that are neither rare nor cold, and why each is left. */
        private Map<String, String> left() {
            final Map<String, String> left = new TreeMap<>(called);
            left.entrySet()
                    .removeIf(call -> RARE.contains(call.getKey())
                            || COLD.matcher(call.getValue()).find()
                            || call.getKey().endsWith(".<init>")
                            || call.getKey().endsWith("Msg"));
            return left;
        }
    }

    private static Map<String, String> attributes(final String line) {
        final Map<String, String> attributes = new HashMap<>();
        final Matcher matcher = ATTRIBUTE.matcher(line);
        while (matcher.find()) {
            attributes.put(matcher.group(1), matcher.group(2));
        }
        return attributes;
    }

    /** Reads a log of compilations: each task of the optimizing compiler, which is the last tier. */
    private static Map<String, Compiled> read(final Path log) throws IOException {
        final Map<String, Compiled> all = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        Compiled task = null;
        String method = "";
        String callee = "";
        final Deque<String> callers = new ArrayDeque<>();
        for (final String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
            final String text = line.strip();
            final Map<String, String> found = attributes(text);
            if (text.startsWith("<task ")) {
                names = new HashMap<>();
                callers.clear(); // of a task that was given up
                // not one for a loop under way, whose rest counts as rare beside the loop
                final boolean isOfLoop = found.containsKey("osr_bci");
                task = found.getOrDefault("level", "4").equals("4") && !isOfLoop ? new Compiled() : null;
                final String[] words = found.get("method").split(" ", 3);
                method = words[0].substring(words[0].lastIndexOf('.') + 1) + "." + words[1];
            } else if (task != null && text.startsWith("<task_done")) {
                if (!"0".equals(found.get("success"))) {
                    all.put(method, task);
                }
                task = null;
            } else if (text.startsWith("<type ") || text.startsWith("<klass ")) {
                names.put(found.get("id"), found.get("name"));
            } else if (text.startsWith("<method ")) {
                final String holder = names.getOrDefault(found.get("holder"), "?");
                names.put(found.get("id"), holder.substring(holder.lastIndexOf('.') + 1) + "." + found.get("name"));
            } else if (text.startsWith("<parse ")) {
                callers.push(names.getOrDefault(found.get("method"), "?"));
            } else if (text.equals("</parse>")) {
                callers.poll();
            } else if (text.startsWith("<call ")) {
                callee = names.getOrDefault(found.get("method"), "?");
            } else if (task != null && text.startsWith("<inline_success")) {
                task.inlined.add(callee);
            } else if (task != null && text.contains("reason='inlining too deep'")) {
                task.tooDeep.add(callee);
            } else if (task != null && text.startsWith("<inline_fail") && Collections.disjoint(callers, RARE)) {
                task.called.put(callee, found.get("reason"));
            }
        }
        return all;
    }

    private static void assertNoCallIsLeft(final Map<String, Compiled> compiled, final String method) {
        final Compiled task = compiled.get(method);
        assertNotNull(task, () -> method + " was not compiled; these were: " + compiled.keySet());
        assertEquals(Map.of(), task.left(), () -> "calls left in " + method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alone", "load"})
    void hotPaths_areInlined(final String condition, @TempDir final Path folder) throws Exception {
        Map<String, Compiled> found = run(condition, SECONDS, folder);
        for (int runs = 1; runs < MAX_RUNS && !isJudgeable(found); runs++) {
            found = run(condition, (1 << runs) * SECONDS, folder);
        }
        final Map<String, Compiled> compiled = found;
        for (final String caller : OFFERS) {
            assertNoCallIsLeft(compiled, caller);
            assertTrue(
                    compiled.get(caller)
                            .inlined
                            .containsAll(Set.of(
                                    "RingProducer.offer",
                                    "ProducerSide.offer",
                                    "RingMemory.compareAndExchangeProducerPositionOnHeap",
                                    "Reservations.publish")),
                    () -> caller + " inlined " + compiled.get(caller).inlined);
        }
        assertNoCallIsLeft(compiled, "ConsumerSide.handOver");
        // With it an offer would be too large for its callers; the ring of the program wraps thousands of times
        compiled.forEach((method, task) ->
                assertFalse(task.inlined.contains("Reservations.reserveAnew"), () -> method + " inlined reserveAnew"));
    }

    /** JDK 17 inlines 15 calls deep; a call left there, in the zeroing of one record, costs a tenth of it all. */
    @Test
    void drainOfOneRecord_isInlinedIntoItsCallers(@TempDir final Path folder) throws Exception {
        Compiled one = null;
        for (int runs = 0; runs < MAX_RUNS && one == null; runs++) {
            one = run("deep", (1 << runs) * SECONDS, folder).get(ONE);
        }
        assertNotNull(one, ONE + " was not compiled");
        assertTrue(one.inlined.contains("RingMemory.zero"), one.inlined.toString());
        assertEquals(Set.of(), one.tooDeep);
    }

    /** Whether all have been compiled, for which a busy machine takes longer, and what is left is not by chance. */
    private static boolean isJudgeable(final Map<String, Compiled> compiled) {
        return Stream.concat(OFFERS.stream(), Stream.of("ConsumerSide.handOver"))
                .map(compiled::get)
                .allMatch(
                        task -> task != null && task.left().values().stream().noneMatch(BY_CHANCE.asMatchPredicate()));
    }

    /** Runs the program, and reads what became of its methods. */
    private static Map<String, Compiled> run(final String condition, final int seconds, final Path folder)
            throws Exception {
        final Path log = folder.resolve("compilations.xml");
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:+LogCompilation",
                        "-XX:LogFile=" + log,
                        "-XX:CICompilerCount=2", // one for each of the two compilers
                        "-XX:CompileCommand=quiet",
                        "-XX:CompileCommand=dontinline," + Paths.class.getName() + "::o*",
                        "-XX:InlineSmallCode=" + (condition.equals("deep") ? 100_000 : 2500), // what is compiled, too
                        "-cp",
                        classPath(),
                        Paths.class.getName(),
                        condition,
                        String.valueOf(seconds))
                .redirectErrorStream(true)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return read(log);
    }

    /** Only what the program needs, so that the virtual machine starts soon. */
    private static String classPath() throws Exception {
        return Path.of(VarLenMpscRing.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                + File.pathSeparator
                + Path.of(InliningTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI());
    }
}
