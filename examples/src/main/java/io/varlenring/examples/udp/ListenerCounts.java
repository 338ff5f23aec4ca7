// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

/**
 * What became of the datagrams that a listener received.
 *
 * @param received all of them
 * @param committed those put into the ring
 * @param refused those dropped because the ring was full
 * @param malformed those dropped because their length was none that a sender sends
 */
record ListenerCounts(long received, long committed, long refused, long malformed) {}
