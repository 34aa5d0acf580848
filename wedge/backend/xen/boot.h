/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.h - what boot.c and the width's boot_tables.c share: tables that are built before the wedge
 * has its own.
 *
 * Invariant: a table is open in one window at a time, and closed before Xen validates it.
 */
#ifndef WEDGE_BACKEND_XEN_BOOT_H
#define WEDGE_BACKEND_XEN_BOOT_H

#include "xen.h"

enum {
	BOOT_READ_ONLY = X86_PTE_P | X86_PTE_A | X86_PTE_D,
	BOOT_TABLE = BOOT_READ_ONLY | X86_PTE_W,
};

enum boot_window { WINDOW_L1, WINDOW_L2, WINDOW_L3, WINDOW_L4, WINDOW_CONSOLE, WINDOW_COUNT };

/* Where the page is that is open in a window. */
uint64_t *boot_window(enum boot_window w);

/* Opens the next heap page as an empty table in a window; returns its page number. */
uint64_t boot_open_table(enum boot_window w);

/* ---- boot_tables.c of the width ---- */

/* Where Xen's initial tables map guest-physical memory. */
uintptr_t boot_initial_base(void);

/* How many tables the next two make, if there are so many last-level tables of the physmap. */
uint64_t boot_upper_count(uint64_t physmap_l1s);

/* Tables above the physmap's last level that come before the wedge's last one, and those behind it.
 */
void boot_build_middle(void);
void boot_build_top(void);

#endif /* WEDGE_BACKEND_XEN_BOOT_H */
