// SPDX-License-Identifier: Apache-2.0
/**
 * A multi-producer single-consumer ring of variable-length byte records over off-heap memory.
 *
 * <p>Start with {@link io.varlenring.VarLenMpscRing}: it has an example, a diagram and the guarantees.
 *
 * <table>
 *   <caption>Which class does what</caption> <thead>
 *     <tr><th scope="col">to</th><th scope="col">use</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>make, close and watch a ring</td><td>{@link io.varlenring.VarLenMpscRing}, {@link
 *         io.varlenring.RingStats}</td></tr>
 *     <tr><td>copy records into it, one by one or in batches, waiting for room or not</td><td>{@link
 *         io.varlenring.RingProducer}, one for each thread that writes</td></tr>
 *     <tr><td>fill a record in place</td><td>{@link io.varlenring.RingProducer#tryClaim}, {@link
 *         io.varlenring.RingClaim}</td></tr>
 *     <tr><td>read, waiting or not</td><td>{@link io.varlenring.RingConsumer} with a {@link
 *         io.varlenring.RecordHandler}, or a {@link io.varlenring.ControlledRecordHandler} that decides after each
 *         record</td></tr>
 *     <tr><td>sleep elsewhere, such as in a selector or an event loop</td><td>{@link io.varlenring.RingConsumer#arm},
 *         {@link io.varlenring.WakeupHook}</td></tr>
 *     <tr><td>share a ring between processes, and recover what a dead one left</td><td>{@link
 *         io.varlenring.VarLenMpscRing#map}, {@link io.varlenring.RingConsumer#stalledBy}, {@link
 *         io.varlenring.RingInspector}</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>A null argument, or a null in an array that is one, is a {@link NullPointerException}, unless a method says
 * otherwise.
 *
 * <h2>Terms</h2>
 *
 * <dl>
 *   <dt>position
 *   <dd>a {@code long} in bytes. The <em>producer position</em> is the next byte to reserve. The <em>consumer
 *       position</em> is the position up to which the consumer has given space back; a drain in progress is ahead of
 *       it. Both grow; only the producer position can go back, when a producer gives back the unused end of the last
 *       reservation. A position is compared by difference and never masked before a comparison.
 *   <dt>offset
 *   <dd>a position masked into the ring: an {@code int} in {@code 0..capacity-1}.
 *   <dt>record
 *   <dd>a header of 8 bytes, a payload, and 0 to 7 bytes of alignment.
 *   <dt>stride
 *   <dd>all the bytes of a record: header, payload and alignment.
 *   <dt>padding
 *   <dd>bytes that the consumer skips: the gap before the wrap, and the part of a claim aborted or committed short that
 *       could not be given back to the producers.
 *   <dt>claim
 *   <dd>space that a producer has reserved and has neither committed nor aborted yet.
 *   <dt>limit
 *   <dd>the first position that a producer must not pass without loading the consumer position again.
 * </dl>
 *
 * @since 0.1.0
 */
@NullMarked
package io.varlenring;

import org.jspecify.annotations.NullMarked;
