/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - the guest's own page tables, as a debugger needs them: those of i386 with 32-bit entries
 * (SDM 3A, 4.3) and those of 4 levels (4.5). Rights do not matter.
 *
 * Invariant: the tables are only read, and nothing outside of guest-physical memory is.
 */
#ifndef LAUNCH_WALK_H
#define LAUNCH_WALK_H

#include "target.h"

/* Behind the last linear address that a guest can map in a process. */
uint64_t walk_end(const struct target *target);

/*
 * Has the kernel no page tables of its own yet? An i386 kernel starts without paging, a 64-bit one
 * in memory that is mapped at its physical addresses: nothing is where its code is linked.
 */
bool walk_is_early(const struct target *target);

/**
 * walk - find the guest-physical address of a linear one
 * @physical: receives it
 * @span:     receives the bytes of the naturally aligned stretch around the address that is mapped
 *            by the same entry, or absent by it
 *
 * Returns false if no memory is there. Before the kernel has page tables of its own, its addresses
 * are taken for what they will be, so that gdb's symbols work; a span is one page then.
 */
bool walk(const struct target *target, uint64_t linear, uint64_t *physical, uint64_t *span);

#endif
