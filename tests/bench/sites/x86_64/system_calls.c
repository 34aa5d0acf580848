/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system_calls.c - what a 64-bit kernel has for its users: swapgs, bases of segments, syscall and
 * sysret.
 *
 * Invariant: the lib's values are back afterwards.
 */
#include "handlers.h"
#include "measure.h"

extern const char handler_system_call[], user_syscalls[];

#define GS_OF_USERS "mov $0xc0000102, %%ecx"
#define FS_BASE_MSR "mov $0xc0000100, %%ecx"

/* Two, so that GS is as before. */
LOOPS(swapgs, "", "", "swapgs; swapgs")

CHECK(site_swapgs)
{
	measure(&(struct site){.name = "swapgs", LOOPS_OF(swapgs), .per = 2});
}

SITE(rdmsr_base, "rdmsr-base", FS_BASE_MSR, "", "rdmsr")
SITE(wrmsr_base, "wrmsr-base", GS_OF_USERS "\n\trdmsr", "", "wrmsr")

static void with_syscall(word count)
{
	user_repeat(user_syscalls, count);
}

/* From user code to the kernel and back, with the flags cleared that Linux clears. */
CHECK(site_user_syscall)
{
	uint64_t before = rdmsr(MSR_SFMASK);

	wrmsr(MSR_SFMASK, 0x257fd5);
	wrmsr(MSR_LSTAR, (word)handler_system_call);
	measure(&(struct site){.name = "user-syscall",
			       .with = with_syscall,
			       .without = user_without_calls,
			       .per = 1});
	wrmsr(MSR_LSTAR, (word)syscall_entry);
	wrmsr(MSR_SFMASK, before);
}
