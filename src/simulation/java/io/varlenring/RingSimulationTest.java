// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Schedules;
import org.junit.jupiter.api.Test;

/** The shipped ring on simulated memory: thousands of schedules of each scenario. */
final class RingSimulationTest {
    @Test
    void offers_arriveOnceInOrderAndWhole() {
        Schedules.check("offers", RingScenarios::offers);
    }

    @Test
    void drainThatWaits_hasHandedOverNothing() {
        Schedules.check("leads", simulation -> RingScenarios.leads(simulation, new int[1]));
    }

    @Test
    void drainThatWaits_findsWhatHasComeMeanwhile() {
        final int[] found = {0};
        Schedules.checkMeets(() -> found[0] > 0, simulation -> RingScenarios.leads(simulation, found));
    }

    @Test
    void claims_abortedOrShortened_leaveNoTrace() {
        Schedules.check("claims", RingScenarios::claims);
    }

    @Test
    void payloadsThatLookLikeHeaders_areNeverRead() {
        Schedules.check("lookalikes", RingScenarios::lookalikes);
    }

    @Test
    void whatIsGivenBack_isReservedAgainAndLeavesNoTrace() {
        Schedules.check("givenBack", RingScenarios::givenBack);
    }

    @Test
    void claimedBatches_areSeenAsAWholeOrNotAtAll() {
        Schedules.check("claimedBatches", RingScenarios::claimedBatches);
    }

    @Test
    void producersThatWaitForSpace_areNeverToldFullAndBatchesAreWhole() {
        Schedules.check("neverFull", RingScenarios::neverFull);
    }

    @Test
    void size_staysWithinBoundsAndTheHighWaterMarkIsNeverTooHigh() {
        Schedules.check("sizes", RingScenarios::sizes);
    }

    @Test
    void lostRaces_areCountedButForTheGuess() {
        Schedules.check("lostRaces", RingScenarios::lostRaces);
    }

    @Test
    void waits_takeTheTimeThatWasAskedFor() {
        Schedules.check("waitsOfOneThread", RingScenarios::waitsOfOneThread);
    }

    @Test
    void armedConsumer_isAlwaysWoken() {
        Schedules.check("armAndHook", RingScenarios::armAndHook);
    }

    @Test
    void handsOver_isNeverTwoThreadsAtOnce() {
        Schedules.check("handsOver", RingScenarios::handsOver);
    }

    @Test
    void timedDrain_isAlwaysWoken() {
        Schedules.check("timedDrain", RingScenarios::timedDrain);
    }

    @Test
    void timedDrain_onARingWithAHook_isAlwaysWoken() {
        Schedules.check("timedDrainWithHook", RingScenarios::timedDrainWithHook);
    }

    @Test
    void close_strandsNothingAndWakesAnArmedConsumer() {
        Schedules.check("closeAndHook", RingScenarios::closeAndHook);
    }

    @Test
    void close_strandsNothingAndWakesATimedDrain() {
        Schedules.check("closeAndTimedDrain", RingScenarios::closeAndTimedDrain);
    }

    @Test
    void hookThatFailed_isCalledAgainByARefusal() {
        Schedules.check("failingHook", RingScenarios::failingHook);
    }

    @Test
    void callsThatErrorsEnd_areFinishedByTheNext() {
        Schedules.check("accidents", RingScenarios::accidents);
    }

    @Test
    void closeBehindARecord_endsTheWaitWithTheRecord() {
        Schedules.check("offerThenClose", RingScenarios::offerThenClose);
    }
}
