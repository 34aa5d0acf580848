/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alone.c - runs a program that nothing else interrupts: alone PROGRAM ARGUMENT...
 *
 * Invariant: the program and what it starts share the processor with nothing else while one of them
 * can run. Kernels otherwise keep some of each second for others:
 * /proc/sys/kernel/sched_rt_runtime_us must be -1. They take turns, since one may wait for another
 * without sleeping.
 */
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct sched_param first = {.sched_priority = 50};

	if (argc < 2 || sched_setscheduler(0, SCHED_RR, &first)) {
		perror("alone: sched_setscheduler");
		return 126;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
