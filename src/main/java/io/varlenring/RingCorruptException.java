// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import java.nio.file.Path;

/**
 * Thrown when the bytes are not those of a valid ring: on joining a file, or later, when a word that the ring follows
 * has a value that no conforming peer writes.
 *
 * <p>The message names what was checked, where it is, the value found and the values allowed. Nothing has been changed:
 * the same call finds the same again. What a drain had handed over before counts as consumed.
 *
 * @since 0.1.0
 */
public final class RingCorruptException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RingCorruptException(final String message) {
        super(message);
    }

    /** Returns the same, which names the file. */
    RingCorruptException in(final Path file) {
        return new RingCorruptException(getMessage() + ": " + file);
    }
}
