/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paging.h - memory and page tables.
 *
 * Invariant: nothing here flushes a TLB; that is the caller's business, and often the check.
 */
#ifndef MICRO_PAGING_H
#define MICRO_PAGING_H

#include <stdint.h>

/* Kernel and user mappings that every group has; leaves the identity map. */
void paging_init(void);

/* A zeroed page, or 2 MiB of them aligned, from a pool that only shrinks; kernel address. */
void *page_new(void);
void *block_new(void);

/* Between the kernel's addresses of image and pool, and physical ones. */
uint64_t physical(const void *at);
void *kernel_pointer(uint64_t physical_address);

/*
 * The entry for `va` at `level` (1 to 4) in the tables of `root`; makes the tables above it, open
 * for user and write.
 */
uint64_t *entry_of(uint64_t root, uint64_t va, unsigned int level);

/* In the current tables; `flags` PTE_*, PTE_P is added. */
void map(uint64_t va, uint64_t physical_address, uint64_t flags);
void unmap(uint64_t va);
uint64_t *leaf(uint64_t va);

/* A new top-level table with the kernel's half of boot_l4. */
uint64_t root_new(void);
uint64_t root_now(void);

#endif /* MICRO_PAGING_H */
