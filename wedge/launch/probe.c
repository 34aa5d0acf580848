/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.c - tries in a child what the wedge will ask of the host: system calls of guest code,
 * caught by syscall user dispatch and by a seccomp filter; for i386 kernels 32-bit code in a 64-bit
 * process, and segment descriptors; for x86-64 ones the bases of segments; and how the host tells
 * that a process has stopped (probe_stop.h). Features that AFTERBURN_HOST_LACKS names count as
 * missing, so that tests can be on any host.
 *
 * Invariant: the child notes what it is about to try before it tries, so that even its death tells
 * what is missing.
 */
#include "host.h"
#include "launcher.h"
#include "probe_calls.h"
#include "probe_code.h"
#include "probe_stop.h"

#include <wedge/launch.h>

#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A trial that takes longer has hung, and failed. */
enum { LONGEST_TRIAL = 10 /* seconds */ };

/* CPUID 1, ecx: the host has turned XSAVE on (OSXSAVE). */
enum { PROCESSOR_SAVES = 1 << 27 };

enum feature {
	CLOSE_RANGE,
	XSAVE,
	CODE_32,
	LDT,
	TLS,
	BASES,
	FSGSBASE,
	DISPATCH,
	SECCOMP,
	NOTIFICATIONS,
	TRACE,
	FEATURES
};

/* Why a feature is missing: 0: it is there; an errno; or this: AFTERBURN_HOST_LACKS names it. */
enum { FOR_A_TEST = -1 };

/* Shared with the child. */
struct result {
	volatile int feature; /* that is tried; FEATURES: all have been */
	volatile int error[FEATURES];
};

/* What AFTERBURN_HOST_LACKS names, as bits. */
static unsigned int lacks;

static bool wide; /* for an x86-64 kernel, not an i386 one */

static struct result *result;
static pid_t child;

/* Of the call that failed last. */
static int error(void)
{
	return errno ? errno : EIO;
}

static int try_close_range(void)
{
	return syscall(SYS_close_range, ~0u, ~0u, 0) == 0 ? 0 : error();
}

static int try_xsave(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & PROCESSOR_SAVES) ? 0 : ENODEV;
}

static int try_code(void)
{
	return probe_code_prepare() && probe_code_run(false) ? 0 : error();
}

static int try_fsgsbase(void)
{
	return host_has_fsgsbase() ? 0 : ENODEV;
}

static int try_dispatch(void)
{
	return probe_dispatch(wide);
}

static int try_seccomp(void)
{
	return probe_seccomp(wide);
}

/* The slower way to stop a process: tried only if it is needed. */
static int try_trace(void)
{
	return result->error[NOTIFICATIONS] ? probe_stop_trace() : 0;
}

#define NO_STOPS                                                                                   \
	"neither seccomp's notifications nor ptrace can be tried: a container "                    \
	"or sandbox must allow the system calls seccomp and ptrace"

/* The width of the kernels that need a feature. */
enum need { BY_BOTH, BY_I386, BY_X86_64 };

/* In the order of trying. */
static const struct {
	const char *name;   /* in AFTERBURN_HOST_LACKS */
	int (*trial)(void); /* 0, or why it is missing (errno) */
	enum need need;
	bool optional; /* there is another way, unless the trial's process dies */
	const char *missing;
} features[FEATURES] = {
	[CLOSE_RANGE] = {"close_range", try_close_range,
			 .missing = "the system call close_range fails: the host's kernel must be "
				    "Linux 5.9 or later, and a container or sandbox must allow the "
				    "call"},
	[XSAVE] = {"xsave", try_xsave,
		   .missing = "the host's processor has no XSAVE, or its kernel does not use it: a "
			      "virtual machine needs a processor model that has it"},
	[CODE_32] = {"32-bit", try_code, BY_I386,
		     .missing = "the host runs 64-bit programs only: entering 32-bit code fails, "
				"whatever the kernel's configuration says; some virtual machines "
				"and sandboxes are made so: use another host"},
	[LDT] = {"modify_ldt", probe_ldt, BY_I386,
		 .missing =
			 "the system call modify_ldt fails, or what it makes cannot be used: the "
			 "host's kernel needs CONFIG_MODIFY_LDT_SYSCALL, a container or sandbox "
			 "must allow the call, and a hypervisor must know local descriptor "
			 "tables"},
	[TLS] = {"set_thread_area", probe_tls, BY_I386,
		 .missing = "the 32-bit system call set_thread_area fails: the host's kernel needs "
			    "CONFIG_IA32_EMULATION, not turned off (ia32_emulation=1), and a "
			    "container or sandbox must allow the call"},
	[BASES] = {"arch_prctl", probe_bases, BY_X86_64,
		   .missing = "the system call arch_prctl fails: a container or sandbox must allow "
			      "the call"},
	[FSGSBASE] = {"fsgsbase", try_fsgsbase, BY_X86_64, .optional = true,
		      .missing = "the bases of segments cannot be loaded"},
	[DISPATCH] = {"dispatch", try_dispatch, .optional = true,
		      .missing = "system calls cannot be caught"},
	[SECCOMP] = {"seccomp", try_seccomp,
		     .missing = "seccomp filters do not work: the host's kernel needs "
				"CONFIG_SECCOMP_FILTER with SECCOMP_RET_TRAP, and a container or "
				"sandbox must allow the system call seccomp"},
	[NOTIFICATIONS] = {"notifications", probe_stop_notify, .optional = true,
			   .missing = NO_STOPS},
	[TRACE] = {"ptrace", try_trace, .optional = true, .missing = NO_STOPS},
};

