// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** After which drains a consumer that finds nothing waits for its producers to get ahead. */
final class ProducersLeadTest {
    private final ProducersLead lead = new ProducersLead() {};

    {
        lead.pauseBytes = 1024;
    }

    /** A drain that finds nothing at once, and this much when it has waited; returns whether it has. */
    private boolean waits(final int recordsBehindTheWait) {
        final boolean waits = lead.beginsLead();
        assertFalse(lead.beginsLead(), "a second time in one drain");
        lead.caughtUp = true;
        lead.learn(waits ? recordsBehindTheWait : 0);
        return waits;
    }

    private void drain(final int records) {
        lead.caughtUp = true;
        lead.learn(records);
    }

    /** How many drains of several records it takes until one waits, in vain. */
    private int drainsUntilWaitInVain() {
        int drains = 0;
        while (!waits(0)) {
            drain(2);
            drains++;
        }
        return drains;
    }

    @Test
    void recordsOneByOne_makeNoDrainWait() {
        for (int i = 0; i < 100; i++) {
            assertFalse(waits(0));
            drain(1);
        }
    }

    @Test
    void severalRecords_makeTheNextDrainWait() {
        drain(2);

        assertTrue(waits(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {ProducersLead.MANY_RECORDS, 1000})
    void waitThatBroughtMany_isRepeated(final int records) {
        drain(2);
        for (int i = 0; i < 100; i++) {
            assertTrue(waits(records));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, ProducersLead.MANY_RECORDS - 1})
    void waitThatBroughtFew_isNotRepeatedAtOnce(final int records) {
        drain(2);
        assertTrue(waits(records));

        assertFalse(waits(0));
    }

    /** A limit, the handler, or what it throws ends a drain before it has caught up. */
    @ParameterizedTest
    @CsvSource({"1, true", "2, false", "0, false"})
    void drainsThatEndEarly_areJudgedTogether(final int recordsOfTheLast, final boolean isMany) {
        drain(2);
        assertTrue(lead.beginsLead());
        lead.caughtUp = false;
        for (int records = 0; records < ProducersLead.MANY_RECORDS - 1; records += isMany ? 1 : 4) {
            lead.learn(1);
            assertFalse(lead.beginsLead());
        }
        drain(recordsOfTheLast);

        assertEquals(isMany, waits(0));
    }

    @Test
    void drainThatFoundPadding_doesNotWait() {
        drain(2);
        lead.cursor = lead.givenBack + 8;

        assertFalse(waits(0));
    }

    @Test
    void drainThatHasToTellTheEndOfAStall_doesNotWait() {
        drain(2);
        lead.pauseBytes = 0;

        assertFalse(waits(0));
    }

    @Test
    void spin_takesItsTime() {
        final RingMemory memory = RingMemory.allocate(1024);
        final long begin = System.nanoTime();
        memory.spin(1_000_000);

        assertTrue(System.nanoTime() - begin >= 1_000_000);
        assertEquals(1_500, ProducersLead.LEAD_NANOS, "as documented");
    }

    @Test
    void waitsInVain_becomeRare_andTheyAreForgottenWithAGoodOne() {
        assertEquals(1, drainsUntilWaitInVain());
        assertEquals(2, drainsUntilWaitInVain());
        assertEquals(4, drainsUntilWaitInVain());
        for (int i = 0; i < 10; i++) {
            drainsUntilWaitInVain();
        }
        assertEquals(ProducersLead.MAX_BACKOFF, drainsUntilWaitInVain());
        for (int i = 0; i < ProducersLead.MAX_BACKOFF; i++) {
            drain(2);
        }
        assertTrue(waits(1000));

        assertTrue(waits(0));
        assertEquals(2, drainsUntilWaitInVain());
    }

    /** The count goes round after less than a minute of polling. */
    @ParameterizedTest
    @ValueSource(ints = {1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void drainBehindOneThatFoundNothing_doesNotWait(final int fruitlessDrains) {
        drain(2);
        lead.fruitlessDrains = fruitlessDrains;

        assertFalse(waits(0));
    }
}
