// SPDX-License-Identifier: Apache-2.0
/**
 * Worker threads write messages to a Netty channel, through a ring and in the two ways that Netty itself offers; see {@link
 * io.varlenring.interop.channel.ChannelWriters}.
 */
package io.varlenring.interop.channel;
