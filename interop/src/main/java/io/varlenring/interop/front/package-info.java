// SPDX-License-Identifier: Apache-2.0
/**
 * A front for QUIC servers, to be read and taken: it needs the library, Netty for its channel and loops, and nothing else here.
 *
 * <p>{@link io.varlenring.interop.front.Front} is several threads with a socket each, which share one port. Each is a {@link
 * io.varlenring.interop.front.FrontListener}, which reads no more of a datagram than QUIC promises never to change (RFC 8999):
 * where its destination connection ID is. The ID says which handler the datagram is for ({@link
 * io.varlenring.interop.front.HandlerIds}), and so into which ring its record goes ({@link
 * io.varlenring.interop.front.QuicRecords}). Behind each ring is a {@link io.varlenring.interop.front.HandlerLoop} that feeds
 * Netty's QUIC codec through a {@link io.varlenring.interop.front.RingDatagramChannel}, or a {@link
 * io.varlenring.interop.front.RingSocket} for software that knows nothing but sockets.
 */
package io.varlenring.interop.front;
