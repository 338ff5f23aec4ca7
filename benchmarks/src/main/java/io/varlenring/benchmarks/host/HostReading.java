// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.host;

/**
 * What the host gave at one moment.
 *
 * @param alu how long a loop takes that keeps the arithmetic units busy, counted in links of a chain of multiplications,
 *     whose time depends on the clock only; {@code NaN} when it was not read
 * @param line how long a cache line takes to another thread and back, in nanoseconds; {@code NaN} when it was not read
 */
public record HostReading(double alu, double line) {
    /** Nothing was read. */
    public static final HostReading NONE = new HostReading(Double.NaN, Double.NaN);
}
