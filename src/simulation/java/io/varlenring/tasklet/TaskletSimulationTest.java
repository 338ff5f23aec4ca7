// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import io.varlenring.simulation.Schedules;
import org.junit.jupiter.api.Test;

/** The shipped tasklets on simulated memory: thousands of schedules of each scenario. */
final class TaskletSimulationTest {
    @Test
    void wakeups_loseNoReasonAndTheirRunSeesWhatWasDoneBefore() {
        Schedules.check("wakeupsWithReasons", TaskletScenarios::wakeupsWithReasons);
    }

    @Test
    void wakeups_withoutReasons_areFollowedByARunThatSeesWhatWasDoneBefore() {
        Schedules.check("wakeupsWithoutReasons", TaskletScenarios::wakeupsWithoutReasons);
    }

    @Test
    void wakeups_fromOutsideAndInside_areRun() {
        Schedules.check("wakeupsFromBothSides", TaskletScenarios::wakeupsFromBothSides);
    }

    @Test
    void wakeups_ofManyTasklets_areAllRunInTheOrderOfTheirWaker() {
        Schedules.check("wakeupsOfMany", TaskletScenarios::wakeupsOfMany);
    }

    @Test
    void wakeups_thatAnErrorEndsBehindTheirFirstStep_areRunAllTheSame() {
        Schedules.check("wakeupsCutShort", TaskletScenarios::wakeupsCutShort);
    }

    @Test
    void kill_noRunBeginsAfterIt() {
        Schedules.check("kill", TaskletScenarios::kill);
    }

    @Test
    void close_runsWhatWasQueuedAndEnds() {
        Schedules.check("close", TaskletScenarios::close);
    }

    @Test
    void close_ofAManualLoop_runsWhatWasQueued() {
        Schedules.check("closeOfAManualLoop", TaskletScenarios::closeOfAManualLoop);
    }

    @Test
    void close_ofAManualLoop_whileAThreadSetsADeadline_runsWhatWasQueued() {
        Schedules.check("closeWhileADeadlineIsSet", TaskletScenarios::closeWhileADeadlineIsSet);
    }

    @Test
    void manualLoop_handedBetweenThreads_isRunByOneAtATime() {
        Schedules.check("handOver", TaskletScenarios::handOver);
    }

    @Test
    void deadlines_areMetInTheirOrderAndNoneIsLost() {
        Schedules.check("deadlines", TaskletScenarios::deadlines);
    }

    @Test
    void waits_takeTheTimeThatWasAskedFor() {
        Schedules.check("waitsOfOneThread", TaskletScenarios::waitsOfOneThread);
    }

    @Test
    void loopThatEnds_closesItsRingAndHandsOverWhatItTook() {
        Schedules.check("ringOfALoopThatEnds", TaskletScenarios::ringOfALoopThatEnds);
    }

    @Test
    void ringTasklet_consumesAllAndEndsWithItsRing() {
        Schedules.check("ringTasklet", TaskletScenarios::ringTasklet);
    }
}
