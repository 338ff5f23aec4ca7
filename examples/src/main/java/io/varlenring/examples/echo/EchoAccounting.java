// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import java.util.ArrayList;
import java.util.List;

/**
 * The books of a run of {@link EchoProxy} that has ended.
 *
 * @param path how many datagrams passed each point on the way from the clients and back, in this order: sent by the
 *     clients, received by the proxy, forwarded by it, answered by the echo server, returned by the proxy, got by the
 *     clients
 * @param noticePath how many notices passed each point: taken by the ring, read from it, sent by the proxy, got by the
 *     clients
 * @param commandPath how many commands passed each point: taken by the ring as the threads say, as the ring says, executed
 * @param failures bodies that threw, as the loop says
 */
record EchoAccounting(List<Long> path, List<Long> noticePath, List<Long> commandPath, long failures) {
    long sent() {
        return path.get(0);
    }

    long echoed() {
        return path.get(path.size() - 1);
    }

    long lost() {
        return sent() - echoed();
    }

    long noticesOffered() {
        return noticePath.get(0);
    }

    long noticesReceived() {
        return noticePath.get(noticePath.size() - 1);
    }

    /** Returns what does not add up, in words; empty when all does. */
    List<String> mismatches() {
        final List<String> mismatches = new ArrayList<>();
        addIfRising(mismatches, "datagrams", path);
        addIfRising(mismatches, "notices", noticePath);
        if (!noticePath.get(0).equals(noticePath.get(1))) {
            mismatches.add(
                    "the ring took " + noticePath.get(0) + " notices, but " + noticePath.get(1) + " were read from it");
        }
        if (commandPath.stream().distinct().count() > 1) {
            mismatches.add("commands as offered, counted by the ring and executed differ: " + commandPath);
        }
        if (failures > 0) {
            mismatches.add(failures + " bodies threw");
        }
        return mismatches;
    }

    /** UDP may lose what is under way, but nothing may come into being there. */
    private static void addIfRising(final List<String> mismatches, final String what, final List<Long> path) {
        for (int i = 1; i < path.size(); i++) {
            if (path.get(i) > path.get(i - 1)) {
                mismatches.add("more " + what + " came than went: " + path);
                return;
            }
        }
    }
}
