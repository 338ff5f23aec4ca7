// SPDX-License-Identifier: Apache-2.0
/**
 * QUIC servers that get their datagrams through the ring.
 *
 * <p>The front, {@link io.varlenring.examples.quic.Front}, is several threads with a socket each, which share one port.
 * They read no more of a datagram than QUIC promises never to change (RFC 8999): where its destination connection ID is.
 * The ID says which handler the datagram is for, and so into which ring it goes. Behind each ring is a QUIC server that
 * was not made for it: Netty's codec, or kwik.
 *
 * <p>The same front also takes part in a comparison of ways to hand datagrams over, {@link
 * io.varlenring.examples.quic.HandoverCompare}, and in the replay of recorded traffic.
 */
package io.varlenring.examples.quic;
