/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only i386 programs do: system calls by int 0x80 itself, past the C library.
 */
#include <stddef.h>
#include <sys/syscall.h>

#include "../bench.h"

static unsigned run_getpid_int80(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		long result;

		__asm__ volatile("int $0x80" : "=a"(result) : "a"(SYS_getpid) : "memory");
	}
	timing_stop();
	return count;
}

const struct operation width_operations[] = {
	{"getpid-int80", run_getpid_int80, SET_PROCESS, 2000, NULL},
	{NULL, NULL, 0, 0, NULL},
};
