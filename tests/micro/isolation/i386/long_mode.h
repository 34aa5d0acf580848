/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long_mode.h - what the programs of user_long_mode.S tell.
 *
 * Invariant: no value is one that memory holds by itself.
 */
#ifndef MICRO_LONG_MODE_H
#define MICRO_LONG_MODE_H

#define HOST_CODE64 0x33

#define STARTED 0x57a47ed
#define ARRIVED 0xa44113d
#define DONE	0xd04e

/* What a user process of the wedge for Linux has above 4 GiB, which it may see, use and forge. */
#define STUB		  0x700000000000
#define STUB_SIZE	  0x4000
#define STUB_CHANNEL	  0x700000020000
#define STUB_CHANNEL_SIZE 0x14000

#endif /* MICRO_LONG_MODE_H */
