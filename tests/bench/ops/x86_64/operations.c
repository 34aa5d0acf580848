/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only x86-64 programs do: a system call whose number the code in front of it does not tell.
 */
#include <stddef.h>
#include <sys/syscall.h>

#include "../bench.h"

/* The C library's own functions load the number as a constant right before the instruction, which a
 * monitor can make use of. Here it comes from a register. */
static unsigned run_getpid_syscall(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		long result;

		__asm__ volatile("mov %1, %%rax\n\tsyscall"
				 : "=&a"(result)
				 : "r"((long)SYS_getpid)
				 : "rcx", "r11", "memory");
	}
	timing_stop();
	return count;
}

const struct operation width_operations[] = {
	{"getpid-syscall", run_getpid_syscall, SET_PROCESS, 2000, NULL},
	{NULL, NULL, 0, 0, NULL},
};
