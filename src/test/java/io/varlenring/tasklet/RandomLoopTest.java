// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.varlenring.ControlledRecordHandler.Action;
import io.varlenring.Crew;
import io.varlenring.RingProducer;
import io.varlenring.VarLenMpscRing;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A loop used at random loses and doubles no run, record or failure. */
final class RandomLoopTest {
    private final int[] stored = new int[2];
    private final int[] taken = new int[2];
    private SplittableRandom random;
    private TaskletLoop loop;
    private List<Task> tasks;
    private RingTasklet ring;
    private int unreported;
    private volatile Throwable wrong;
    private volatile boolean calm;

    private final class Task implements TaskletBody {
        final Tasklet tasklet = random.nextBoolean() ? loop.newTasklet(this) : loop.newHeavyTasklet(this);
        private final AtomicInteger asked = new AtomicInteger();
        private volatile int seen;

        Tasklet ask() {
            asked.incrementAndGet();
            return tasklet;
        }

        @Override
        public void run(final Tasklet self, final int reasons) {
            seen = asked.get();
            assertFalse(tasklet.isKilled());
            act();
        }

        boolean isDone() {
            return tasklet.isKilled() || seen == asked.get();
        }
    }

    private Task any(final SplittableRandom own) {
        return tasks.get(own.nextInt(tasks.size()));
    }

    private Action take(final ByteBuffer record) {
        if (!calm && random.nextInt(9) == 0) {
            return Action.ABORT;
        }
        assertEquals((byte) taken[record.get()]++, record.get());
        act();
        return Action.CONTINUE;
    }

    private void act() {
        final Task task = any(random);
        switch (calm ? 99 : random.nextInt(50)) {
            case 0 -> task.tasklet.kill();
            case 1, 2, 3, 4 -> {
                unreported++;
                throw new StackOverflowError();
            }
            case 5, 6, 7 -> ring.tasklet().wakeup();
            case 8, 9 -> Thread.currentThread().interrupt();
            case 10, 11, 12, 13 -> task.ask().wakeup();
            default -> {}
        }
    }

    private Thread thread(final Runnable task) {
        final Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((same, failure) -> {
            unreported--;
            wrong = failure instanceof AssertionError ? failure : wrong;
        });
        return thread;
    }

    private void run(final int seed) throws Exception {
        random = new SplittableRandom(seed);
        loop = TaskletLoop.builder().threadFactory(this::thread).start("loop");
        tasks = List.of(new Task(), new Task(), new Task());
        ring = RingTasklet.createControlled(loop, VarLenMpscRing.builder().capacity(256), this::take, 3);
        final AtomicInteger producing = new AtomicInteger(2);
        final Crew crew = new Crew();
        for (final byte i : new byte[] {0, 1}) {
            final SplittableRandom own = random.split();
            final RingProducer producer = ring.ring().newProducer();
            crew.add("producer", () -> {
                for (int n = 0; n < 999; n++) {
                    Crew.pause();
                    any(own).ask().wakeup();
                    stored[i] += producer.offer(new byte[] {i, (byte) stored[i]}, 0, 2) ? 1 : 0;
                }
                producing.decrementAndGet();
            });
        }
        crew.add("end", () -> {
            while (producing.get() != 0) {
                Crew.pause();
            }
            calm = true;
            ring.tasklet().wakeup(); // it may pause
            while (seed % 4 != 0 && !(ring.ring().isEmpty() && tasks.stream().allMatch(Task::isDone))) {
                Crew.pause();
            }
            loop.close();
        });
        crew.run("seed " + seed);
        assertEquals(List.of(stored[0], stored[1], 0), List.of(taken[0], taken[1], unreported), "seed " + seed);
        assertEquals(null, wrong);
    }

    @Test
    void nothingIsLost() throws Exception {
        for (int seed = 0; seed < Integer.getInteger("varlenring.loops", 20); seed++) {
            new RandomLoopTest().run(seed);
        }
    }
}
