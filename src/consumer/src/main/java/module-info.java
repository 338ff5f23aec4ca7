// SPDX-License-Identifier: Apache-2.0
/** A user of the library. */
module consumer {
    requires io.varlenring;
}
