// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.PrintStream;

/**
 * Netty's HTTP/3 server behind the ring: listener threads that share a port receive straight into the rings of the handlers,
 * and clients upload content that the server knows.
 */
public final class QuicNetty {
    private QuicNetty() {}

    /** Runs it; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new QuicOptions.Netty(), QuicNetty::run);
    }

    static int run(final QuicOptions options, final ThreadWatch watch, final PrintStream out) throws Exception {
        return new UploadRun("quic-netty", options, NettyServer::new, watch, out).run();
    }
}
