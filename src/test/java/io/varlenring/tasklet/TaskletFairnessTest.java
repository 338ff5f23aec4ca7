// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Classes, their order and their shares of a round: whatever goes on for ever starves nobody. */
final class TaskletFairnessTest extends ManualLoopFixture {
    @Test
    void wakeupAfter_aHeavyOneThatGoesOnForEver_runs() {
        final int[] heavyRuns = new int[1];
        final int[] streamRuns = new int[1];
        final Tasklet stream = loop.newTasklet((self, reasons) -> streamRuns[0]++);
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> {
            heavyRuns[0]++;
            loop.wakeupAfter(null, stream);
            self.wakeup();
        });
        heavy.wakeup();
        for (int i = 0; i < 100; i++) {
            assertEquals(1, loop.runOnce(0));
        }
        assertEquals(50, heavyRuns[0]);
        assertEquals(50, streamRuns[0]);
    }

    @Test
    void wakeupAfter_forEver_doesNotStarveOthers() {
        for (final int length : new int[] {2, 3, 64, 65, 100}) {
            final Tasklet[] circle = new Tasklet[length];
            for (int i = 0; i < length; i++) {
                final int next = (i + 1) % length;
                circle[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, circle[next]));
            }
            circle[0].wakeup();
            final Tasklet normal = named("normal");
            loop.newTasklet((self, reasons) -> {
                        ran.add("urgent");
                        normal.wakeup();
                    })
                    .wakeup();
            loop.runOnce(0);
            loop.runOnce(0);
            assertEquals(List.of("urgent", "normal"), ran, "beside a circle of " + length);
            ran.clear();
            for (final Tasklet tasklet : circle) {
                tasklet.kill();
            }
            runUntilIdle();
        }
    }

    /** A chain that is always put after its own last one, ahead of those waiting in the queue. */
    @Test
    void wakeupAfterEachOther_forEver_doesNotStarveTheQueue() {
        final Tasklet[] chain = new Tasklet[3];
        for (int i = 0; i < chain.length; i++) {
            final int next = (i + 1) % chain.length;
            final int last = (i + 2) % chain.length;
            chain[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(chain[next], chain[last]));
        }
        chain[0].wakeup();
        chain[1].wakeup();
        named("waits").wakeup();
        for (int i = 0; i < 3; i++) {
            assertEquals(64, loop.runOnce(0));
        }
        assertEquals(List.of("waits"), ran);
    }

    /** Two that wake each other on top of one that waits to run right after another. */
    @Test
    void wakeupAfter_forEver_doesNotStarveThoseBelow() {
        final Tasklet waits = named("waits");
        final Tasklet fromOutside = loop.newTasklet((self, reasons) -> {});
        for (final boolean isQueueEmpty : new boolean[] {true, false}) {
            final Tasklet[] pair = new Tasklet[2];
            for (int i = 0; i < pair.length; i++) {
                final int other = 1 - i;
                pair[i] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[other]));
            }
            loop.newTasklet((self, reasons) -> {
                        loop.wakeupAfter(null, waits);
                        loop.wakeupAfter(null, pair[0]);
                    })
                    .wakeup();
            for (int i = 0; i < 4; i++) {
                if (!isQueueEmpty) {
                    fromOutside.wakeup();
                }
                loop.runOnce(0);
            }
            assertEquals(List.of("waits"), ran);
            ran.clear();
            pair[0].kill();
            pair[1].kill();
            runUntilIdle();
        }
    }

    /** What a round leaves of a series keeps its order, after those that have waited. */
    @Test
    void wakeupAfter_ofMoreThanAShare_keepsTheirOrder() {
        final List<String> expected = new ArrayList<>();
        inLoop((self, reasons) -> {
            Tasklet last = null;
            for (int i = 0; i < 200; i++) {
                expected.add("s" + i);
                last = loop.wakeupAfter(last, named("s" + i));
            }
        });
        runUntilIdle();
        assertEquals(expected, ran);
    }

    /** Where a round has one run, the two and the others take turns. */
    @Test
    void wakeupAfter_forEver_inTheClassOfHeavyOnes_doesNotStarveThem() {
        final Tasklet[] pair = new Tasklet[2];
        pair[0] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[1]));
        pair[1] = loop.newTasklet((self, reasons) -> loop.wakeupAfter(null, pair[0]));
        loop.newHeavyTasklet((self, reasons) -> loop.wakeupAfter(null, pair[0])).wakeup();
        loop.newHeavyTasklet((self, reasons) -> ran.add("heavy")).wakeup();
        for (int i = 0; i < 10; i++) {
            assertEquals(1, loop.runOnce(0));
        }
        assertEquals(List.of("heavy"), ran);
    }

    @Test
    void selfWaker_doesNotStarveOthers() {
        final int[] runs = new int[1];
        final Tasklet selfish = loop.newTasklet((self, reasons) -> {
            runs[0]++;
            self.wakeup();
        });
        selfish.wakeup();
        loop.runOnce(0);
        for (int round = 1; round <= 10; round++) {
            final int before = runs[0];
            named("urgent").wakeup();
            loop.runOnce(0);
            assertEquals(round, ran.size());
            assertEquals(4, runs[0] - before, "the share of BULK");
        }
    }

    @Test
    void floodOfUrgent_doesNotStarveNormalBulkOrHeavy() {
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final Tasklet normal = named("normal");
        final Tasklet bulk = loop.newTasklet((self, reasons) -> {
            if (ran.size() < 100) {
                ran.add("bulk");
                self.wakeup();
            }
        });
        final int[] urgentRuns = new int[1];
        for (int i = 0; i < 200; i++) {
            loop.newTasklet((self, reasons) -> {
                        if (urgentRuns[0]++ == 0) {
                            normal.wakeup();
                        }
                    })
                    .wakeup();
        }
        bulk.wakeup();
        heavy.wakeup();
        assertEquals(64 + 1 + 1, loop.runOnce(0));
        assertEquals(List.of("normal", "heavy"), ran);
        assertEquals(64, urgentRuns[0]);
    }

    @Test
    void heavyOnes_runOnePerRound() {
        for (int i = 0; i < 5; i++) {
            final int number = i;
            loop.newHeavyTasklet((self, reasons) -> ran.add("heavy" + number)).wakeup();
        }
        for (int round = 1; round <= 5; round++) {
            assertEquals(1, loop.runOnce(0));
            assertEquals(round, ran.size());
        }
        inLoop((self, reasons) -> {
            for (int i = 0; i < 3; i++) {
                final Tasklet heavy = loop.newHeavyTasklet((s, r) -> ran.add("heavy"));
                assertNull(loop.wakeupAfter(null, heavy));
            }
        });
        assertEquals(6, ran.size());
        runUntilIdle();
        assertEquals(8, ran.size());
    }

    @Test
    void shares_areThoseOfTheClasses() {
        final Tasklet[] normals = new Tasklet[100];
        for (int i = 0; i < normals.length; i++) {
            normals[i] = named("normal");
        }
        inLoop((self, reasons) -> {
            for (final Tasklet normal : normals) {
                normal.wakeup();
            }
        });
        assertEquals(60, ran.size(), "in the round of the one that woke them");
        assertEquals(40, loop.runOnce(0));
    }

    @Test
    void classes_runInTheirOrder() {
        final Tasklet normal = named("normal");
        final Tasklet heavy = loop.newHeavyTasklet((self, reasons) -> ran.add("heavy"));
        final int[] runs = new int[1];
        loop.newTasklet((self, reasons) -> {
                    ran.add(runs[0]++ == 0 ? "urgent" : "bulk");
                    if (runs[0] == 1) {
                        heavy.wakeup();
                        self.wakeup();
                        normal.wakeup();
                    }
                })
                .wakeup();
        assertEquals(4, loop.runOnce(0));
        assertEquals(List.of("urgent", "normal", "bulk", "heavy"), ran);
    }
}
