// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/** What {@link ProxyLoop} counts, and on which thread; read by others. */
final class ProxyCounts {
    /** Datagrams taken from clients, those received from strangers included. */
    final LongAdder received = new LongAdder();
    /** Those of them without a session, or without room in its buffer. */
    final LongAdder dropped = new LongAdder();
    /** Answers taken from the echo server. */
    final LongAdder answers = new LongAdder();
    /** Records taken from the ring. */
    final LongAdder commands = new LongAdder();

    /** Datagrams that the kernel accepted for the echo server, and answers that it accepted for the clients. */
    final LongAdder forwarded = new LongAdder();

    final LongAdder returned = new LongAdder();
    /** Notices that the kernel accepted for the clients. */
    final LongAdder noticesSent = new LongAdder();

    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final LongAdder runsElsewhere = new LongAdder();
    private final AtomicLongArray runs = new AtomicLongArray(ProxyLoop.Part.values().length);

    /** Notes that a part of the proxy runs on the current thread. */
    void ran(final ProxyLoop.Part part) {
        final Thread current = Thread.currentThread();
        if (thread.get() != current && !thread.compareAndSet(null, current)) {
            runsElsewhere.increment();
        }
        runs.incrementAndGet(part.ordinal());
    }

    /** Returns what is wrong with the threads, in words: every part must have run, and all on one thread. */
    List<String> threadViolations() {
        final List<String> violations = new ArrayList<>();
        if (runsElsewhere.sum() > 0) {
            violations.add(runsElsewhere.sum() + " runs were not on thread "
                    + thread.get().getName());
        }
        for (final ProxyLoop.Part part : ProxyLoop.Part.values()) {
            if (runs.get(part.ordinal()) == 0) {
                violations.add("no " + part + " was seen on the loop");
            }
        }
        return violations;
    }
}
