// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.varlenring.examples.harness.Program;
import io.varlenring.examples.harness.ThreadWatch;
import java.io.PrintStream;

/** kwik's HTTP/3 server, written in Java alone, behind the front and the ring of {@link QuicNetty}. */
public final class QuicKwik {
    private QuicKwik() {}

    /** Runs it; {@code --help} lists the options. */
    public static void main(final String[] args) {
        Program.main(args, new QuicOptions.Kwik(), QuicKwik::run);
    }

    static int run(final QuicOptions options, final ThreadWatch watch, final PrintStream out) throws Exception {
        return new UploadRun("quic-kwik", options, KwikServer::new, watch, out).run();
    }
}
