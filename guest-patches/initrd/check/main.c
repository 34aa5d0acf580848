/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest-check - checks, inside the guest, that the kernel serves user programs as specified.
 *
 * guest-check list: names of all checks that every kernel must pass
 * guest-check NAME: runs one; exit code 0 when it held
 * guest-check tsc: prints the time stamp counter: with QEMU's -icount shift=0 the number of
 *   instructions executed since power-on
 * guest-check xen-table: can user code read Xen's machine-to-physical table?
 * guest-check kexec KERNEL RAMDISK ARGUMENTS: the kernel starts another one
 *
 * Invariant: a check cannot pass by not running: an unknown name is an error.
 */
#include <string.h>
#include <sys/wait.h>
#include <x86intrin.h>
#include "check.h"

static const struct check common_checks[] = {
	{"mmap", check_mmap},
	{"mprotect", check_mprotect},
	{"cow", check_cow},
	{"large-memory", check_large_memory},
	{"isolation", check_isolation},
	{"segv", check_segv},
	{"privileged", check_privileged},
	{"ports", check_ports},
	{"nested-signals", check_nested_signals},
	{"timer-signal", check_timer_signal},
	{"fpu-switch", check_fpu_switch},
	{"fpu-signal", check_fpu_signal},
	{"int3", check_int3},
	{"single-step", check_single_step},
	{"ptrace-step", check_ptrace_step},
	{"hw-breakpoint", check_hw_breakpoint},
	{"clock", check_clock},
	{"exec", check_exec},
	{"packet-filter", check_packet_filter},
	{NULL, NULL},
};

/* What not every kernel can do: the steps that know whether this one can run these. */
static const struct check checks_of_steps[] = {
	{"compiled-program", check_compiled_program},
	{NULL, NULL},
};

static const struct check *const lists[] = {common_checks, width_checks, segment_checks,
					    checks_of_steps};

enum { LISTS = sizeof(lists) / sizeof(lists[0]), LISTS_OF_ALL = LISTS - 1 };

int wait_for(int pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const char *name)
{
	for (int i = 0; i < LISTS; i++)
		for (const struct check *c = lists[i]; c->name; c++)
			if (strcmp(c->name, name) == 0)
				return c->run() ? 0 : 1;
	printf("no check is called %s\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "kexec") == 0)
		return start_kernel(argv[2], argv[3], argv[4]) ? 0 : 1;
	if (argc != 2) {
		puts("usage: guest-check list|tsc|xen-table|NAME|kexec KERNEL RAMDISK ARGUMENTS");
		return 2;
	}
	if (strcmp(argv[1], "tsc") == 0) {
		printf("GUEST-TSC %llu\n", (unsigned long long)__rdtsc());
		return 0;
	}
	if (strcmp(argv[1], "xen-table") == 0) {
		tell_xen_table();
		return 0;
	}
	if (strcmp(argv[1], "child") == 0) /* what check_exec starts */
		return 42;
	if (strcmp(argv[1], "list") == 0) {
		for (int i = 0; i < LISTS_OF_ALL; i++)
			for (const struct check *c = lists[i]; c->name; c++)
				puts(c->name);
		return 0;
	}
	return run(argv[1]);
}
