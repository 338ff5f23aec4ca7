// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.varlenring.examples.harness.ThreadWatch;

/**
 * The end of a server's pipeline: what no handler has caught fails the run. Checked exceptions do not, for it is with those
 * that Netty says what the peer or the network did; what that does to an upload is seen there.
 */
final class PipelineFailures extends ChannelInboundHandlerAdapter {
    private final ThreadWatch watch;

    PipelineFailures(final ThreadWatch watch) {
        this.watch = watch;
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (cause instanceof RuntimeException || cause instanceof Error) {
            watch.threw("the pipeline of " + context.channel(), cause);
        }
    }
}
