// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import io.varlenring.simulation.Schedules;
import io.varlenring.simulation.Weakening;
import org.junit.jupiter.api.Test;

/**
 * The shipped ring in a simulated file, between simulated processes that die at any access; and the faults this finds.
 */
final class ProcessSimulationTest {
    @Test
    void producersThatDie_loseNothingThatTheyHaveSent() {
        Schedules.check("producersDie", ProcessScenarios::producersDie);
    }

    @Test
    void consumersThatDie_areSucceededByTheNext() {
        Schedules.check("consumersDie", ProcessScenarios::consumersDie);
    }

    @Test
    void attemptLeftOut_isFound() { // M12
        Schedules.checkFinds(Weakening.ATTEMPT_OMITTED, ProcessScenarios::producersDie);
    }

    @Test
    void attemptStoredPlain_isFound() { // M12
        Schedules.checkFinds(Weakening.ATTEMPT_STORED_PLAIN, ProcessScenarios::producersDie);
    }

    @Test
    void endLeftOut_isFound() { // M13
        Schedules.checkFinds(Weakening.END_OMITTED, ProcessScenarios::producersDie);
    }

    @Test
    void redoLeftOut_isFound() { // M14
        Schedules.checkFinds(Weakening.REDO_OMITTED, ProcessScenarios::consumersDie);
    }

    @Test
    void lockLetGoTooEarly_isFound() {
        Schedules.checkFinds(Weakening.UNLOCK_RELAXED, ProcessScenarios::consumersDie);
    }
}
