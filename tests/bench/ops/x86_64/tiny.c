/* SPDX-License-Identifier: BSD-2-Clause */
/* bench-tiny: the smallest program there is; it exits with code 0 and needs no C library. */
#include <sys/syscall.h>

void _start(void);

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(SYS_exit), "D"(0));
	__builtin_unreachable();
}
