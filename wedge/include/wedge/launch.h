/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch.h - the interface between the launcher (wedge/launch), an ordinary program, and a wedge
 * that runs as its child process.
 *
 * The launcher maps the wedge's image with its tables at LAUNCH_WEDGE_BASE, readable, writable and
 * executable, loads the kernel's segments and the RAM disk into the memory file, forks, and in the
 * child calls the wedge's entry (struct afterburn_wedge_header, `entry`) with a pointer to a struct
 * launch_info in %rdi and an ordinary stack. The wedge ends the child with one of the exit codes
 * below; the parent waits for it.
 *
 * The child is the leader of a process group of its own, and is killed when its parent dies; the
 * parent kills and reaps the whole group when the child has ended. All signals have their default
 * action and are unblocked, except that SIGPIPE and SIGTTOU are ignored. The child holds the
 * descriptors named here and no others, and no core file is written for it.
 *
 * Invariant: the launcher gives the wedge all that it needs; the wedge opens no file itself.
 */
#ifndef WEDGE_LAUNCH_H
#define WEDGE_LAUNCH_H

#include <stdint.h>

#include <wedge/dev/virtio_shared.h>

/* Where the wedge's image lies in the child. The kernel's low 4 GiB must be empty there. */
#define LAUNCH_WEDGE_BASE 0x780000000000

#define LAUNCH_VERSION 8

/*
 * Guest-physical addresses at which a PC has its devices: no memory is here. If the guest has more
 * than fits below, it goes on behind.
 */
#define LAUNCH_HOLE	UINT64_C(0xc0000000)
#define LAUNCH_HOLE_END UINT64_C(0x100000000)

enum { LAUNCH_COMMAND_LINE_SIZE = 2048, LAUNCH_VIRTIO_MAX = 16 };

/* Exit codes of the child. */
enum { LAUNCH_POWEROFF = 0, LAUNCH_CRASH = 1, LAUNCH_REBOOT = 10, LAUNCH_HOST = 11 };

/* How system calls of guest user code are caught; the launcher has probed what the host allows. */
enum launch_trap {
	LAUNCH_TRAP_DISPATCH, /* syscall user dispatch, beside a seccomp filter */
	LAUNCH_TRAP_SECCOMP,  /* a seccomp filter alone */
};

/* How the host's kernel tells the wedge that guest user code has stopped; probed as well. */
enum launch_handover {
	LAUNCH_HANDOVER_NOTIFY, /* seccomp's user notifications */
	LAUNCH_HANDOVER_TRACE,	/* ptrace */
};

struct launch_info {
	uint32_t version;
	uint32_t trap;	   /* enum launch_trap */
	int32_t memory_fd; /* the memory file: guest-physical memory from offset 0, and the hole */
	/*
	 * Console input: the reading end of a pipe, non-blocking; -1: none. It never comes to its
	 * end while the launcher lives.
	 */
	int32_t input_fd;
	int32_t output_fd;     /* console output: the writing end of a pipe, blocking */
	uint32_t handover;     /* enum launch_handover */
	uint64_t memory_bytes; /* where it ends; a multiple of the page size */
	uint64_t ramdisk;      /* guest-physical address, page aligned; 0 with size 0: none */
	uint64_t ramdisk_bytes;
	uint64_t tsc_khz;      /* of the time stamp counter */
	uint64_t xstate_bytes; /* of what XCR0 enables, standard format (CPUID 0xd); 512 without */
	uint64_t signal_frame_bytes; /* what the host may push for a signal (AT_MINSIGSTKSZ) */
	uint64_t shared;	     /* address of the struct launch_shared */
	/*
	 * 1: user code may read and write the bases of FS and GS by instructions (rdfsbase and its
	 * like). Only what the host's kernel says counts (AT_HWCAP2): on some hosts the
	 * instructions work, but a switch of processes does not keep what they write.
	 */
	uint32_t fsgsbase;
	uint32_t virtio_count; /* of the virtio devices, whose rings the launcher serves */
	/*
	 * For each: an eventfd, to which the wedge adds one when `run`, a ring or a word of
	 * `written` has changed (virtio_shared.h). In the child their numbers follow one another.
	 * The launcher sends SIGIO when it has set bits of `interrupt`, and wakes what waits by
	 * futex on `serving` when that has become 0.
	 */
	int32_t doorbell_fd[LAUNCH_VIRTIO_MAX];
	struct virtio_identity virtio[LAUNCH_VIRTIO_MAX];
	char command_line[LAUNCH_COMMAND_LINE_SIZE]; /* NUL terminated */
};

