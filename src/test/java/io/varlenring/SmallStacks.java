// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

/**
 * Makes a call with hardly any stack left, so that it overflows halfway; repeats that with slightly more stack each
 * time, until the call completes.
 */
public final class SmallStacks {
    /** Hardly more than a thread must have: when it ends, the virtual machine goes over all of it, each time. */
    public static final int STACK_BYTES = 1 << 17;

    private final Runnable call;
    private int failures;
    private boolean succeeded;
    private Throwable other;

    private SmallStacks(final Runnable call) {
        this.call = call;
    }

    /** Calls until one completes; {@code shift} frames move the stack's end. Returns how many calls failed before. */
    public static int callAtTheEndOfTheStack(final int shift, final Runnable call) throws InterruptedException {
        final SmallStacks calls = new SmallStacks(call);
        final Thread thread = new Thread(null, () -> calls.begin(shift), "small stack", STACK_BYTES);
        thread.start();
        thread.join();
        if (calls.other != null) {
            throw new AssertionError(calls.other);
        }
        return calls.failures;
    }

    /** The same on this thread, whose stack should be small. */
    public static void callAtTheEndOfThisStack(final int shift, final Runnable call) {
        final SmallStacks calls = new SmallStacks(call);
        calls.begin(shift);
        if (calls.other != null) {
            throw new AssertionError(calls.other);
        }
    }

    private void begin(final int shift) {
        if (shift > 0) {
            begin(shift - 1);
            return;
        }
        try {
            descend();
        } catch (final Throwable failure) {
            other = failure;
        }
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack is full
    private void descend() {
        try {
            descend();
        } catch (final StackOverflowError full) {
            failures++;
        }
        if (!succeeded) {
            call.run();
            succeeded = true;
        }
    }
}
