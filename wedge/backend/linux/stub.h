/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - entry points of the stub, as addresses in the copy at USER_STUB.
 *
 * Invariant: the wedge never calls them.
 */
#ifndef WEDGE_BACKEND_LINUX_STUB_H
#define WEDGE_BACKEND_LINUX_STUB_H

#include "channel.h"

extern const char wedge_stub[], wedge_stub_end[]; /* the linker's section */
extern struct stub_config stub_config;

extern const char stub_handler[], stub_stopped[], stub_ordered[];
extern const char stub_door_page[], stub_door_page_end[];
__attribute__((visibility("hidden"))) _Noreturn void stub_zygote(void);

/* Where something of the stub is in the copy. */
static inline uint64_t stub_address(const void *in_image)
{
	return USER_STUB + (uint64_t)((const char *)in_image - wedge_stub);
}

#endif /* WEDGE_BACKEND_LINUX_STUB_H */
