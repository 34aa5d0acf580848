/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_pages.h - access to the guest's memory by guest-physical addresses.
 *
 * Invariant: only guest_pointer() turns an address that the guest controls into a pointer.
 */
#ifndef WEDGE_GUEST_PAGES_H
#define WEDGE_GUEST_PAGES_H

#include <stddef.h>
#include <stdint.h>

/**
 * guest_pointer - the wedge's pointer to guest-physical memory.
 * @address: guest-physical, need not be aligned
 * @size:    bytes; the range must not cross a page boundary
 *
 * Returns NULL if there is no RAM, or if the frame is the wedge's own.
 */
void *guest_pointer(uint64_t address, size_t size);

/* The same for a whole page, which holds `address`; for entries of page tables. */
void *guest_page(uint64_t address);

#endif /* WEDGE_GUEST_PAGES_H */
