/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_calls.c - see probe_calls.h.
 *
 * Invariant: a trial that fails leaves everything as it was.
 */
#include "probe_calls.h"
#include "probe_code.h"

#include <asm/ldt.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF	     0
#define PR_SYS_DISPATCH_ON	     1
#endif

enum { DISPATCH_ALLOW = 0, DISPATCH_BLOCK = 1, I386_SET_THREAD_AREA = 243 };

static volatile char selector;
static volatile unsigned int caught_arch;

static void on_sigsys(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	selector = DISPATCH_ALLOW;
	caught_arch = info->si_arch;
}

void probe_catch_sigsys(void)
{
	static char stack[65536];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&alternate, NULL);
	sigaction(SIGSYS, &action, NULL);
}

/* A descriptor for a byte-granular data segment of 32-bit code. */
static struct user_desc descriptor(unsigned int entry)
{
	return (struct user_desc){
		.entry_number = entry,
		.base_addr = 0x1000,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
}

/* Of a trial that failed. */
static int why(void)
{
	return errno ? errno : EIO;
}

int probe_ldt(void)
{
	struct user_desc d = descriptor(0);

	return syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) == 0 ? 0 : why();
}

int probe_tls(void)
{
	struct user_desc d = descriptor((unsigned int)-1);

	return probe_code_call(I386_SET_THREAD_AREA, &d, sizeof(d)) == 0 ? 0 : why();
}

static bool caught(void)
{
	caught_arch = 0;
	probe_code_run(true);
	return caught_arch == AUDIT_ARCH_I386;
}

int probe_dispatch(void)
{
	bool works;

	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) < 0)
		return why();
	selector = DISPATCH_BLOCK;
	works = caught();
	selector = DISPATCH_ALLOW;
	prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	return works ? 0 : EIO;
}

int probe_seccomp(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return why();
	return caught() ? 0 : EIO;
}
