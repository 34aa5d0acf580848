/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_calls.h - trials of the host's system calls: segment descriptors, and 32-bit system calls
 * that are caught before the host carries them out.
 *
 * Invariant: called in the probe's child, after probe_code_prepare(). Each returns 0, or what the
 * host answered (errno).
 */
#ifndef LAUNCH_PROBE_CALLS_H
#define LAUNCH_PROBE_CALLS_H

/* Installs the handler of SIGSYS that the last two need. */
void probe_catch_sigsys(void);

/* A descriptor in the LDT; one in the GDT, by a 32-bit system call. */
int probe_ldt(void);
int probe_tls(void);

/* An `int $0x80` of 32-bit code becomes SIGSYS: by syscall user dispatch (Linux 5.11), by seccomp.
 * The latter leaves a filter behind. */
int probe_dispatch(void);
int probe_seccomp(void);

#endif
