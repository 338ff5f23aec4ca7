// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all class loaders of a JVM share about the files of rings, since each file may have only one channel: maps built
 * of JDK classes, which they share too, kept in the system properties.
 */
final class SharedFiles {
    // Not looked up each time: that takes the monitor of the properties while a file is being opened, and a program may
    // replace them
    private static final Map<Object, Object[]> FILES = shared("io.varlenring.files");
    private static final Map<Object, Object[]> UNSURE = shared("io.varlenring.unsure");
    private static final Map<Object, Object[]> NEVER_CLOSED = shared("io.varlenring.neverClosed");

    private SharedFiles() {}

    /** The open files, by their keys. */
    static Map<Object, Object[]> files() {
        return FILES;
    }

    /** Files being opened, by the keys they had; if an Error ends that, the next attempt finds them. */
    static Map<Object, Object[]> unsure() {
        return UNSURE;
    }

    /** Second channels of open files, kept reachable because the collector would close them. */
    static Map<Object, Object[]> neverClosed() {
        return NEVER_CLOSED;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object[]> shared(final String property) {
        return (Map<Object, Object[]>)
                System.getProperties().computeIfAbsent(property, key -> new ConcurrentHashMap<Object, Object[]>());
    }
}
