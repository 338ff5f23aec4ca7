// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThroughputWindowTest {
    /** The timeout is the watchdog of one that hangs. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void apply_whenAProducerFails_throwsWhatItDiedOf(final int producers) {
        final ThroughputWindow window =
                new ThroughputWindow("ring-offer", "65536", producers, true); // longer than the ring
        final IllegalStateException failure = assertThrows(
                IllegalStateException.class,
                () -> assertTimeoutPreemptively(Duration.ofMinutes(1), () -> window.apply(1)));
        assertEquals(IllegalArgumentException.class, failure.getCause().getClass());
    }
}
