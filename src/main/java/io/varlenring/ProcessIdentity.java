// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A process as recorded in a ring's file: evidence of its life besides its lock, and a name for people.
 *
 * @param pid its id in its own pid namespace, or 0 for nobody
 * @param start when it began: ticks since boot on Linux, else milliseconds since 1970, or 0 where that is not known
 * @param namespace the number of its pid namespace, or 0 where that cannot be read or there is none
 */
record ProcessIdentity(long pid, long start, long namespace) {
    static final ProcessIdentity NOBODY = new ProcessIdentity(0, 0, 0);
    /** The namespace of a process that could not read its own; matches no real one. */
    private static final long UNREAD = -1;

    private static final int START_BEHIND_STATE = 19;
    /** Null until it is asked for. */
    private static volatile ProcessIdentity own;

    /** Returns this process's identity; after a failed read the next call reads it again. */
    static ProcessIdentity own() {
        ProcessIdentity known = own;
        if (known == null || known.namespace == UNREAD) {
            known = read();
            own = known;
        }
        return known;
    }

    /** Returns the same, or nobody when a security manager hides it. */
    static ProcessIdentity ownUnlessHidden() {
        try {
            return own();
        } catch (final SecurityException hidden) {
            return NOBODY;
        }
    }

    private static ProcessIdentity read() {
        final String[] stat = stat("self");
        final long pid = ProcessHandle.current().pid();
        if (stat == null && isShown("self")) {
            return new ProcessIdentity(pid, 0, UNREAD);
        }
        return stat == null
                ? new ProcessIdentity(pid, isLinux() ? 0 : startMillis(pid), 0)
                : new ProcessIdentity(pid, Long.parseLong(stat[START_BEHIND_STATE]), ownNamespace());
    }

    /** Returns the words of a process's stat after its name, from its state on, or null if it cannot be read. */
    private static String[] stat(final String process) {
        // A java.io stream: unlike a channel, an interrupted thread can read it
        try (FileInputStream in = new FileInputStream("/proc/" + process + "/stat")) {
            final String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            final String[] words =
                    text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
            return words.length > START_BEHIND_STATE ? words : null;
        } catch (final IOException e) {
            return null;
        }
    }

    /** Tells whether there is a readable stat, if perhaps not now: this check, unlike reading, takes no descriptor. */
    private static boolean isShown(final String process) {
        return Files.isReadable(Path.of("/proc", process, "stat"));
    }

    /** MUST be called before judging others: a process that does not know its own identity takes live ones for dead. */
    static void checkOwn() throws IOException {
        if (own().namespace == UNREAD) {
            throw new IOException("there was no descriptor when this process had to read who it is, /proc/self/stat");
        }
    }

    /** There the platform, too, looks into {@code /proc}, even if that shows the processes of another namespace. */
    private static boolean isLinux() { // a constant would fail for good where a security manager refuses it once
        return System.getProperty("os.name").equals("Linux");
    }

    private static long startMillis(final long pid) {
        final Optional<Instant> start =
                ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
        return start.map(Instant::toEpochMilli).orElse(0L);
    }

    private static long ownNamespace() {
        try {
            final String link =
                    Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return Long.parseLong(link.replaceAll("\\D", ""));
        } catch (final IOException | NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Tells whether this process is seen to be alive. One in another namespace cannot be seen; one that has ended is
     * not alive, even while it is a zombie.
     */
    boolean isSeenAlive() {
        if (pid == 0 || namespace != own().namespace) {
            return false;
        }
        if (namespace == 0 && !isLinux()) {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && startMillis(pid) == start;
        }
        if (isOwnHidden()) { // what has this number in /proc is somebody else
            return false;
        }
        final String[] stat = stat(Long.toString(pid));
        if (stat == null) {
            return isShown(Long.toString(pid));
        }
        return stat[START_BEHIND_STATE].equals(Long.toString(start)) && !stat[0].equals("Z") && !stat[0].equals("X");
    }

    /**
     * Tells whether this process may be alive without being seen: it is elsewhere, or {@code /proc} hides others from
     * this one, and then also the first process of all.
     */
    boolean mayBeHidden() {
        return namespace != own().namespace || (isLinux() && (isOwnHidden() || stat("1") == null));
    }

    /** Tells whether there is no {@code /proc}, or only that of other processes. */
    private static boolean isOwnHidden() {
        return own().namespace == 0 && own().start == 0;
    }

    @Override
    public String toString() {
        return pid == 0
                ? "an unknown process"
                : "process " + pid + " (started at " + start + (namespace == own().namespace ? ")" : ", elsewhere)");
    }
}
