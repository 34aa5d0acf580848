/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bases.c - what a program may say about the kernel's addresses without using them: as the base of
 * a segment, as a breakpoint. A base in the kernel's GiB is only a number; one in the kernel's own
 * area would let exceptions in the kernel mistake it for the kernel's.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../check.h"
#include "hole.h"

static void load_gs(void *unused)
{
	(void)unused;
	__asm__ volatile("movb %%gs:0, %%al" ::: "rax");
}

bool check_hole_gs(void)
{
	unsigned long before = 0;

	EXPECT(syscall(SYS_arch_prctl, ARCH_GET_GS, &before) == 0);
	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, IMAGE) == 0);
	EXPECT(raised_by(load_gs, NULL) == SIGSEGV);
	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, PER_CPU) == -1 && errno == EPERM);
	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_FS, PER_CPU) == -1 && errno == EPERM);
	EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, before) == 0);
	return true;
}

/* Breakpoint 0 of the child on a write of eight bytes at an address; true if the kernel took it. */
static bool watch(int child, unsigned long address)
{
	enum { WATCH_WRITES = 0x90101 };

	return ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg[0]), address) == 0 &&
	       ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg[7]), WATCH_WRITES) ==
		       0;
}

static bool traced(int child)
{
	EXPECT(waitpid(child, NULL, 0) == child);
	EXPECT(!watch(child, IMAGE + 0x100));
	EXPECT(!watch(child, HOLE_END - 8));
	EXPECT(!watch(child, DIRECT_MAP));
	EXPECT(watch(child, HOLE_START - 8));
	errno = 0;
	EXPECT(ptrace(PTRACE_PEEKDATA, child, IMAGE, 0) == -1 && errno == EIO);
	EXPECT(ptrace(PTRACE_POKEDATA, child, IMAGE, 0) == -1 && errno == EIO);
	return true;
}

bool check_hole_ptrace(void)
{
	int child = fork();
	bool good;

	EXPECT(child >= 0);
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	good = traced(child);
	kill(child, SIGKILL);
	EXPECT(wait_for(child) == 128 + SIGKILL);
	return good;
}
