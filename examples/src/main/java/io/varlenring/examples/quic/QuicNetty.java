// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.varlenring.examples.CommandLine;
import java.io.PrintStream;

/**
 * Netty's HTTP/3 server behind the ring: listener threads that share a port receive straight into the rings of the handlers,
 * and clients upload content that the server knows.
 */
public final class QuicNetty {
    private QuicNetty() {}

    /**
     * Runs the example and exits with 0 when every upload arrived unchanged and all counts agree, with 1 when not, and with
     * 2 when the arguments are not good.
     *
     * @param args the options; {@code --help} lists them
     */
    public static void main(final String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(final String[] args, final PrintStream out, final PrintStream err) {
        return CommandLine.run(
                args,
                QuicOptions.USAGE,
                QuicOptions::parse,
                options -> new UploadRun("quic-netty", options, NettyServer::new, out, err).run(),
                out,
                err);
    }
}
