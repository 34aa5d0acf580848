/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_calls.c - see probe_calls.h.
 *
 * Invariant: a trial that fails leaves everything as it was.
 */
#include "probe_calls.h"
#include "probe_code.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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

/* On hosts whose hypervisor has no LDT the system call succeeds, and to load a selector fails. */
int probe_ldt(void)
{
	const unsigned int selector_of_0 = 7, none = 0;
	struct user_desc d = descriptor(0);

	if (syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) != 0)
		return why();
	__asm__ volatile("movl	%0, %%gs\n\tmovl	%1, %%gs"
			 :
			 : "r"(selector_of_0), "r"(none));
	return 0;
}

int probe_tls(void)
{
	struct user_desc d = descriptor((unsigned int)-1);

	return probe_code_call(I386_SET_THREAD_AREA, &d, sizeof(d)) == 0 ? 0 : why();
}

/* A 64-bit process of a C library has no use for GS. */
int probe_bases(void)
{
	const unsigned long base = 0x408000000000;
	unsigned long found = 0;

	if (syscall(SYS_arch_prctl, ARCH_SET_GS, base) != 0 ||
	    syscall(SYS_arch_prctl, ARCH_GET_GS, &found) != 0 ||
	    syscall(SYS_arch_prctl, ARCH_SET_GS, 0ul) != 0)
		return why();
	return found == base ? 0 : EIO;
}

/* Where the `syscall` below returns to. */
extern const char probe_after_call[];

/* An ordinary system call, from a place that a filter can tell from all others. */
__attribute__((noinline)) static void make_call(void)
{
	long result = SYS_getppid;

	__asm__ volatile("syscall\n"
			 "	.globl	probe_after_call\n"
			 "probe_after_call:"
			 : "+a"(result)
			 :
			 : "rcx", "r11", "memory");
}

static bool caught(bool wide)
{
	caught_arch = 0;
	if (wide)
		make_call();
	else
		probe_code_run(true);
	return caught_arch == (wide ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386);
}

int probe_dispatch(bool wide)
{
	bool works;

	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) < 0)
		return why();
	selector = DISPATCH_BLOCK;
	works = caught(wide);
	selector = DISPATCH_ALLOW;
	prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	return works ? 0 : EIO;
}

static int install(const struct sock_filter *code, unsigned short count)
{
	struct sock_fprog program = {count, (struct sock_filter *)(uintptr_t)code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int catch_i386(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(code, sizeof(code) / sizeof(code[0]));
}

static int catch_place(uint64_t place)
{
	const unsigned int at = offsetof(struct seccomp_data, instruction_pointer);
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)place, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(place >> 32), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(code, sizeof(code) / sizeof(code[0]));
}

int probe_seccomp(bool wide)
{
	if ((wide ? catch_place((uintptr_t)probe_after_call) : catch_i386()) < 0)
		return why();
	return caught(wide) ? 0 : EIO;
}
