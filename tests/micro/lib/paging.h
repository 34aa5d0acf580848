/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paging.h - memory and page tables.
 *
 * Invariant: nothing here flushes a TLB; that is the caller's business, and often the check.
 */
#ifndef MICRO_PAGING_H
#define MICRO_PAGING_H

#include "width.h"

#define TABLE_ENTRIES (1u << INDEX_BITS)

/* The top-level table that everything starts with. */
extern word boot_root[TABLE_ENTRIES];

/* Kernel and user mappings that every group has; leaves the identity map. */
void paging_init(void);

/*
 * A zeroed page, or a block of them, aligned, from a pool that only shrinks; its address at
 * DIRECT_BASE.
 */
void *page_new(void);
void *block_new(void);

/*
 * From the kernel's addresses, of its image and at DIRECT_BASE, to physical ones, and back to
 * DIRECT_BASE.
 */
word physical(const void *at);
void *kernel_pointer(word physical_address);

/*
 * The entry for `va` at `level` (1 to TOP_LEVEL) in the tables of `root`; makes the tables above
 * it, open for user and write.
 */
word table_index(word va, unsigned int level);
word *entry_of(word root, word va, unsigned int level);

/* In the current tables; `flags` PTE_*, PTE_P is added. */
void map(word va, word physical_address, word flags);
void unmap(word va);
word *leaf(word va);

/* A new top-level table with the kernel's entries of boot_root; its physical address. */
word root_new(void);

/* Copy boot_root's entries of the kernel, or of user code, stack and data, to `table`. */
void root_copy_kernel(word *table);
void root_copy_user(word *table);
word root_now(void);

#endif /* MICRO_PAGING_H */
