// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Schedules;
import io.varlenring.simulation.Weakening;
import org.junit.jupiter.api.Test;

/** The simulation finds each of these faults of the memory of tasklets. */
final class TaskletControlsTest {
    @Test
    void stateChangedRelaxed_isFound() { // T1
        Schedules.checkFinds(Weakening.STATE_STEP_RELAXED, TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void stateChangedInTwoSteps_isFound() { // T1
        Schedules.checkFinds(Weakening.STATE_STEP_SPLIT, TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void stateOnlyLoaded_whenQueued_isFound() { // T1
        Schedules.checkFinds(Weakening.STATE_LOAD_INSTEAD_OF_ADD, TaskletScenarios::wakeupsWithoutReasons);
    }

    @Test
    void killedStoredPlain_isFound() { // T3
        Schedules.checkFinds(Weakening.KILLED_STORED_PLAIN, TaskletScenarios::kill);
    }

    @Test
    void asleepStoredRelease_isFound() { // T2
        Schedules.checkFinds(Weakening.ASLEEP_STORED_RELEASE, TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void asleepLoadedAcquire_isFound() { // T2
        Schedules.checkFinds(Weakening.ASLEEP_LOADED_ACQUIRE, TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void tailMovedOutsideTheTotalOrder_isFound() { // T2
        Schedules.checkFinds(Weakening.TAIL_STEP_NOT_VOLATILE, TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void overflowOutsideTheTotalOrder_isFound() { // T2
        Schedules.checkFinds(Weakening.OVERFLOW_STEP_NOT_VOLATILE, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void tailMovedInTwoSteps_isFound() { // T6
        Schedules.checkFinds(Weakening.TAIL_STEP_SPLIT, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void limitRelaxed_isFound() { // T6
        Schedules.checkFinds(Weakening.LIMIT_RELAXED, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void headRelaxed_isFound() { // T6
        Schedules.checkFinds(Weakening.HEAD_RELAXED, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void slotRelaxed_isFound() { // T6
        Schedules.checkFinds(Weakening.SLOT_RELAXED, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void overflowPutInTwoSteps_isFound() { // T8
        Schedules.checkFinds(Weakening.OVERFLOW_STEP_SPLIT, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void overflowPutRelaxed_isFound() { // T8
        Schedules.checkFinds(Weakening.OVERFLOW_STEP_RELAXED, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void overflowSwappedInTwoSteps_isFound() { // T8
        Schedules.checkFinds(Weakening.OVERFLOW_SWAP_SPLIT, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void overflowSwappedRelaxed_isFound() { // T8
        Schedules.checkFinds(Weakening.OVERFLOW_SWAP_RELAXED, TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void closedStoredRelease_isFound() { // T2
        Schedules.checkFinds(Weakening.CLOSED_STORED_RELEASE, TaskletScenarios::close);
    }

    @Test
    void closedLoadedAcquire_isFound() { // T2
        Schedules.checkFinds(Weakening.CLOSED_LOADED_ACQUIRE, TaskletScenarios::close);
    }

    @Test
    void runnerSetInTwoSteps_isFound() { // T5
        Schedules.checkFinds(Weakening.RUNNER_STEP_SPLIT, TaskletScenarios::handOver);
    }

    @Test
    void runnerStoredPlain_isFound() { // T5
        Schedules.checkFinds(Weakening.RUNNER_STORED_PLAIN, TaskletScenarios::handOver);
    }

    @Test
    void deadlineSleptOver_isFound() {
        Schedules.checkFinds(Weakening.PARK_WITHOUT_TIME, TaskletScenarios::deadlines);
    }

    @Test
    void wakeupLost_inARingTasklet_isFound() { // M5 through a tasklet
        Schedules.checkFinds(Weakening.ARMED_STORED_RELEASE, TaskletScenarios::ringTasklet);
    }
}
