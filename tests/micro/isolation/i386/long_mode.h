/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long_mode.h - what the programs of user_long_mode.S tell.
 *
 * Invariant: no value is one that memory holds by itself.
 */
#ifndef MICRO_LONG_MODE_H
#define MICRO_LONG_MODE_H

#include "stub.h"

#define HOST_CODE64 0x33

#define STARTED 0x57a47ed /* before the jump; then ARRIVED and DONE, as in stub.h */

#endif /* MICRO_LONG_MODE_H */
