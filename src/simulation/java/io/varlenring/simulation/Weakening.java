// SPDX-License-Identifier: Apache-2.0
package io.varlenring.simulation;

/** A fault that can be planted in the twins of the shared memory, to show that the simulation finds it. */
public enum Weakening {
    NONE,

    // The ring

    HEADER_RELEASE_STORED_PLAIN,
    HEADER_ACQUIRE_LOADED_OPAQUE,
    HEADER_VOLATILE_STORED_RELEASE,
    HEADER_VOLATILE_LOADED_ACQUIRE,
    ARMED_STORED_RELEASE,
    ARMED_LOADED_ACQUIRE,
    ARMED_EXCHANGE_SPLIT,
    CONSUMER_POSITION_STORED_PLAIN,
    CONSUMER_POSITION_LOADED_OPAQUE,
    PRODUCER_POSITION_LOADED_OPAQUE,
    PRODUCER_POSITION_LOADED_ACQUIRE,
    PRODUCER_EXCHANGE_SPLIT,
    PRODUCER_EXCHANGE_NOT_VOLATILE,
    /** The producer position is moved back by a comparison and then a store, not atomically. */
    GIVE_BACK_SPLIT,
    /** The producer position is moved back before the bytes after it are zero. */
    GIVEN_BACK_BEFORE_ZEROES,
    /** What was consumed or is given back is not zeroed; a later lap may take any word of it for a header. */
    ZEROES_OMITTED,
    /** The waiter is only as visible as the surrounding accesses to armed make it, which is enough. */
    WAITER_PLAIN,

    // Rings in files

    ATTEMPT_STORED_PLAIN,
    /** A producer does not say where it tries to reserve. */
    ATTEMPT_OMITTED,
    /** A producer does not say where its reservation ends. */
    END_OMITTED,
    /** A consumer does not say what it gives back. */
    REDO_OMITTED,
    /** The system lets a lock go before the last stores of its holder are seen. */
    UNLOCK_RELAXED,

    // Tasklets

    STATE_STEP_RELAXED,
    STATE_STEP_SPLIT,
    /** A wakeup without reasons that finds the tasklet queued only loads. */
    STATE_LOAD_INSTEAD_OF_ADD,
    KILLED_STORED_PLAIN,
    ASLEEP_STORED_RELEASE,
    ASLEEP_LOADED_ACQUIRE,
    TAIL_STEP_SPLIT,
    /** The tail's compare-and-set is outside the total order of volatile accesses. */
    TAIL_STEP_NOT_VOLATILE,
    LIMIT_RELAXED,
    HEAD_RELAXED,
    SLOT_RELAXED,
    OVERFLOW_STEP_SPLIT,
    /** Nothing that the waker did is visible along with its tasklet, not even the tasklet's link. */
    OVERFLOW_STEP_RELAXED,
    /** The put is outside the total order of volatile accesses. */
    OVERFLOW_STEP_NOT_VOLATILE,
    OVERFLOW_SWAP_SPLIT,
    OVERFLOW_SWAP_RELAXED,
    CLOSED_STORED_RELEASE,
    CLOSED_LOADED_ACQUIRE,
    RUNNER_STEP_SPLIT,
    RUNNER_STORED_PLAIN,
    /** A loop that sleeps until a deadline sleeps forever. */
    PARK_WITHOUT_TIME
}
