/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform.h - what the example platform and its test share.
 *
 * Invariant: the test sets `end` before anything that may end the guest.
 */
#ifndef TESTS_WEDGE_PLATFORM_H
#define TESTS_WEDGE_PLATFORM_H

#include "../tap.h"

#include <wedge/backend.h>

enum { PLATFORM_PAGES = 4096 }; /* 16 MiB */

struct platform {
	char console[4096];
	size_t console_size;
	uint64_t deadline_ns;
	uint16_t selector[X86_SREG_COUNT];
	jmp_buf end; /* where backend_end goes */
	enum backend_end how;
};

extern struct platform platform;

#endif
