// SPDX-License-Identifier: Apache-2.0
/** Two machines, a ring in each, and Aeron between them; see {@link io.varlenring.examples.aeron.AeronBridge}. */
package io.varlenring.examples.aeron;
