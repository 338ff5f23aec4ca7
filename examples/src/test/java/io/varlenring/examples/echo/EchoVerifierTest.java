// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.echo;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.examples.harness.Datagrams;
import io.varlenring.examples.harness.Options;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EchoVerifierTest {
    private static final int CLIENT = 3;
    private static final long NEXT = 10;

    private final EchoVerifier verifier =
            new EchoVerifier(CLIENT, Options.parse(new EchoProxyOptions(), "--size", "20..200"));

    @Test
    void checkEcho_goodEchoesWithGaps_findsNothing() {
        for (final long sequence : new long[] {0, 1, 5, 9}) {
            assertNull(verifier.checkEcho(echo(CLIENT, sequence, 20), NEXT));
        }
    }

    @Test
    void checkEcho_duplicateOrReorderedOrNotSent_isFound() {
        assertNull(verifier.checkEcho(echo(CLIENT, 5, 100), NEXT));
        assertViolation("sequence 5 after 5", echo(CLIENT, 5, 100));
        assertViolation("sequence 4 after 5", echo(CLIENT, 4, 100));
        assertViolation("sequence 10 after 5", echo(CLIENT, 10, 100));
        assertNull(verifier.checkEcho(echo(CLIENT, 6, 100), NEXT));
    }

    @Test
    void checkEcho_byteFlipped_isFound() {
        for (int i = 0; i < 50; i++) {
            final ByteBuffer echo = echo(CLIENT, 5, 50);
            echo.put(i, (byte) ~echo.get(i));
            assertViolation("wrong checksum", echo);
        }
    }

    @Test
    void checkEcho_otherClientOrLength_isFound() {
        assertViolation("an echo for client 2", echo(2, 5, 100));
        assertViolation("an echo of 19 bytes", echo(CLIENT, 5, 19));
        assertViolation("an echo of 201 bytes", echo(CLIENT, 5, 201));
        assertViolation("an echo of 0 bytes", ByteBuffer.allocate(0));
    }

    @Test
    void checkNotice_numbersThatRiseForEachThread_findsNothing() {
        assertNull(verifier.checkNotice(notice(0, 5)));
        assertNull(verifier.checkNotice(notice(1, 5)));
        assertNull(verifier.checkNotice(notice(0, 700)));
    }

    @Test
    void checkNotice_repeatedOrReorderedOrDamaged_isFound() {
        assertNull(verifier.checkNotice(notice(0, 5)));
        assertNotNull(verifier.checkNotice(notice(0, 5)));
        assertNotNull(verifier.checkNotice(notice(0, 4)));

        final int length = notice(0, 6).remaining();
        for (int i = Integer.BYTES; i < length; i++) {
            final ByteBuffer notice = notice(0, 6);
            final int damaged = notice.position() + i;
            notice.put(damaged, (byte) ~notice.get(damaged));
            assertNotNull(verifier.checkNotice(notice), "byte " + i);
        }
        for (int cut = 0; cut < length; cut++) {
            final ByteBuffer notice = notice(0, 6);
            assertNotNull(verifier.checkNotice(notice.limit(notice.position() + cut)), cut + " bytes");
        }
    }

    private void assertViolation(final String expected, final ByteBuffer echo) {
        final String violation = verifier.checkEcho(echo, NEXT);
        assertNotNull(violation, "not found: " + expected);
        assertTrue(violation.contains(expected), violation);
    }

    private static ByteBuffer echo(final int client, final long sequence, final int length) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(300);
        new Datagrams().encode(buffer, 0, length, client, sequence);
        return buffer;
    }

    /** As it comes to a client: without the port before it. */
    private static ByteBuffer notice(final int control, final long number) {
        final ByteBuffer record = ByteBuffer.allocateDirect(Notices.MAX_LENGTH);
        Notices.putNotice(record, 4711, control, number);
        record.position(Notices.PORT_LENGTH);
        assertTrue(Notices.isNotice(record));
        return record;
    }
}
