// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.front;

import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.varlenring.VarLenMpscRing;
import io.varlenring.tasklet.RingTasklet;
import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread of our own that runs tasklets and a Netty event loop, see {@link TaskletIoHandler}. The ring's consumer is one of
 * the tasklets, so a record costs Netty no task, and the ring wakes the thread without asking Netty.
 */
public final class TaskletHandlerLoop implements HandlerLoop {
    private final TaskletLoop tasklets = TaskletLoop.manual();
    private final RingDatagramChannel channel;
    private final Thread thread;
    private final ManualIoEventLoop loop;
    private final Tasklet readComplete;
    private final RingTasklet consumer;

    /** Set from the first record of a drain until the tasklet has run that follows it. */
    private boolean reading;

    public TaskletHandlerLoop(
            final int capacity, final RingDatagramChannel channel, final Consumer<Throwable> failures) {
        this.channel = channel;
        this.thread = new Thread(this::run, "handler");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, failure) -> failures.accept(failure)); // of tasklets too
        this.loop = new ManualIoEventLoop(thread, executor -> new TaskletIoHandler(tasklets));
        this.readComplete = tasklets.newTasklet(this::readComplete);
        this.consumer =
                RingTasklet.create(tasklets, VarLenMpscRing.builder().capacity(capacity), this::onRecord, BUDGET);
    }

    @Override
    public VarLenMpscRing ring() {
        return consumer.ring();
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void start() {
        thread.start();
    }

    private void run() {
        while (!loop.isTerminated()) {
            loop.run(0); // waits as long as there is nothing to do
        }
    }

    private void onRecord(final ByteBuffer record) {
        if (!reading) {
            reading = true;
            tasklets.wakeupAfter(null, readComplete); // right behind this drain, before anybody else
        }
        channel.read(record);
    }

    private void readComplete(final Tasklet self, final int reasons) {
        reading = false;
        channel.readComplete();
    }

    @Override
    public boolean shutdown() throws InterruptedException {
        channel.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        return !thread.isAlive();
    }
}
