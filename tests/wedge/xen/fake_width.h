/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_width.h - what the fake Xen and its guests do otherwise for each width of the kernel.
 *
 * Invariant: the same names for both widths; fake_width.c of a width's folder defines them.
 */
#ifndef TESTS_WEDGE_XEN_FAKE_WIDTH_H
#define TESTS_WEDGE_XEN_FAKE_WIDTH_H

#include <stdbool.h>
#include <stdint.h>
#include <wedge/backend_traits.h>

/* What Xen makes of an entry that the domain gives it, for a table of a level. */
uint64_t fake_adjusted(unsigned int level, uint64_t entry);

/* Why Xen lets no domain write that entry of a table; NULL: it may. */
const char *fake_kept_entry(unsigned int level, uint64_t page, unsigned int index);

/* Why Xen takes no table with these entries as one of a level, once it has those below; or NULL. */
const char *fake_bad_table(unsigned int level, const volatile uint64_t *entries);

/*
 * The tables that boot.c makes above the physmap's `count` last-level ones; `take` gives an empty
 * page of the heap, and its number.
 */
void fake_build_upper(uint64_t *(*take)(uint64_t *page), uint64_t count);

/* Which 2 MiB of the wedge's physmap an entry of a table shows, if a slide changes it; or -1. */
int fake_physmap_slot(uint64_t table, unsigned int index);

/* How many tables these are. */
enum { FAKE_UPPER_TABLES = 5 + (XEN_LEVELS == 3) };

/* The frame of the top-level table that a view has loaded; 0: none. */
uint64_t fake_top_frame(bool user);

/* Copies what the kernel has in every top-level table; guest-physical addresses. */
void fake_share_kernel(uint64_t root, uint64_t first);

#endif /* TESTS_WEDGE_XEN_FAKE_WIDTH_H */
