/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor.c - facts about the host's processor: state size, signal frames, counter rate.
 *
 * Invariant: nothing here needs a privilege or a file.
 */
#include "host.h"
#include "launcher.h"

#include <cpuid.h>
#include <sys/auxv.h>
#include <time.h>
#include <x86intrin.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#ifndef HWCAP2_FSGSBASE
#define HWCAP2_FSGSBASE (1ul << 1) /* asm/hwcap2.h */
#endif

enum { LEGACY_STATE = 512, PROCESSOR_SAVES = 1 << 27 /* CPUID 1, ecx: OSXSAVE */ };

uint64_t host_xstate_bytes(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & PROCESSOR_SAVES) ||
	    !__get_cpuid_count(0xd, 0, &a, &b, &c, &d))
		return LEGACY_STATE;
	return b;
}

uint64_t host_signal_frame_bytes(void)
{
	uint64_t bytes = getauxval(AT_MINSIGSTKSZ);

	/* Before Linux 5.14: the state, the registers, siginfo and alignment. */
	return bytes ? bytes : host_xstate_bytes() + 2048;
}

bool host_has_fsgsbase(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE;
}

/* One moment on both clocks, and how far the two readings may lie apart. */
struct moment {
	uint64_t counter, ns, doubt;
};

static struct moment start;

static struct moment read_both(void)
{
	struct moment best = {.doubt = UINT64_MAX};

	/* Take the narrowest of a few readings; interrupts widen the others. */
	for (int i = 0; i < 12; i++) {
		struct timespec t;
		uint64_t before = __rdtsc(), after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &t);
		after = __rdtsc();
		if (after - before >= best.doubt)
			continue;
		best = (struct moment){
			.counter = before + (after - before) / 2,
			.ns = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec,
			.doubt = after - before,
		};
	}
	return best;
}

void host_tsc_start(void)
{
	start = read_both();
}

uint64_t host_tsc_khz(void)
{
	struct moment end = read_both();

	/* Until the doubt is 20 millionths, or 20 ms have gone. */
	while ((end.counter - start.counter) / 50000 < start.doubt + end.doubt &&
	       end.ns - start.ns < 20000000) {
		struct timespec pause = {.tv_nsec = 500000};

		nanosleep(&pause, NULL);
		end = read_both();
	}
	return (uint64_t)((double)(end.counter - start.counter) * 1e6 /
			  (double)(end.ns - start.ns));
}
