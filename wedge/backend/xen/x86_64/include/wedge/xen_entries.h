/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_entries.h - entries of a 64-bit kernel's tables, and how many of them are as they were.
 * shadow_table.h includes this; each width has a header of this name.
 *
 * Invariant: nothing is changed.
 */
#ifndef WEDGE_XEN_ENTRIES_H
#define WEDGE_XEN_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

/* An entry of the guest's tables. */
typedef uint64_t tables_entry_raw;

/* How many of `count` entries, from the first on, are those that were seen. */
static inline unsigned int tables_equal(const tables_entry_raw *guest, const tables_entry_raw *seen,
					unsigned int count)
{
	unsigned long left = count;
	bool equal;

	/* Without an entry to compare the flags stay, so ZF is set first. */
	__asm__ volatile("cmp %%eax, %%eax; repe cmpsq"
			 : "+S"(guest), "+D"(seen), "+c"(left), "=@cce"(equal)
			 :
			 : "memory");
	return count - (unsigned int)left - !equal;
}

#endif /* WEDGE_XEN_ENTRIES_H */
