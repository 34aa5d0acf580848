/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - what the host must give, asked before anything is started.
 *
 * Invariant: each missing thing has one message that names it and what to do, and ends the
 * launcher with code 3.
 */
#ifndef LAUNCH_HOST_H
#define LAUNCH_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <wedge/launch.h>

/* Resource limits and system controls, for a guest of `memory` bytes; raises soft limits. */
void host_check_limits(uint64_t memory);

/* The number that a file of /proc or /sys begins with; false if it is not there. */
bool host_control(const char *path, uint64_t *value);

/* Memory: a guest of `memory` bytes needs `least` of them before it can print anything. */
void host_check_memory(uint64_t memory, uint64_t least);

/*
 * host_probe_start() starts a child that tries what the host's kernel can do for an x86-64 kernel
 * (`wide`) or an i386 one, while the launcher goes on loading. host_probe_end() waits for it, and
 * fills in `trap` and `handover`; it says so if the latter is the slower one.
 */
void host_probe_start(bool wide);
void host_probe_end(struct launch_info *info);

/* Bytes of the extended processor state that XCR0 enables (CPUID 0xd), 512 without XSAVE. */
uint64_t host_xstate_bytes(void);

/* Bytes that the host may push for a signal (AT_MINSIGSTKSZ). */
uint64_t host_signal_frame_bytes(void);

/* May user code use the instructions that read and write the bases of FS and GS? */
bool host_has_fsgsbase(void);

/*
 * The rate of the time stamp counter, measured against the host's clock between host_tsc_start()
 * and host_tsc_khz(), which waits a little if not enough time has passed.
 */
void host_tsc_start(void);
uint64_t host_tsc_khz(void);

#endif
