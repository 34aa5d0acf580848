/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.c - tries out, in a child of its own, what the wedge will ask of the host's kernel: 32-bit
 * code in a 64-bit process, its system calls caught by syscall user dispatch and by a seccomp
 * filter, segment descriptors, and how to hear that a process has stopped (probe_stop.h).
 *
 * Invariant: the child tells what it is about to do before it does it, so that even its death says
 * what is missing.
 */
#include "host.h"
#include "launcher.h"
#include "probe_code.h"
#include "probe_stop.h"

#include <wedge/launch.h>

#include <asm/ldt.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF	     0
#define PR_SYS_DISPATCH_ON	     1
#endif

enum { DISPATCH_ALLOW = 0, DISPATCH_BLOCK = 1, I386_SET_THREAD_AREA = 243 };

/* In the order of trying. */
enum step {
	STEP_NONE,
	STEP_FILES,
	STEP_CODE,
	STEP_LDT,
	STEP_TLS,
	STEP_DISPATCH,
	STEP_SECCOMP,
	STEP_STOPS,
	STEP_DONE
};

static const char *const missing[] = {
	[STEP_NONE] = "the trial of the host's features did not start",
	[STEP_FILES] = "the system call close_range fails: the host's kernel must be Linux 5.9 or "
		       "later, and a container or sandbox must allow the call",
	[STEP_CODE] = "32-bit code does not run: the host's kernel needs CONFIG_IA32_EMULATION",
	[STEP_LDT] = "the system call modify_ldt fails: the host's kernel needs "
		     "CONFIG_MODIFY_LDT_SYSCALL, and a container or sandbox must allow the call",
	[STEP_TLS] = "the 32-bit system call set_thread_area fails: the host's kernel needs "
		     "CONFIG_IA32_EMULATION, not turned off (ia32_emulation=1), and a container or "
		     "sandbox must allow the call",
	[STEP_DISPATCH] = "32-bit system calls cannot be caught",
	[STEP_SECCOMP] = "seccomp filters do not work: the host's kernel needs "
			 "CONFIG_SECCOMP_FILTER with SECCOMP_RET_TRAP, and a container or sandbox "
			 "must allow the system call seccomp",
	[STEP_STOPS] = "neither seccomp's notifications nor ptrace can be tried: a container or "
		       "sandbox must allow the system calls seccomp and ptrace",
};

/* Shared with the child. */
struct result {
	volatile int step;
	volatile int error;
	volatile bool dispatch;
	volatile int no_notify, no_trace; /* why not (errno); 0: it works */
};

static struct result *result;
static pid_t child;
static volatile char selector;
static volatile unsigned int caught_arch;

static void on_sigsys(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	selector = DISPATCH_ALLOW;
	caught_arch = info->si_arch;
}

static void catch_sigsys(void)
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

static bool try_ldt(void)
{
	struct user_desc d = descriptor(0);

	return syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) == 0;
}

static bool try_tls(void)
{
	struct user_desc d = descriptor((unsigned int)-1);

	return probe_code_call(I386_SET_THREAD_AREA, &d, sizeof(d)) == 0;
}

static bool caught(void)
{
	caught_arch = 0;
	probe_code_run(true);
	return caught_arch == AUDIT_ARCH_I386;
}

/* Not there on a kernel before 5.11: no failure, seccomp does it alone then. */
static void try_dispatch(void)
{
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) < 0)
		return;
	selector = DISPATCH_BLOCK;
	result->dispatch = caught();
	selector = DISPATCH_ALLOW;
	prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
}

static bool try_seccomp(void)
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
		return false;
	return caught();
}

/* The better way first; the other one only if it is needed. */
static void try_stops(void)
{
	result->no_notify = probe_stop_notify();
	if (result->no_notify)
		result->no_trace = probe_stop_trace();
}

static bool try_step(enum step step)
{
	switch (step) {
	case STEP_FILES:
		return syscall(SYS_close_range, ~0u, ~0u, 0) == 0;
	case STEP_CODE:
		return probe_code_prepare() && probe_code_run(false);
	case STEP_LDT:
		return try_ldt();
	case STEP_TLS:
		return try_tls();
	case STEP_DISPATCH:
		try_dispatch();
		return true;
	case STEP_SECCOMP:
		return try_seccomp();
	default:
		try_stops();
		return true;
	}
}

static void try_all(void)
{
	catch_sigsys();
	for (int step = STEP_FILES; step < STEP_DONE; step++) {
		result->step = step;
		errno = 0;
		if (!try_step((enum step)step)) {
			result->error = errno;
			_exit(1);
		}
	}
	result->step = STEP_DONE;
	_exit(0);
}

void host_probe_start(void)
{
	result = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(errno));
	child = fork();
	if (child < 0)
		die(END_PLATFORM, "the host gives no process: %s", strerror(errno));
	if (child == 0) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* its death is no news */
		try_all();
	}
}

/* What the host means by that error. */
static const char *hint(int no_notify)
{
	switch (no_notify) {
	case EBUSY:
		return ": a container or sandbox listens itself";
	case EINVAL:
		return ": they need Linux 5.14";
	default:
		return "";
	}
}

static uint32_t choose_handover(int no_notify, int no_trace)
{
	char why[64];

	if (!no_notify)
		return LAUNCH_HANDOVER_NOTIFY;
	snprintf(why, sizeof(why), "%s", strerror(no_notify));
	if (no_trace)
		die(END_PLATFORM,
		    "guest processes cannot be stopped: the host gives no seccomp notifications "
		    "(%s%s), and ptrace fails, too (%s); a container or sandbox must allow one of "
		    "them",
		    why, hint(no_notify), strerror(no_trace));
	say("the host gives no seccomp notifications (%s%s): guest processes are stopped by "
	    "ptrace, which is slower",
	    why, hint(no_notify));
	return LAUNCH_HANDOVER_TRACE;
}

void host_probe_end(struct launch_info *info)
{
	struct result r;

	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	r = *result;
	munmap(result, PAGE_BYTES);
	if (r.step != STEP_DONE)
		die(END_PLATFORM, "%s%s%s%s", missing[r.step], r.error ? " (" : "",
		    r.error ? strerror(r.error) : "", r.error ? ")" : "");
	info->trap = r.dispatch ? LAUNCH_TRAP_DISPATCH : LAUNCH_TRAP_SECCOMP;
	info->handover = choose_handover(r.no_notify, r.no_trace);
}
