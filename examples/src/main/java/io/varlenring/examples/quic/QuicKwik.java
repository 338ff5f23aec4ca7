// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples.quic;

import io.varlenring.examples.CommandLine;
import java.io.PrintStream;

/** kwik's HTTP/3 server, written in Java alone, behind the front and the ring of {@link QuicNetty}. */
public final class QuicKwik {
    private QuicKwik() {}

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
                QuicOptions.KWIK_USAGE,
                QuicOptions::parseForKwik,
                options -> new UploadRun("quic-kwik", options, KwikServer::new, out, err).run(),
                out,
                err);
    }
}
