/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_entries.h - entries of the guest's tables, and how many of them are as they were.
 *
 * Invariant: nothing is changed.
 */
#ifndef WEDGE_BACKEND_XEN_TABLE_ENTRIES_H
#define WEDGE_BACKEND_XEN_TABLE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>
#include <wedge/arch_traits.h>

/* An entry of the guest's tables. */
typedef __typeof__(__builtin_choose_expr(ARCH_LONG_MODE, (uint64_t)0,
					 (uint32_t)0)) tables_entry_raw;

/* How many of `count` entries, from the first on, are those that were seen. */
static inline unsigned int tables_equal(const tables_entry_raw *guest, const tables_entry_raw *seen,
					unsigned int count)
{
	unsigned long left = count;
	bool equal;

	/* Without an entry to compare the flags stay, so ZF is set first. */
	__asm__ volatile("cmp %%eax, %%eax; repe cmps%z4"
			 : "+S"(guest), "+D"(seen), "+c"(left), "=@cce"(equal)
			 : "m"(*guest)
			 : "memory");
	return count - (unsigned int)left - !equal;
}

#endif /* WEDGE_BACKEND_XEN_TABLE_ENTRIES_H */
