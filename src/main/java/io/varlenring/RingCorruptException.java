// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Thrown when the bytes of a ring are not those of a ring: when a file is attached to, or later, when a word that the
 * ring follows has a value that no peer which keeps to the format writes.
 *
 * <p>The message names what was checked, where it stands, the value found and what it may be. Nothing has been changed
 * for it: the same call finds the same again. What a drain had handed over before, counts as consumed.
 *
 * @since 0.1.0
 */
public final class RingCorruptException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RingCorruptException(final String message) {
        super(message);
    }
}
