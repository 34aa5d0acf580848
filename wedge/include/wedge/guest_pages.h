/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_pages.h - the guest's memory by physical addresses.
 *
 * Invariant: every guest-controlled address goes through guest_pointer(), the one checker; nothing
 * else turns a guest-physical address into a pointer.
 */
#ifndef WEDGE_GUEST_PAGES_H
#define WEDGE_GUEST_PAGES_H

#include <stddef.h>
#include <stdint.h>

/**
 * guest_pointer - the wedge's view of guest-physical memory.
 * @address: guest-physical, need not be aligned
 * @size:    bytes; the stretch must not cross a page boundary
 *
 * Returns NULL where there is no RAM, or where a frame is the wedge's own.
 */
void *guest_pointer(uint64_t address, size_t size);

/* The same for a whole page, which holds `address`; for entries of page tables. */
void *guest_page(uint64_t address);

#endif /* WEDGE_GUEST_PAGES_H */
