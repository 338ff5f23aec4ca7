// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** The lock of a place in a file, recorded before the system is asked, so it can be released after any Error. */
final class PlaceLock extends FileLock {
    private static final long FIRST = 1L << 62;
    /** A byte that belongs to no place. */
    static final long MARK = FIRST - 1;

    /** The system's lock; null until granted. */
    FileLock given;

    PlaceLock(final FileChannel channel, final int place) {
        super(channel, FIRST + place, 1, false);
    }

    static void load() {}

    /** Returns false when its channel is closed. */
    static boolean letGo(final FileLock lock) {
        try {
            lock.release();
            return true;
        } catch (final IOException gone) {
            return false;
        }
    }

    @Override
    public boolean isValid() {
        return given != null && given.isValid();
    }

    @Override
    public void release() throws IOException {
        if (given != null) {
            given.release();
        }
    }
}
