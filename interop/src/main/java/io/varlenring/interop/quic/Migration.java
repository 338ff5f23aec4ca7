// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.util.List;

/** How clients change their address in the middle of an upload. */
enum Migration {
    NONE,
    /** They say so, and use another connection ID from then on. */
    PATH,
    /** They do not know: a box between them and the server has given them another address. */
    NAT,
    /** Half of them the one way, half the other. */
    BOTH;

    private static final String SOON = "--change-local-addr=30ms";
    private static final List<String> PATH_ARGUMENTS = List.of(SOON);
    private static final List<String> NAT_ARGUMENTS = List.of(SOON, "--nat-rebinding");

    /** Returns the arguments that make a gtlsclient do that. */
    List<String> arguments(final int connection) {
        return switch (this) {
            case NONE -> List.of();
            case PATH -> PATH_ARGUMENTS;
            case NAT -> NAT_ARGUMENTS;
            case BOTH -> connection % 2 == 0 ? PATH_ARGUMENTS : NAT_ARGUMENTS;
        };
    }
}
