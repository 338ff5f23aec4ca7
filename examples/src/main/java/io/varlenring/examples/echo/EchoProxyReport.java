// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import io.varlenring.RingStats;
import io.varlenring.examples.harness.Table;
import io.varlenring.tasklet.TaskletStats;
import java.io.PrintStream;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What {@link EchoProxy} prints at the end.
 *
 * @param accounting where datagrams, notices and commands went
 * @param throughLoop datagrams that the loop took from its two sockets
 * @param droppedByProxy datagrams for which the proxy had no session or no room
 * @param commandsRefused commands that the ring did not take, as the control threads say
 * @param taskletStats what the loop counted
 * @param ringStats what the ring counted
 * @param roundTripNanos time from just before a client's send to its receiving of the echo
 * @param violationCount how many things were wrong
 * @param violations the first few of them, in words
 */
record EchoProxyReport(
        EchoAccounting accounting,
        long throughLoop,
        long droppedByProxy,
        long commandsRefused,
        TaskletStats taskletStats,
        RingStats ringStats,
        Histogram roundTripNanos,
        long violationCount,
        List<String> violations) {
    private static final int LABEL_WIDTH = 30;

    /** Prints all, and returns whether nothing was wrong and something was echoed. */
    boolean print(final PrintStream out) {
        final Table table = new Table(out, LABEL_WIDTH);
        out.println();
        table.count("datagrams sent", accounting.sent());
        table.count("echoed", accounting.echoed());
        table.count("lost", accounting.lost());
        table.count("dropped by the proxy", droppedByProxy);
        table.count("notices sent over the ring", accounting.noticesOffered());
        table.count("notices received", accounting.noticesReceived());
        table.count("datagrams through the loop", throughLoop);
        table.count("tasklet runs", taskletStats.runs());
        table.count("tasklet wakeups", taskletStats.wakeups());
        table.count("tasklet wakeups coalesced", taskletStats.coalesced());
        table.count("sleeps of the loop", taskletStats.sleeps());
        table.count("commands offered to the ring", ringStats.offered() + commandsRefused);
        table.count("commands refused", commandsRefused);
        table.percentiles("round trip", roundTripNanos);
        return printVerdict(out, accounting.echoed(), accounting.noticesReceived(), violationCount, violations);
    }

    static boolean printVerdict(
            final PrintStream out,
            final long echoes,
            final long notices,
            final long violationCount,
            final List<String> violations) {
        final String words = "echoes and " + notices + " notices verified: content and order";
        return Table.verdict(out, echoes, words, violationCount, violations);
    }
}
