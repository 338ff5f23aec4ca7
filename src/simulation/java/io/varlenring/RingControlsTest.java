// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Schedules;
import io.varlenring.simulation.Weakening;
import org.junit.jupiter.api.Test;

/** The simulation finds each of these faults of the memory; otherwise, finding none without them would mean little. */
final class RingControlsTest {
    @Test
    void headerStoredPlain_isFound() { // M1
        Schedules.checkFinds(Weakening.HEADER_RELEASE_STORED_PLAIN, RingScenarios::offers);
    }

    @Test
    void headerLoadedOpaque_isFound() { // M1
        Schedules.checkFinds(Weakening.HEADER_ACQUIRE_LOADED_OPAQUE, RingScenarios::offers);
    }

    @Test
    void headerStoredRelease_onARingWithAHook_isFound() { // M5: Dekker
        Schedules.checkFinds(Weakening.HEADER_VOLATILE_STORED_RELEASE, RingScenarios::armAndHook);
    }

    @Test
    void headerLoadedAcquire_byArm_isFound() { // M5: Dekker
        Schedules.checkFinds(Weakening.HEADER_VOLATILE_LOADED_ACQUIRE, RingScenarios::armAndHook);
    }

    @Test
    void armedStoredRelease_isFound() { // M5
        Schedules.checkFinds(Weakening.ARMED_STORED_RELEASE, RingScenarios::armAndHook);
    }

    @Test
    void armedLoadedAcquire_isFound() { // M5
        Schedules.checkFinds(Weakening.ARMED_LOADED_ACQUIRE, RingScenarios::armAndHook);
    }

    @Test
    void armedExchangeInTwoSteps_isFound() { // M9
        Schedules.checkFinds(Weakening.ARMED_EXCHANGE_SPLIT, RingScenarios::armAndHook);
    }

    @Test
    void armedStoredRelease_inATimedDrain_isFound() { // M6
        Schedules.checkFinds(Weakening.ARMED_STORED_RELEASE, RingScenarios::timedDrain);
    }

    @Test
    void producerPositionExchangedWithoutTotalOrder_isFound() { // M6
        Schedules.checkFinds(Weakening.PRODUCER_EXCHANGE_NOT_VOLATILE, RingScenarios::timedDrain);
    }

    @Test
    void producerPositionLoadedAcquire_againstClose_isFound() { // M8
        Schedules.checkFinds(Weakening.PRODUCER_POSITION_LOADED_ACQUIRE, RingScenarios::closeAndHook);
    }

    @Test
    void consumerPositionStoredPlain_isFound() { // M3
        Schedules.checkFinds(Weakening.CONSUMER_POSITION_STORED_PLAIN, RingScenarios::lookalikes);
    }

    @Test
    void consumerPositionLoadedOpaque_isFound() { // M3
        Schedules.checkFinds(Weakening.CONSUMER_POSITION_LOADED_OPAQUE, RingScenarios::lookalikes);
    }

    @Test
    void producerPositionLoadedOpaque_isFound() { // M4
        Schedules.checkFinds(Weakening.PRODUCER_POSITION_LOADED_OPAQUE, RingScenarios::neverFull);
    }

    @Test
    void producerExchangeInTwoSteps_isFound() { // M4
        Schedules.checkFinds(Weakening.PRODUCER_EXCHANGE_SPLIT, RingScenarios::offers);
    }

    @Test
    void consumedBytesNotZeroed_isFound() { // M2
        Schedules.checkFinds(Weakening.ZEROES_OMITTED, RingScenarios::lookalikes);
    }

    @Test
    void whatIsGivenBackNotZeroed_isFound() { // M11
        Schedules.checkFinds(Weakening.ZEROES_OMITTED, RingScenarios::givenBack);
    }

    @Test
    void positionMovedBackBeforeTheZeroes_isFound() { // M11
        Schedules.checkFinds(Weakening.GIVEN_BACK_BEFORE_ZEROES, RingScenarios::givenBack);
    }

    @Test
    void positionMovedBackInTwoSteps_isFound() { // M11
        Schedules.checkFinds(Weakening.GIVE_BACK_SPLIT, RingScenarios::givenBack);
    }

    @Test
    void positionMovedBackInTwoSteps_againstClose_isFound() { // M8, M11
        Schedules.checkFinds(Weakening.GIVE_BACK_SPLIT, RingScenarios::closeAndTimedDrain);
    }

    /** Not a fault: the accesses to armed around the waiter make it visible, as the ledger says of M7. */
    @Test
    void waiterPlain_isNoFault() {
        Schedules.check("timedDrain", RingScenarios::timedDrain, Weakening.WAITER_PLAIN);
        Schedules.check("timedDrainWithHook", RingScenarios::timedDrainWithHook, Weakening.WAITER_PLAIN);
    }
}
