/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_layout.h - what the domain's memory is used for, by guest-physical pages.
 *
 * Guest-physical page n is page n of the domain (start_info.mfn_list), from 0 without a gap.
 *
 * Invariant: chosen from the domain's size alone, and then fixed.
 */
#ifndef WEDGE_BACKEND_XEN_MEMORY_LAYOUT_H
#define WEDGE_BACKEND_XEN_MEMORY_LAYOUT_H

#include <stdint.h>
#include <wedge/backend_traits.h>

struct memory_layout {
	uint64_t pages;	   /* that are used; 0: the domain has too few */
	uint64_t heap;	   /* first page of the wedge's heap */
	uint64_t heap_end; /* behind its last page */
};

/* The least number of pages that a domain needs. */
uint64_t memory_layout_least(void);

/* memory_layout_of - the layout of a domain with so many pages. */
struct memory_layout memory_layout_of(uint64_t pages);

#endif /* WEDGE_BACKEND_XEN_MEMORY_LAYOUT_H */
