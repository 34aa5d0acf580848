/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * time.c - clocks, by the vDSO and by system call, and starting another program.
 */
#include <asm/unistd.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static long long nanoseconds(const struct timespec *t)
{
	return t->tv_sec * 1000000000ll + t->tv_nsec;
}

/* Both ways to read the clock agree, it never goes back, and sleeping takes its time. */
bool check_clock(void)
{
	struct timespec a, c, tenth = {0, 100000000};
	struct { /* the call's own: not each libc's times are longs */
		long tv_sec, tv_nsec;
	} b;
	long long called, slept;

	EXPECT(clock_gettime(CLOCK_MONOTONIC, &a) == 0);
	for (int i = 0; i < 2000; i++) {
		EXPECT(syscall(__NR_clock_gettime, CLOCK_MONOTONIC, &b) == 0);
		called = b.tv_sec * 1000000000ll + b.tv_nsec;
		EXPECT(called >= nanoseconds(&a));
		EXPECT(clock_gettime(CLOCK_MONOTONIC, &a) == 0);
		EXPECT(nanoseconds(&a) >= called);
	}
	EXPECT(nanosleep(&tenth, NULL) == 0);
	EXPECT(clock_gettime(CLOCK_MONOTONIC, &c) == 0);
	slept = nanoseconds(&c) - nanoseconds(&a);
	EXPECT(slept >= 100000000 && slept < 5000000000);
	EXPECT(clock_gettime(CLOCK_REALTIME, &a) == 0 && a.tv_sec > 1735689600);
	return true;
}

/* Fifty times fork, exec of this very program, and its exit code back. */
bool check_exec(void)
{
	for (int i = 0; i < 50; i++) {
		int pid = fork();

		EXPECT(pid >= 0);
		if (pid == 0) {
			execl("/proc/self/exe", "guest-check", "child", (char *)NULL);
			_exit(1);
		}
		EXPECT(wait_for(pid) == 42);
	}
	return true;
}
