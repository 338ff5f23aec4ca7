// SPDX-License-Identifier: Apache-2.0
/** Worker threads write messages to a Netty channel, through a ring and as Netty itself offers it. */
package io.varlenring.interop.channel;
