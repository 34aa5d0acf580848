/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench-ops: what operations of a kernel cost. The same static program runs on the host and in
 * every guest; it needs bench-tiny, busybox, compile.c and compiler/ beside it for what uses them,
 * and its own folder as the current one.
 *
 *   bench-ops [--clock CLOCK] [--disk FILE] [--server ADDRESS:PORT] [--set SET | OPERATION...]
 *                            measures these operations
 *   bench-ops --list [SET]   names them
 *   bench-ops --forks N      makes and ends N processes
 *   bench-ops --serve ADDRESS:PORT   is the other side of a network (io.h)
 *   bench-ops --first        tells how long the boot took, to a guest's first process
 *   bench-ops --exit         exits at once: what exec starts
 *
 * CLOCK is wall (default) or tsc: microseconds, or instructions by an emulator's time stamp
 * counter. SET is process (default), micro or io; io overwrites the file or device that --disk
 * names.
 *
 * Prints "BENCH NAME UNIT SAMPLE..." for each; by the wall clock between two readings of that
 * clock ("BENCH-CLOCK SECONDS") that let the reader compare it with his.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "counters.h"
#include "io.h"

static const struct operation operations[] = {
	{"getpid-libc", run_getpid_libc, SET_PROCESS, 2000, NULL},
	{"null-call", run_getpid_libc, SET_MICRO, 2000, NULL},
	{"read", run_read, SET_PROCESS | SET_MICRO, 2000, "/dev/zero"},
	{"write", run_write, SET_MICRO, 2000, "/dev/null"},
	{"stat", run_stat, SET_MICRO, 500, NULL},
	{"open-close", run_open_close, SET_MICRO, 500, NULL},
	{"select", run_select, SET_MICRO, 200, NULL},
	{"signal-install", run_signal_install, SET_MICRO, 1000, NULL},
	{"signal-deliver", run_signal_deliver, SET_MICRO, 500, NULL},
	{"signal", run_signal_deliver, SET_PROCESS, 500, NULL},
	{"prot-fault", run_prot_fault, SET_MICRO, 500, NULL},
	{"page-fault", run_fault, SET_MICRO, 512, NULL},
	{"fault", run_fault, SET_PROCESS, 512, NULL},
	{"mmap", run_mmap, SET_PROCESS | SET_MICRO, 800, NULL},
	{"mmap-touch", run_mmap_touch, SET_PROCESS | SET_MICRO, 200, NULL},
	{"mmap-file", run_mmap_file, SET_MICRO, 20, NULL},
	{"fork", run_fork, SET_PROCESS | SET_MICRO, 20, NULL},
	{"exec-self", run_exec_self, SET_PROCESS, 10, NULL},
	{"exec", run_exec_self, SET_MICRO, 12, NULL},
	{"exec-tiny", run_exec_tiny, SET_PROCESS, 8, "bench-tiny"},
	{"sh", run_sh, SET_MICRO, 10, "busybox"},
	{"pipe", run_pipe, SET_PROCESS | SET_MICRO, 200, NULL},
	{"unix-socket", run_unix_socket, SET_MICRO, 200, NULL},
	{"tcp", run_tcp, SET_MICRO, 100, NULL},
	{"switch-2", run_switch_2, SET_PROCESS | SET_MICRO, 400, NULL},
	{"switch-8", run_switch_8, SET_PROCESS, 400, NULL},
	{"switch-16", run_switch_16, SET_MICRO, 800, NULL},
	{"compile", run_compile, SET_PROCESS, 1, "compiler/tcc"},
	{"disk-read-4k", run_disk_read_4k, SET_IO, 200, NULL},
	{"disk-write-4k", run_disk_write_4k, SET_IO, 200, NULL},
	{"disk-read-128k", run_disk_read_128k, SET_IO, 50, NULL},
	{"disk-write-128k", run_disk_write_128k, SET_IO, 50, NULL},
	{"tcp-trip", run_tcp_trip, SET_IO, 200, NULL},
	{"tcp-get", run_tcp_get, SET_IO, 8, NULL},
	{"tcp-put", run_tcp_put, SET_IO, 8, NULL},
	{NULL, NULL, 0, 0, NULL},
};

