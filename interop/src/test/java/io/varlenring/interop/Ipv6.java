// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Assumptions;

/** Whether a test of an address can run here. */
public final class Ipv6 {
    private Ipv6() {}

    /**
     * Skips the test of an IPv6 address where no interface has the loopback address, as in many containers: nothing can
     * be bound there, whatever the program under test does. Tests of IPv4 addresses always run.
     */
    public static void assumeFor(final String address) throws SocketException, UnknownHostException {
        Assumptions.assumeTrue(
                !address.contains("::") || NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null,
                "no IPv6 here, so none to listen at: " + address);
    }
}
