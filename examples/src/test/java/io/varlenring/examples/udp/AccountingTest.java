// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccountingTest {
    private static final List<ListenerCounts> LISTENERS =
            List.of(new ListenerCounts(100, 90, 9, 1), new ListenerCounts(50, 40, 10, 0));

    @Test
    void mismatches_whenAllAddsUp_isEmpty() {
        final Accounting accounting = new Accounting(200, LISTENERS, List.of(90L, 40L), 130, 130);

        assertEquals(List.of(), accounting.mismatches());
        assertEquals(150, accounting.received());
        assertEquals(19, accounting.refused());
        assertEquals(1, accounting.malformed());
        assertEquals(50, accounting.lostByKernel());
    }

    @Test
    void mismatches_recordLost_namesTheListener() {
        assertEquals(
                List.of(
                        "received 150, but handed over, refused and malformed make 149",
                        "the ring counted 130 records, but 129 were handed over",
                        "listener 1 committed 40 records, but 39 of them were handed over"),
                new Accounting(200, LISTENERS, List.of(90L, 39L), 129, 130).mismatches());
    }

    @Test
    void mismatches_recordsOfListenersSwapped_isFound() {
        assertEquals(
                List.of(
                        "listener 0 committed 90 records, but 89 of them were handed over",
                        "listener 1 committed 40 records, but 41 of them were handed over"),
                new Accounting(200, LISTENERS, List.of(89L, 41L), 130, 130).mismatches());
    }

    @Test
    void mismatches_ringCountsOtherwise_isFound() {
        assertEquals(
                List.of("the ring counted 131 records, but 130 were handed over"),
                new Accounting(200, LISTENERS, List.of(90L, 40L), 130, 131).mismatches());
    }

    @Test
    void mismatches_datagramUnaccountedFor_isFound() {
        final List<ListenerCounts> one = List.of(new ListenerCounts(101, 90, 9, 1));

        assertEquals(
                List.of("received 101, but handed over, refused and malformed make 100"),
                new Accounting(200, one, List.of(90L), 90, 90).mismatches());
    }

    @Test
    void mismatches_moreReceivedThanSent_isFound() {
        assertEquals(List.of(), new Accounting(149, LISTENERS, List.of(90L, 40L), 130, 130).mismatches());
        assertEquals(
                List.of("received 149 good datagrams, but only 148 were sent"),
                new Accounting(148, LISTENERS, List.of(90L, 40L), 130, 130).mismatches());
    }
}
