// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Thrown to a producer that offers to, or claims from, a ring that has been {@linkplain VarLenMpscRing#close() closed}.
 *
 * <p>Nothing of the refused record is in the ring, and no later attempt can succeed.
 *
 * @since 0.1.0
 */
public final class RingClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RingClosedException(final String message) {
        super(message);
    }
}
