/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launcher.h - what all parts of the launcher share: exit codes and messages.
 *
 * Invariant: every way out has one of these exit codes, and all but the first a message.
 */
#ifndef LAUNCH_LAUNCHER_H
#define LAUNCH_LAUNCHER_H

#include "image.h"
#include "net_option.h"
#include "share_server.h"

#include <stdbool.h>
#include <stdint.h>
#include <wedge/launch.h>

/* Exit codes of `afterburn run` (afterburn-run(1), EXIT STATUS). */
enum { END_POWEROFF = 0, END_CRASH = 1, END_USAGE = 2, END_PLATFORM = 3, END_TIMEOUT = 124 };

#define PAGE_BYTES UINT64_C(4096)
#define MIB	   (UINT64_C(1) << 20)

enum { LAUNCH_DISKS_MAX = 8, LAUNCH_SHARES_MAX = 8 };

/* What the command line asks for. Strings belong to the caller. */
struct options {
	const char *kernel;   /* path of the packed kernel */
	const char *name;     /* what messages call it */
	const char *ramdisk;  /* path, or NULL */
	const char *append;   /* "" for nothing */
	const char *core;     /* where to write a core of a guest that crashed, or NULL */
	const char *gdb;      /* port or unix:PATH, or NULL */
	uint64_t memory;      /* bytes */
	unsigned int timeout; /* seconds, 0: none */
	bool no_input;
	bool balloon;	    /* free memory goes back to the host */
	bool rng;	    /* a source of random bytes */
	unsigned int ports; /* bits by enum port (ports.h) */
	unsigned int disks;
	struct image_option disk[LAUNCH_DISKS_MAX];
	struct net_option net;
	unsigned int shares;
	struct share_option share[LAUNCH_SHARES_MAX];
	const char *serve;  /* run nothing: serve the one share on this socket; or NULL */
	const char *result; /* file to which the guest writes its command's status, or NULL */
	const char *probe;  /* look at the host for kernels of this width, run nothing; or NULL */
};

/* Says what is wrong, as one line on standard error. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and ends with `code`. Only before the terminal is changed and children exist. */
_Noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Nanoseconds of the monotonic clock. */
uint64_t now_ns(void);

#endif
