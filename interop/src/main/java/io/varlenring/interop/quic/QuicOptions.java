// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.interop.front.HandlerIds;
import io.varlenring.interop.front.HandlerLoop;
import io.varlenring.interop.measure.FrontOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of both QUIC servers. */
class QuicOptions extends FrontOptions {
    private static final long BYTES_PER_MEGABYTE = 1_000_000;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            converter = Listen.class,
            description =
                    "serves uploads of strangers to /upload/NUMBER there until it is stopped, for example [::]:4433; without"
                            + " clients of its own")
    InetSocketAddress listen;

    @Option(names = "--megabytes", description = "to upload, by all connections together")
    @Within(min = 1, max = 100_000)
    int megabytes = 64;

    @Option(names = "--connections", description = "all at once")
    @Within(min = 1, max = 1_000)
    int connections = 32;

    @Option(
            names = "--migrate",
            paramLabel = "HOW",
            description =
                    "clients change their address during the upload: none; path: they say so; nat: they do not know;"
                            + " both: half of them each; kwik: none or path only (none)")
    Migration migration = Migration.NONE;

    @Option(
            names = "--client",
            paramLabel = "netty|auto",
            description = "netty: uses Netty's client even where gtlsclient is installed (auto)")
    Client client = Client.AUTO;

    @Option(names = "--seconds", description = "how long it may take")
    @Within(min = 1, max = 3_600)
    int seconds = 120;

    /** An address and a port; IPv6 in brackets. */
    static final class Listen implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(final String value) {
            final Matcher parts = Pattern.compile("\\[?(.+?)\\]?:([0-9]{1,5})").matcher(value);
            if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65_535) {
                throw new TypeConversionException("must be ADDRESS:PORT, but is '" + value + "'");
            }
            final InetSocketAddress address = new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
            if (address.isUnresolved()) {
                throw new TypeConversionException("must be an address of this machine, but is '" + value + "'");
            }
            return address;
        }
    }

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

        /** Returns the arguments that make a gtlsclient do that. */
        List<String> arguments(final int connection) {
            return switch (this) {
                case NONE -> List.of();
                case PATH -> List.of(SOON);
                case NAT -> List.of(SOON, "--nat-rebinding");
                case BOTH -> (connection % 2 == 0 ? PATH : NAT).arguments(connection);
            };
        }
    }

    enum Client {
        AUTO,
        NETTY
    }

    /** Returns the bytes of each upload, so that all together are at least what was asked for. */
    long uploadLength() {
        return (megabytes * BYTES_PER_MEGABYTE + connections - 1) / connections;
    }

    @Command(
            name = "interop/run quic-netty",
            sortOptions = false,
            description = "Netty's QUIC and HTTP/3 server, its datagrams handed over through rings.%n")
    static final class Netty extends QuicOptions {
        @Option(names = "--handlers", description = "rings, each with a server and a thread")
        @Within(min = 1, max = HandlerIds.MAX_HANDLERS)
        int handlers = 2;

        @Option(
                names = "--handler",
                paramLabel = "KIND",
                description =
                        "whose thread a server runs on: executor: Netty's event loop; tasklet: our own (executor)")
        HandlerLoop.Kind handler = HandlerLoop.Kind.EXECUTOR;
    }

    /** kwik has no way to choose connection IDs, by which several handlers would be told apart. */
    @Command(
            name = "interop/run quic-kwik",
            sortOptions = false,
            description = "kwik, a QUIC server in pure Java, behind the same front.%n")
    static final class Kwik extends QuicOptions {
        @Override
        protected void check() {
            super.check();
            require(
                    migration == Migration.NONE || migration == Migration.PATH,
                    "--migrate must be none or path: kwik does not follow a client whose address a NAT has changed");
        }
    }
}