static bool is_needed(int feature)
{
	return features[feature].need != (wide ? BY_I386 : BY_X86_64);
}

static void try_all(void)
{
	alarm(LONGEST_TRIAL);
	probe_catch_sigsys();
	for (int i = 0; i < FEATURES; i++) {
		result->feature = i;
		errno = 0;
		if (!is_needed(i))
			continue;
		result->error[i] = lacks >> i & 1 ? FOR_A_TEST : features[i].trial();
		if (result->error[i] && !features[i].optional)
			_exit(1);
	}
	result->feature = FEATURES;
	_exit(0);
}

static void take_lack(const char *name, size_t length)
{
	for (int i = 0; i < FEATURES; i++)
		if (strlen(features[i].name) == length &&
		    memcmp(features[i].name, name, length) == 0) {
			lacks |= 1u << i;
			return;
		}
	die(END_USAGE, "AFTERBURN_HOST_LACKS names '%.*s', which no host is asked for", (int)length,
	    name);
}

static void take_lacks(void)
{
	const char *list = getenv("AFTERBURN_HOST_LACKS");

	for (size_t length; list && *list; list += length + (list[length] != '\0')) {
		length = strcspn(list, ",");
		if (length)
			take_lack(list, length);
	}
}

void host_probe_start(bool wide_kernel)
{
	wide = wide_kernel;
	take_lacks();
	result = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(errno));
	child = fork();
	if (child < 0)
		die(END_PLATFORM, "the host gives no process: %s", strerror(errno));
	if (child == 0) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* no core and no log entry if it dies */
		try_all();
	}
}

static const char *reason(int why)
{
	return why == FOR_A_TEST ? "AFTERBURN_HOST_LACKS says so" : strerror(why);
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
	char why_not[64];

	if (!no_notify)
		return LAUNCH_HANDOVER_NOTIFY;
	snprintf(why_not, sizeof(why_not), "%s", reason(no_notify));
	if (no_trace)
		die(END_PLATFORM,
		    "guest processes cannot be stopped: the host gives no seccomp notifications "
		    "(%s%s), and ptrace fails, too (%s); a container or sandbox must allow one of "
		    "them",
		    why_not, hint(no_notify), reason(no_trace));
	say("the host gives no seccomp notifications (%s%s): guest processes are stopped by "
	    "ptrace, which is slower",
	    why_not, hint(no_notify));
	return LAUNCH_HANDOVER_TRACE;
}

static int wait_for_child(void)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

void host_probe_end(struct launch_info *info)
{
	int status = wait_for_child();
	struct result r = *result;

	munmap(result, PAGE_BYTES);
	if (r.feature != FEATURES)
		die(END_PLATFORM, "%s (%s)", features[r.feature].missing,
		    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : reason(r.error[r.feature]));
	info->trap = r.error[DISPATCH] ? LAUNCH_TRAP_SECCOMP : LAUNCH_TRAP_DISPATCH;
	info->fsgsbase = is_needed(FSGSBASE) && !r.error[FSGSBASE];
	info->handover = choose_handover(r.error[NOTIFICATIONS], r.error[TRACE]);
}
