/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - segment bases by arch_prctl.
 */
#include <asm/prctl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../check.h"

/* A GS base set by arch_prctl is used, survives switches, and goes with fork. */
bool check_segments(void)
{
	static unsigned long here = 0x1234567890abcdef;
	unsigned long seen, base = 0;
	unsigned int cs, ss;
	int pid;

	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, &here) == 0);
	for (int i = 0; i < 200; i++) {
		sched_yield();
		__asm__ volatile("movq %%gs:0, %0" : "=r"(seen));
		EXPECT(seen == here);
	}
	pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		__asm__ volatile("movq %%gs:0, %0" : "=r"(seen));
		_exit(seen == here ? 0 : 1);
	}
	EXPECT(wait_for(pid) == 0);
	EXPECT(syscall(SYS_arch_prctl, ARCH_GET_GS, &base) == 0);
	EXPECT(base == (unsigned long)(uintptr_t)&here);
	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
	EXPECT((cs & 3) == 3 && (ss & 3) == 3);
	return true;
}
