// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Decodes the fuzzer's bytes into words of a ring's file and calls on the ring: all end by an answer or a refusal. */
final class HostileFileFuzzTest {
    @FuzzTest
    void anyWords_leadToAnswersOrRefusals(final byte[] data) throws InterruptedException {
        new HostileFile(new FuzzedChoices(data)).run();
    }
}