static const struct operation *const lists[] = {operations, width_operations};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static void print_clock(void)
{
	if (clock_chosen() != CLOCK_WALL)
		return;
	printf("BENCH-CLOCK %.6f\n", (double)clock_now() / 1e9);
	fflush(stdout);
}

static void run_operation(const struct operation *o)
{
	if (o->needs && access(o->needs, R_OK) != 0)
		printf("BENCH-SKIP %s: no %s\n", o->name, o->needs);
	else
		measure(o);
}

static void print_name(const struct operation *o)
{
	printf("%s\n", o->name);
}

static void for_each(unsigned sets, void (*visit)(const struct operation *))
{
	for (size_t l = 0; l < LISTS; l++)
		for (const struct operation *o = lists[l]; o->name; o++)
			if (o->sets & sets)
				visit(o);
}

_Noreturn static void usage_error(const char *format, const char *word)
{
	fprintf(stderr, "bench-ops: ");
	fprintf(stderr, format, word);
	fprintf(stderr, "\n");
	exit(2);
}

static const struct operation *find(const char *name)
{
	for (size_t l = 0; l < LISTS; l++)
		for (const struct operation *o = lists[l]; o->name; o++)
			if (strcmp(o->name, name) == 0)
				return o;
	usage_error("no operation '%s'; see bench-ops --list", name);
}

static unsigned set_called(const char *name)
{
	if (strcmp(name, "process") == 0)
		return SET_PROCESS;
	if (strcmp(name, "micro") == 0)
		return SET_MICRO;
	if (strcmp(name, "io") == 0)
		return SET_IO;
	usage_error("no set '%s': process, micro or io", name);
}

static enum clock clock_called(const char *name)
{
	if (strcmp(name, "wall") == 0)
		return CLOCK_WALL;
	if (strcmp(name, "tsc") == 0)
		return CLOCK_TSC;
	usage_error("no clock '%s': wall or tsc", name);
}

static int stress(const char *number)
{
	char *end;
	unsigned long count = strtoul(number, &end, 10);

	if (*end || count == 0 || count > 1000000)
		usage_error("--forks takes 1 to 1000000, not '%s'", number);
	fork_many((unsigned)count);
	return 0;
}

static void take_clock(const char *name)
{
	choose_clock(clock_called(name));
}

/* What takes an option's value, or NULL. */
static void (*taker_of(const char *option))(const char *value)
{
	if (strcmp(option, "--clock") == 0)
		return take_clock;
	if (strcmp(option, "--disk") == 0)
		return io_disk;
	return strcmp(option, "--server") == 0 ? io_server : NULL;
}

/* Options that measure; returns the place of the first operation's name. */
static int parse(int argc, char **argv, unsigned *sets)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i += 2) {
		const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
		void (*take)(const char *value) = taker_of(option);

		if (!take && strcmp(option, "--set") != 0)
			usage_error("unknown option '%s'", option);
		if (!value)
			usage_error("%s needs a value", option);
		if (take)
			take(value);
		else
			*sets = set_called(value);
	}
	return i;
}

static int measure_all(int argc, char **argv)
{
	unsigned sets = SET_PROCESS;
	int first = parse(argc, argv, &sets);

	for (int i = first; i < argc; i++)
		find(argv[i]);
	if (clock_chosen() == CLOCK_TSC)
		counters_open();
	print_clock();
	if (first == argc)
		for_each(sets, run_operation);
	for (int i = first; i < argc; i++)
		run_operation(find(argv[i]));
	print_clock();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--exit") == 0)
		return 0;
	if (argc == 2 && strcmp(argv[1], "--first") == 0) {
		print_first();
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--forks") == 0)
		return stress(argv[2]);
	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		io_serve(argv[2]);
	if (argc >= 2 && argc <= 3 && strcmp(argv[1], "--list") == 0) {
		for_each(argc == 3 ? set_called(argv[2]) : SET_PROCESS | SET_MICRO | SET_IO,
			 print_name);
		return 0;
	}
	return measure_all(argc, argv);
}
