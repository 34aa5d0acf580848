/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_status.h - the note of a core that has the registers: NT_PRSTATUS as of Linux, on i386 and
 * on x86-64.
 *
 * Invariant: what gdb does not look at is zero.
 */
#ifndef LAUNCH_CORE_STATUS_H
#define LAUNCH_CORE_STATUS_H

#include <wedge/launch.h>

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the largest note. */
enum { CORE_STATUS_MOST = 512 };

/* Makes the note in `to`, of CORE_STATUS_MOST bytes, for a 64-bit core if `wide`. Returns its size.
 */
size_t core_status(const struct launch_registers *registers, bool wide, void *to);

#endif
