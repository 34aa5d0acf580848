/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_calls.h - trials of the host's system calls: segment descriptors and bases, and system
 * calls that are caught before the host carries them out.
 *
 * Invariant: called in the probe's child, those for i386 after probe_code_prepare(). Each returns
 * 0, or what the host answered (errno).
 */
#ifndef LAUNCH_PROBE_CALLS_H
#define LAUNCH_PROBE_CALLS_H

#include <stdbool.h>

/* Installs the handler of SIGSYS that the last two need. */
void probe_catch_sigsys(void);

/* A descriptor in the LDT, which is loaded; one in the GDT, by a 32-bit system call. For i386. */
int probe_ldt(void);
int probe_tls(void);

/* The base of GS is set by a system call. For x86-64. */
int probe_bases(void);

/*
 * A system call of guest code becomes SIGSYS: by syscall user dispatch (Linux 5.11), by seccomp.
 * For i386 that is an `int $0x80` of 32-bit code; for x86-64 (`wide`) a `syscall`, which a filter
 * knows by its address. The latter leaves a filter behind.
 */
int probe_dispatch(bool wide);
int probe_seccomp(bool wide);

#endif
