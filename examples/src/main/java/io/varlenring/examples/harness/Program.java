// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.harness;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What every program here does with its command line, with signals, and with its exit code. */
public final class Program {
    /** All that was to be verified was right. */
    public static final int EXIT_GOOD = 0;
    /** Something was verified and wrong, or nothing could be. */
    public static final int EXIT_FAILED = 1;
    /** The command line was not good. */
    public static final int EXIT_USAGE = 2;
    /** It could not start, or not go on, so nothing is known; 3 is the script's, for a build that failed. */
    public static final int EXIT_ERROR = 4;

    private static final long JOIN_MILLIS = 30_000;

    /** What a program does until it is done, or its watch says that it is over; the answer is its exit code. */
    @FunctionalInterface
    public interface Body<O> {
        int run(O options, ThreadWatch watch, PrintStream out) throws Exception;
    }

    private Program() {}

    /** Runs a program and ends the JVM. On Ctrl-C and TERM it is stopped early, and prints what it has. */
    public static <O extends Options> void main(final String[] args, final O options, final Body<O> body) {
        final ThreadWatch watch = new ThreadWatch(System.err, JOIN_MILLIS);
        final CountDownLatch done = new CountDownLatch(1);
        final AtomicInteger code = new AtomicInteger();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (done.getCount() != 0) {
                                watch.stop();
                                awaitUninterruptibly(done);
                                if (code.get() != EXIT_GOOD) {
                                    Runtime.getRuntime().halt(code.get());
                                }
                            }
                        },
                        "signal"));
        code.set(run(args, options, body, watch, System.out, System.err));
        done.countDown();
        System.exit(code.get());
    }

    private static void awaitUninterruptibly(final CountDownLatch done) {
        for (; ; ) {
            try {
                done.await();
                return;
            } catch (final InterruptedException e) {
                // nobody who shuts down has a reason for it
            }
        }
    }

    /** Runs a program, and returns its exit code. */
    public static <O extends Options> int run(
            final String[] args, final O options, final Body<O> body, final PrintStream out, final PrintStream err) {
        return run(args, options, body, new ThreadWatch(err, JOIN_MILLIS), out, err);
    }

    private static <O extends Options> int run(
            final String[] args,
            final O options,
            final Body<O> body,
            final ThreadWatch watch,
            final PrintStream out,
            final PrintStream err) {
        final String usage = Options.usage(options); // with the defaults, which parsing replaces
        try {
            Options.parse(options, args);
        } catch (final IllegalArgumentException bad) {
            err.println(bad.getMessage());
            err.println();
            err.print(usage);
            return EXIT_USAGE;
        }
        if (options.isHelpWanted()) {
            out.print(usage);
            return EXIT_GOOD;
        }
        try {
            return body.run(options, watch, out);
        } catch (final Throwable failure) {
            failure.printStackTrace(err);
            err.println("could not run: " + failure);
            return EXIT_ERROR;
        }
    }
}
