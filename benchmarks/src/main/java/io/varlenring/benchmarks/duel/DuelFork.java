// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.duel;

import io.varlenring.benchmarks.Window;
import io.varlenring.benchmarks.host.CoreCalibrator;
import io.varlenring.benchmarks.host.HostMonitor;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * One process of a duel: a cell of a set, measured of all contenders in turn, each in a class loader of its own, in windows
 * so short that the host's changes meet all alike.
 */
public final class DuelFork {
    private static final String LIBRARY = "varlen-mpsc-ring-[0-9].*\\.jar";
    private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(600);
    private static final int MOST_BURSTS = 1 << 16;

    private final DuelSet set;
    private final HostMonitor host;
    private final List<IntFunction<double[]>> contenders = new ArrayList<>();

    private DuelFork(final DuelSet set) {
        this.set = set;
        this.host = set.betweenThreads ? new HostMonitor() : null;
        CoreCalibrator.warmUp();
    }

    /**
     * Measures one cell. The exit code is 1 when it cannot be: a build may not have it.
     *
     * @param arguments the set; the seconds; the file for the result; the parameters as {@code NAME=VALUE,...}; and then the
     *     contenders: {@code this} and the yardstick, which are on the class path, and the paths of other jars
     */
    public static void main(final String[] arguments) {
        int exitCode = 0;
        try {
            run(arguments);
        } catch (final Throwable failure) {
            failure.printStackTrace();
            exitCode = 1;
        }
        System.exit(exitCode); // the contenders' threads would keep this alive
    }

    private static void run(final String[] arguments) throws ReflectiveOperationException, IOException {
        final DuelSet set = DuelSet.of(arguments[0]);
        final long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
        final Map<String, String> cell = new LinkedHashMap<>();
        for (final String parameter : arguments[3].split(",")) {
            cell.put(parameter.split("=")[0], parameter.split("=")[1]);
        }
        final DuelFork fork = new DuelFork(set);
        final List<String> labels = new ArrayList<>();
        for (final String contender : List.of(arguments).subList(4, arguments.length)) {
            final boolean peer = contender.equals(set.yardstick);
            labels.add(Duel.label(contender));
            fork.start(
                    peer ? set.yardstick : cell.get("rival"),
                    peer || contender.equals(Duel.THIS) ? "" : contender,
                    cell);
        }
        System.gc(); // objects lie as a collector leaves them, as they do in a program that has run for a while
        final Rounds rounds = fork.measure(fork.warmUp(set.windowNanos(cell), set.leastBursts(cell)), nanos);
        final DuelResult result = DuelResult.of(set, cell, labels, rounds);
        result.print(System.out);
        Files.write(Path.of(arguments[2]), result.lines(), StandardOpenOption.APPEND);
    }

    @SuppressWarnings("unchecked")
    private void start(final String rival, final String jar, final Map<String, String> cell)
            throws ReflectiveOperationException, IOException {
        final List<URL> urls = new ArrayList<>();
        if (!jar.isEmpty()) {
            urls.add(Path.of(jar).toUri().toURL());
        }
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (jar.isEmpty() || !Path.of(entry).getFileName().toString().matches(LIBRARY)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        // not closed: classes are loaded from it until the end
        final ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        contenders.add((IntFunction<double[]>) loader.loadClass(Window.class.getName())
                .getMethod("start", String.class, String.class, Map.class)
                .invoke(null, set.title, rival, cell));
    }

    /**
     * Lets all be compiled at the same time, so that none finds more of the JDK compiled than the others, and finds out how
     * many bursts make a window for all of them.
     */
    private int warmUp(final long windowNanos, final int leastBursts) {
        measure(leastBursts, contenders.size() * WARM_UP_NANOS);
        int bursts = leastBursts;
        for (final IntFunction<double[]> contender : contenders) {
            long took = 0;
            while (took < windowNanos && bursts < MOST_BURSTS) {
                took = Long.MAX_VALUE;
                for (int i = 0; i < 10; i++) { // the best of some: the others were disturbed
                    final long start = System.nanoTime();
                    contender.apply(bursts);
                    took = Math.min(took, System.nanoTime() - start);
                }
                bursts = took < windowNanos ? 2 * bursts : bursts;
            }
        }
        measure(bursts, WARM_UP_NANOS);
        return bursts;
    }

    private Rounds measure(final int bursts, final long nanos) {
        final Rounds rounds = new Rounds(set.betweenThreads);
        final Rounds.Window[] round = new Rounds.Window[contenders.size()];
        final List<Integer> order = new ArrayList<>();
        Arrays.setAll(round, i -> {
            order.add(i);
            return null;
        });
        final Random random = new Random(1);
        final long end = System.nanoTime() + nanos;
        double alu = CoreCalibrator.read();
        double line = readLine();
        while (System.nanoTime() - end < 0) {
            Collections.shuffle(order, random);
            for (final int i : order) {
                final double[] window = contenders.get(i).apply(bursts);
                final double aluAfter = CoreCalibrator.read();
                final boolean own = !Double.isNaN(window[1]); // its own threads know better
                final double lineAfter = own ? Double.NaN : readLine();
                round[i] = new Rounds.Window(
                        window[0], alu, aluAfter, own ? window[1] : line, own ? window[2] : lineAfter);
                alu = aluAfter;
                line = lineAfter;
            }
            rounds.add(round);
        }
        return rounds;
    }

    private double readLine() {
        return host == null ? Double.NaN : host.readLine();
    }
}
