/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge.h - what the parts of the test's wedge share.
 *
 * Invariant: see wedge.c.
 */
#ifndef TESTS_LAUNCH_WEDGE_H
#define TESTS_LAUNCH_WEDGE_H

#include <wedge/launch.h>

enum {
	SYS_READ = 0,
	SYS_WRITE = 1,
	SYS_POLL = 7,
	SYS_RT_SIGPROCMASK = 14,
	SYS_PREAD = 17,
	SYS_PWRITE = 18,
	SYS_PAUSE = 34,
	SYS_NANOSLEEP = 35,
	SYS_FORK = 57,
	SYS_FCNTL = 72,
	SYS_RT_SIGPENDING = 127,
	SYS_FUTEX = 202,
	SYS_EXIT_GROUP = 231
};

enum { FUTEX_WAIT = 0, SIGNAL_STOP = 12 /* SIGUSR2 */, SIGNAL_DISK = 29 /* SIGIO */ };

/* What the launcher gave. */
extern const struct launch_info *given;

long call(long number, long a, long b, long c, long d);
void print(const char *text);
void print_number(const char *name, uint64_t value);
void sleep_ms(long ms);

static inline struct launch_shared *shared(void)
{
	return (struct launch_shared *)(uintptr_t)given->shared;
}

/* Reads the first sector of the first disk as a driver does, and resets the device. */
void disk_read(void);

/* The same with rings in the hole, whose driver breaks the rules by that. */
void disk_break(void);

/* Sets and resets `run` again and again, without a ring. */
void disk_toggle(void);

#endif
