/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_code.h - a little 32-bit code in a page below 4 GiB, entered from 64-bit code.
 *
 * Invariant: it comes back, or the process dies.
 */
#ifndef LAUNCH_PROBE_CODE_H
#define LAUNCH_PROBE_CODE_H

#include <stdbool.h>
#include <stddef.h>

/* Sets the page up. False if the host gives none; errno tells why. */
bool probe_code_prepare(void);

/* Runs the 32-bit code, with an `int $0x80` or without. Returns true if it ran to its end. */
bool probe_code_run(bool system_call);

/*
 * A 32-bit system call from 64-bit code: the only way to some of them. Its one argument points to a
 * copy of `size` bytes, at most 64. Returns 0, or -1 with errno set.
 */
int probe_code_call(unsigned int number, const void *argument, size_t size);

#endif
