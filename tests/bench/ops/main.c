/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench-ops: what operations of a kernel cost, by the wall clock. The same static i386 program
 * runs on the host and in the guest; it needs bench-tiny, compile.c and compiler/ beside it, and
 * its own folder as the current one.
 *
 *   bench-ops [OPERATION...]   measures these operations, or all
 *   bench-ops --list           names them
 *   bench-ops --forks N        makes and ends N processes
 *   bench-ops --exit           exits at once: what exec-self starts
 *
 * Prints "BENCH NAME us SAMPLE..." for each, between two readings of its own clock ("BENCH-CLOCK
 * SECONDS") that let the reader compare it with his.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static const struct operation {
	const char *name;
	operation_run *run;
	const char *needs; /* a file without which there is nothing to measure */
} operations[] = {
	{"getpid-libc", run_getpid_libc, NULL},
	{"getpid-int80", run_getpid_int80, NULL},
	{"read", run_read, "/dev/zero"},
	{"fork", run_fork, NULL},
	{"exec-self", run_exec_self, NULL},
	{"exec-tiny", run_exec_tiny, "bench-tiny"},
	{"pipe", run_pipe, NULL},
	{"fault", run_fault, NULL},
	{"mmap", run_mmap, NULL},
	{"mmap-touch", run_mmap_touch, NULL},
	{"signal", run_signal, NULL},
	{"switch-2", run_switch_2, NULL},
	{"switch-8", run_switch_8, NULL},
	{"compile", run_compile, "compiler/tcc"},
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static void print_clock(void)
{
	printf("BENCH-CLOCK %.6f\n", (double)now_ns() / 1e9);
	fflush(stdout);
}

static void run_operation(const struct operation *o)
{
	if (o->needs && access(o->needs, R_OK) != 0)
		printf("BENCH-SKIP %s: no %s\n", o->name, o->needs);
	else
		measure(o->name, o->run);
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	fprintf(stderr, "bench-ops: no operation '%s'; see bench-ops --list\n", name);
	exit(2);
}

static int stress(const char *number)
{
	char *end;
	unsigned long count = strtoul(number, &end, 10);

	if (*end || count == 0 || count > 1000000) {
		fprintf(stderr, "bench-ops: --forks takes 1 to 1000000, not '%s'\n", number);
		return 2;
	}
	fork_many((unsigned)count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--exit") == 0)
		return 0;
	if (argc == 3 && strcmp(argv[1], "--forks") == 0)
		return stress(argv[2]);
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < OPERATIONS; i++)
			printf("%s\n", operations[i].name);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		find(argv[i]);
	print_clock();
	for (size_t i = 0; argc == 1 && i < OPERATIONS; i++)
		run_operation(&operations[i]);
	for (int i = 1; i < argc; i++)
		run_operation(find(argv[i]));
	print_clock();
	return 0;
}
