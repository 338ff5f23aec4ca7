// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all class loaders of a virtual machine share of the files of rings, for there may be one channel only for each:
 * maps of classes that they share as well, kept where they do, among the system properties.
 */
final class SharedFiles {
    // Not looked up each time: that takes the monitor of the properties while a file is being opened, and a program may
    // replace them meanwhile
    private static final Map<Object, Object[]> FILES = shared("io.varlenring.files");
    private static final Map<Object, Object[]> UNSURE = shared("io.varlenring.unsure");
    private static final Map<Object, Object[]> NEVER_CLOSED = shared("io.varlenring.neverClosed");

    private SharedFiles() {}

    /** The open files, by their keys. */
    static Map<Object, Object[]> files() {
        return FILES;
    }

    /** Files that are being opened, by the keys that they had; should an Error end that, the next try finds them. */
    static Map<Object, Object[]> unsure() {
        return UNSURE;
    }

    /** Second channels of open files; referenced, for the collector would close them. */
    static Map<Object, Object[]> neverClosed() {
        return NEVER_CLOSED;
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object[]> shared(final String property) {
        return (Map<Object, Object[]>)
                System.getProperties().computeIfAbsent(property, key -> new ConcurrentHashMap<Object, Object[]>());
    }
}
