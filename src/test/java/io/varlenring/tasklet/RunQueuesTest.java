// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which tasklet is next, without a loop around the queues. */
final class RunQueuesTest {
    private final RunQueues queues = new RunQueues();
    private final List<Tasklet> named = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    private Tasklet tasklet(final String name) {
        return remember(new Tasklet(null, null, false), name);
    }

    private Tasklet heavy(final String name) {
        return remember(new Tasklet(null, null, true), name);
    }

    private Tasklet remember(final Tasklet tasklet, final String name) {
        named.add(tasklet);
        names.add(name);
        return tasklet;
    }

    private String nameOf(final Tasklet tasklet) {
        return names.get(named.indexOf(tasklet));
    }

    /** Runs a round of tasklets without any work. */
    private List<String> round() {
        return round(tasklet -> {});
    }

    private List<String> round(final Consumer<Tasklet> work) {
        final List<String> ran = new ArrayList<>();
        final int runs = queues.runShares(tasklet -> {
            queues.beginRun(tasklet);
            ran.add(nameOf(tasklet));
            work.accept(tasklet);
            queues.endRun();
            return true;
        });
        assertEquals(ran.size(), runs);
        return ran;
    }

    @Test
    void empty_isEmptyAndRunsNothing() {
        assertTrue(queues.isEmpty());
        assertEquals(List.of(), round());
    }

    @Test
    void eachClass_isNotEmptyWhileItHasOne() {
        final Tasklet running = tasklet("running");
        final Runnable[] additions = {
            () -> queues.addFromOutside(tasklet("urgent")),
            () -> queues.add(tasklet("normal")),
            () -> queues.add(running),
            () -> queues.add(heavy("heavy")),
            () -> queues.addAfter(null, tasklet("after"))
        };
        for (final Runnable addition : additions) {
            queues.beginRun(running);
            addition.run();
            queues.endRun();
            assertFalse(queues.isEmpty());
            assertEquals(1, round().size());
            assertTrue(queues.isEmpty());
        }
    }

    @Test
    void round_goesThroughTheClassesInTheirOrder() {
        final Tasklet self = tasklet("self");
        queues.beginRun(self);
        queues.add(heavy("heavy"));
        queues.add(self);
        queues.add(tasklet("normal"));
        queues.endRun();
        queues.add(tasklet("socket"));
        queues.addFromOutside(tasklet("outside"));
        assertEquals(List.of("socket", "outside", "normal", "self", "heavy"), round());
    }

    @Test
    void round_givesEachClassItsShare() {
        final Tasklet self = tasklet("self");
        queues.beginRun(self);
        for (int i = 0; i < 100; i++) {
            queues.addFromOutside(tasklet("urgent"));
            queues.add(tasklet("normal"));
            queues.add(heavy("heavy"));
        }
        queues.add(self);
        queues.endRun();
        final List<String> ran = round();
        assertEquals(64, ran.stream().filter("urgent"::equals).count());
        assertEquals(60, ran.stream().filter("normal"::equals).count());
        assertEquals(1, ran.stream().filter("self"::equals).count());
        assertEquals(1, ran.stream().filter("heavy"::equals).count());
        assertEquals(36 + 40 + 1, round().size(), "the shares are a new round's own");
    }

    @Test
    void selfWakers_haveAShareOfFour() {
        for (int i = 0; i < 6; i++) {
            final Tasklet self = tasklet("self" + i);
            queues.beginRun(self);
            queues.add(self);
            queues.endRun();
        }
        assertEquals(List.of("self0", "self1", "self2", "self3"), round());
        assertEquals(List.of("self4", "self5"), round());
    }

    @Test
    void taskletThatIsTakenOutAndNotRun_usesUpNoShare() {
        for (int i = 0; i < 10; i++) {
            queues.addFromOutside(heavy("heavy"));
        }
        final List<String> taken = new ArrayList<>();
        final int runs = queues.runShares(tasklet -> {
            taken.add(nameOf(tasklet));
            return false;
        });
        assertEquals(10, taken.size());
        assertEquals(0, runs);
    }

    @Test
    void addAfter_theRunningOne_comesBeforeItsClassAndInItsShare() {
        final Tasklet first = tasklet("first");
        for (int i = 0; i < 3; i++) {
            queues.addFromOutside(tasklet("urgent" + i));
        }
        final List<String> ran = round(running -> {
            if (nameOf(running).equals("urgent0")) {
                queues.addAfter(null, first);
            }
        });
        assertEquals(List.of("urgent0", "first", "urgent1", "urgent2"), ran);
    }

    @Test
    void addAfter_whenNoneRuns_isNormal() {
        final Tasklet self = tasklet("self");
        assertEquals(List.of(), round());
        queues.beginRun(self);
        queues.add(self);
        queues.endRun();
        queues.addAfter(null, tasklet("after"));
        queues.addFromOutside(tasklet("outside"));
        assertEquals(List.of("outside", "after", "self"), round());
    }

    @Test
    void addAfter_aQueuedOne_isRightBehindItInItsClass() {
        final Tasklet a = tasklet("a");
        final Tasklet b = tasklet("b");
        queues.addFromOutside(a);
        queues.addFromOutside(tasklet("c"));
        queues.addAfter(a, b);
        queues.addAfter(b, tasklet("b2"));
        assertEquals(List.of("a", "b", "b2", "c"), round());
        queues.addFromOutside(a);
        queues.addAfter(a, b);
        queues.addFromOutside(tasklet("d"));
        assertEquals(List.of("a", "b", "d"), round(), "behind the last one of the queue");
    }

    @Test
    void addAfter_oneThatIsInNoQueue_isAfterTheRunningOne() {
        final Tasklet gone = tasklet("gone");
        queues.addFromOutside(tasklet("running"));
        queues.addFromOutside(tasklet("other"));
        final List<String> ran = round(running -> {
            if (nameOf(running).equals("running")) {
                queues.addAfter(gone, tasklet("next"));
            }
        });
        assertEquals(List.of("running", "next", "other"), ran);
    }

    @Test
    void addNewestFirst_leavesOutTheEnd() {
        final Tasklet end = tasklet("end");
        final Tasklet a = heavy("a");
        final Tasklet b = tasklet("b");
        a.setNextPlain(end);
        b.setNextPlain(a);
        queues.addNewestFirst(b, end);
        assertEquals(List.of("b", "a"), round());
        assertTrue(queues.isEmpty());
    }
}
