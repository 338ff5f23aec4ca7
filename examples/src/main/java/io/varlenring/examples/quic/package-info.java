// SPDX-License-Identifier: Apache-2.0
/**
 * QUIC servers that get their datagrams through the ring.
 *
 * <p>The front, {@link io.varlenring.examples.quic.Front}, is several threads with a socket each, which share one port.
 * They read no more of a datagram than QUIC promises never to change (RFC 8999): where its destination connection ID is.
 * The ID says which handler the datagram is for, and so into which ring it goes. Behind each ring is a QUIC server that
 * was not made for it: Netty's codec, or kwik.
 */
package io.varlenring.examples.quic;
