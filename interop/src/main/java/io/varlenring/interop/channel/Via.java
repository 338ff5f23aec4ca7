// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.channel;

import io.netty.channel.Channel;

/** How a message gets from a worker to the channel's event loop. */
enum Via {
    RING {
        @Override
        Route open(final Channel channel, final ChannelWritersOptions options) {
            return new RingRoute(channel, options);
        }

        @Override
        int highWaterMark(final ChannelWritersOptions options) {
            return ChannelWritersOptions.OUTBOUND_BYTES;
        }
    },
    WRITE {
        @Override
        Route open(final Channel channel, final ChannelWritersOptions options) {
            return new WriteRoute(channel);
        }

        /** Netty counts a write as pending from the call on, also while its task waits, so one mark limits all of it. */
        @Override
        int highWaterMark(final ChannelWritersOptions options) {
            return options.capacity + ChannelWritersOptions.OUTBOUND_BYTES;
        }
    },
    EXECUTE {
        @Override
        Route open(final Channel channel, final ChannelWritersOptions options) {
            return new ExecuteRoute(channel, options);
        }

        @Override
        int highWaterMark(final ChannelWritersOptions options) {
            return ChannelWritersOptions.OUTBOUND_BYTES;
        }
    };

    /** Opens this way to a channel, after it has been connected. */
    abstract Route open(Channel channel, ChannelWritersOptions options);

    /** Returns how many bytes may wait in the channel before it says that it is not writable. */
    abstract int highWaterMark(ChannelWritersOptions options);
}
