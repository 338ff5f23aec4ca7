// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks;

import io.varlenring.tasklet.Tasklet;
import io.varlenring.tasklet.TaskletBody;

/** What is run, the same object for every peer: a tasklet's body and a runnable at once, so that none needs a wrapper. */
abstract class Work implements Runnable, TaskletBody {
    @Override
    public final void run(final Tasklet self, final int reasons) {
        run();
    }
}
