// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What all benchmarks have that are run in rounds, one fork of each rival in turn. */
@State(Scope.Benchmark)
public abstract class Trial {
    /** Which round this fork belongs to: scores are compared with those of the same round. Changes nothing here. */
    @Param("0")
    public int round;
}