typedef void launch_entry(const struct launch_info *info);

/*
 * The interface for the debugger: memory that launcher and wedge share.
 *
 * To stop the guest the launcher sets `request` to LAUNCH_STOP and sends the child SIGUSR2, which
 * the child begins with blocked; the wedge unblocks it once it has a handler. At that signal, and
 * at every entry with `request` at LAUNCH_STOP, the wedge stops:
 *
 *   1. fills in `registers` and `reason`, sets `request` to LAUNCH_STOP (if it stops without a
 *      request), adds one to `stops`;
 *   2. waits by futex on `request` until it is no longer LAUNCH_STOP;
 *   3. loads the general registers, rip and rflags from `registers` (all others are only shown),
 * and goes on, with LAUNCH_STEP for one guest instruction.
 *
 * While `attached` is not 0, the wedge also stops without a request:
 *   - at an int3 of guest code, kernel or user, whose first byte's linear address is among
 *     `breakpoints`: rip is then that address, and the guest sees no exception. Any other int3 is
 *     the guest's. If no int3 is left at that address, the guest executes the instruction there
 *     again. The launcher puts the int3 into the memory file itself, while the guest is stopped.
 *   - after the one instruction of LAUNCH_STEP. A rewritten site counts as one, with all that the
 *     wedge does for it. The guest's own RFLAGS.TF is not shown, but kept.
 *   - at the guest's crash. If it is let go on, it ends with LAUNCH_CRASH.
 *
 * At a crash without a debugger the wedge does step 1 without changing `request`, so the launcher
 * can write a core, and ends.
 *
 * Invariant: `request`, `attached` and `breakpoints` are changed only by the launcher (except in
 * step 1), `stops` only by the wedge; `registers` belong to the launcher while the wedge waits in
 * step 2, to the wedge at all other times. Each word is written whole, in this order.
 */
enum launch_request { LAUNCH_RUN, LAUNCH_STOP, LAUNCH_STEP };
enum launch_reason { LAUNCH_ASKED = 1, LAUNCH_BREAKPOINT, LAUNCH_STEPPED, LAUNCH_CRASHED };

enum { LAUNCH_BREAKPOINTS = 64 };

/*
 * The guest's registers as the guest sees them: its own selectors and control registers. An i386
 * kernel's have 32 bits, and the second half of the general ones is zero.
 */
struct launch_registers {
	/* By their numbers in instructions (SDM 2A, table 2-2): rax, rcx, rdx, rbx, rsp, rbp, rsi,
	 * rdi, r8 to r15. */
	uint64_t general[16];
	uint64_t rip, rflags;
	uint64_t cs, ss, ds, es, fs, gs;
	uint64_t cr0, cr2, cr3, cr4, fs_base, gs_base;
};

struct launch_debug {
	uint32_t request;  /* enum launch_request; a futex, shared between processes */
	uint32_t stops;	   /* how often the wedge has stopped */
	uint32_t reason;   /* enum launch_reason, of the last stop */
	uint32_t attached; /* a debugger is there */
	struct launch_registers registers;
	uint64_t breakpoint_count;
	uint64_t breakpoints[LAUNCH_BREAKPOINTS]; /* linear addresses */
};

/* What both may write, in LAUNCH_SHARED_BYTES of memory of its own, at a page's beginning. */
struct launch_shared {
	struct launch_debug debug;
	struct virtio_shared virtio[LAUNCH_VIRTIO_MAX];
	uint32_t power_presses; /* launcher: of the power key; SIGIO tells of one more */
};

#define LAUNCH_SHARED_BYTES ((sizeof(struct launch_shared) + 0xfff) & ~(uint64_t)0xfff)

#endif /* WEDGE_LAUNCH_H */
