/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long it took until a guest's first process ran, in an emulator that runs one instruction each
 * nanosecond: its time stamp counter starts with the machine, so firmware and what is below the
 * kernel are in the figure.
 */
#include <stdio.h>

#include "bench.h"

void print_first(void)
{
	printf("BENCH boot instructions %llu\n", (unsigned long long)__builtin_ia32_rdtsc());
}
