// SPDX-License-Identifier: Apache-2.0
/**
 * Hands variable-length bytes from many threads to one, off-heap, without locks, allocation or {@code Unsafe}; and runs
 * the work that is woken by them. Needs no other module when it runs.
 */
module io.varlenring {
    requires static jdk.jfr;
    requires static org.jspecify;

    exports io.varlenring;
    exports io.varlenring.tasklet;
}
