// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class EchoAccountingTest {
    private static final List<Long> PATH = List.of(10L, 9L, 9L, 8L, 8L, 7L);
    private static final List<Long> NOTICES = List.of(4L, 4L, 3L, 2L);
    private static final List<Long> COMMANDS = List.of(6L, 6L, 6L);

    @Test
    void mismatches_lossesOnly_areNone() {
        final EchoAccounting accounting = new EchoAccounting(PATH, NOTICES, COMMANDS, 0);

        assertEquals(List.of(), accounting.mismatches());
        assertEquals(3, accounting.lost());
        assertEquals(4, accounting.noticesOffered());
        assertEquals(2, accounting.noticesReceived());
    }

    @Test
    void mismatches_eachKind_isFound() {
        assertOne(
                "more datagrams came than went",
                new EchoAccounting(List.of(10L, 9L, 9L, 8L, 8L, 9L), NOTICES, COMMANDS, 0));
        assertOne("more notices came than went", new EchoAccounting(PATH, List.of(4L, 4L, 3L, 4L), COMMANDS, 0));
        assertOne(
                "the ring took 4 notices, but 3 were read",
                new EchoAccounting(PATH, List.of(4L, 3L, 3L, 2L), COMMANDS, 0));
        assertOne("commands", new EchoAccounting(PATH, NOTICES, List.of(6L, 6L, 5L), 0));
        assertOne("1 bodies threw", new EchoAccounting(PATH, NOTICES, COMMANDS, 1));
    }

    private static void assertOne(final String expected, final EchoAccounting accounting) {
        assertEquals(1, accounting.mismatches().size(), accounting.mismatches()::toString);
        assertTrue(accounting.mismatches().get(0).contains(expected), accounting.mismatches()::toString);
    }
}
