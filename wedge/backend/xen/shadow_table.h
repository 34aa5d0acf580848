/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_table.h - a shadow table (shadow.h), for the headers that say what a width's tables are.
 *
 * Invariant: declares types alone.
 */
#ifndef WEDGE_BACKEND_XEN_SHADOW_TABLE_H
#define WEDGE_BACKEND_XEN_SHADOW_TABLE_H

#include "table_entries.h"
#include "xen.h"

enum shadow_role { SHADOW_KERNEL, SHADOW_USER };

/* What a table is made from. */
enum shadow_source {
	SHADOW_OF_TABLE, /* a page table of the guest */
	SHADOW_OF_LARGE, /* one large page of the guest, split */
	SHADOW_OF_NONE,	 /* no table: holds only the wedge's own entries */
};

/* What is special about the place that a table is made for. */
enum shadow_place {
	SHADOW_PLAIN,
	/* It is on the path to the wedge's addresses, and holds the wedge's own entries too. */
	SHADOW_OVERLAY,
	/*
	 * A top-level table whose entry 0 leads to such a table; or that table, in which a low
	 * kernel and its programs meet (layout.h). There the kernel's entry has the role
	 * SHADOW_KERNEL, so that a table of the user's lacks it, and all others have SHADOW_USER.
	 */
	SHADOW_MIXED,
	/*
	 * Of a 32-bit kernel's: below an entry without U. All pages are the kernel's, whatever the
	 * entries of the table say, which another entry with U may have for programs.
	 */
	SHADOW_SUPERVISOR,
};

/* What of a new table is present from the start. */
enum tables_filled { TABLES_EMPTY, TABLES_LARGE, TABLES_FULL };

struct shadow {
	uint64_t guest; /* page of the guest's table, or first page of the large page */
	uint32_t page;	/* the shadow's own page */
	uint32_t links; /* entries of other shadows that point here, and spaces that keep it */
	uint32_t round; /* of its last comparison; in the pool: TLB flushes before it came */
	uint8_t level;
	uint8_t role;
	uint8_t source;
	uint8_t place;
	uint8_t part; /* of the guest's table, if that has several shadows (xen_tables.h) */
	/*
	 * This table, or one below, has a kernel leaf that is not global. The tables above take
	 * that over when they hook this one or compare it (shadow_kernel_changes).
	 */
	bool local;
	tables_entry_raw *seen; /* the guest's entries that the present ones were made from */
	uint64_t present[ENTRIES / 64]; /* which entries are the guest's and present */
	struct shadow **children; /* by index, for levels above 1; NULL: physmap table or none */
	struct shadow *next;	  /* in its hash chain or the pool */
};

#endif /* WEDGE_BACKEND_XEN_SHADOW_TABLE_H */
