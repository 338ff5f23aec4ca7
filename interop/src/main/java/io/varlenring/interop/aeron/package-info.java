// SPDX-License-Identifier: Apache-2.0
/** Two machines, a ring in each, and Aeron between them; see {@link io.varlenring.interop.aeron.AeronBridge}. */
package io.varlenring.interop.aeron;
