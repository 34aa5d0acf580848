/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long it took until a guest's first process ran, in an emulator that runs one instruction each
 * nanosecond: by the kernel's own clock, which starts early in its boot, and by the time stamp
 * counter, which starts with the machine and so has firmware and hypervisor in it.
 */
#include <stdio.h>
#include <time.h>

#include "bench.h"

void print_first(void)
{
	unsigned long long machine = __builtin_ia32_rdtsc();
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		fail("clock_gettime");
	printf("BENCH boot instructions %lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
	printf("BENCH power-on instructions %llu\n", machine);
}
