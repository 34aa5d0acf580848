/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.h - what the launcher (wedge/launch), an ordinary program, leaves for a wedge that runs in
 * a process of its own.
 *
 * The launcher maps the wedge's image with its tables at LAUNCH_WEDGE_BASE, readable, writable and
 * executable, loads the kernel's segments and the RAM disk into the memory file, forks, and in the
 * child calls the wedge's entry (struct afterburn_wedge_header, `entry`) with a pointer to a struct
 * launch_info in %rdi and an ordinary stack. The wedge ends the child with one of the exit codes
 * below; the parent waits for it.
 *
 * Invariant: all that the wedge needs from outside is here; it opens nothing itself.
 */
#ifndef WEDGE_LAUNCH_H
#define WEDGE_LAUNCH_H

#include <stdint.h>

/* Where the wedge's image lies in the child. The kernel's low 4 GiB must be empty there. */
#define LAUNCH_WEDGE_BASE 0x500000000000

#define LAUNCH_VERSION 1

enum { LAUNCH_COMMAND_LINE_SIZE = 2048 };

/* Exit codes of the child. */
enum { LAUNCH_POWEROFF = 0, LAUNCH_CRASH = 1, LAUNCH_REBOOT = 10, LAUNCH_HOST = 11 };

/* How guest user code is held; the launcher has probed what the host allows. */
enum launch_trap {
	LAUNCH_TRAP_DISPATCH, /* syscall user dispatch, beside a seccomp filter */
	LAUNCH_TRAP_SECCOMP,  /* a seccomp filter alone */
};

struct launch_info {
	uint32_t version;
	uint32_t trap;		/* enum launch_trap */
	int32_t memory_fd;	/* the memory file: guest-physical memory from offset 0 */
	int32_t input_fd;	/* console input, -1: none */
	int32_t output_fd;	/* console output */
	int32_t reserved;
	uint64_t memory_bytes;	/* a multiple of the page size */
	uint64_t ramdisk;	/* guest-physical address, page aligned; 0 with size 0: none */
	uint64_t ramdisk_bytes;
	uint64_t tsc_khz;	/* of the time stamp counter */
	uint64_t xstate_bytes;	/* of the host's extended processor state, standard format (CPUID 0xd) */
	uint64_t signal_frame_bytes; /* what the host may push for a signal (AT_MINSIGSTKSZ) */
	uint64_t debug;		/* address of a struct launch_debug that is shared, or 0 */
	char command_line[LAUNCH_COMMAND_LINE_SIZE]; /* NUL terminated */
};

typedef void launch_entry(const struct launch_info *info);

#endif /* WEDGE_LAUNCH_H */
