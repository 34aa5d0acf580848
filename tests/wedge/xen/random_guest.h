/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_guest.h - the page tables of a random guest: they are edited, hooked in several places,
 * taken away and used again as others. Its kernel is in the upper half, or a low one of 64 bits
 * (layout.h), whose stack is in its image. guest_shape.h has what differs by width.
 *
 * Invariant: the guest keeps the rules that kernels keep: what is the kernel's is the same in every
 * space, a low kernel's image too; and a page that was a table is used again only after a load of
 * CR3, or after a flush if it was one of the kernel's.
 */
#ifndef TESTS_WEDGE_XEN_RANDOM_GUEST_H
#define TESTS_WEDGE_XEN_RANDOM_GUEST_H

#include "fake_width.h"

#include <guest_shape.h>

enum {
	ROOTS = 4,
	TABLES = 20,
	IMAGE = 1,		/* entry of the tables below entry 0: a low kernel's */
	IMAGE_STACK_SLOT = 100, /* of its table: another stack */
	ROOT_PAGE = 0x4c0,
	GUEST_ENTRIES = 1 << GUEST_INDEX_BITS,
};

#define IMAGE_STACK_TOP ((uint64_t)IMAGE << 30 | (uint64_t)IMAGE_STACK_SLOT << 21 | 2 * PAGE)

struct random_guest {
	bool low;
	int level[TABLES]; /* what each page for tables is: a level, or a state of random_guest.c */
	unsigned int begun;   /* tables that ever were */
	uint64_t image_flags; /* of the entry that leads to a low kernel's image */
};

extern struct random_guest random_guest;

/* Makes the tables that a guest begins with, and chooses the places that are looked at. */
void random_guest_begin(bool low);

/* The index of an address's entry in a table of a level. */
unsigned int guest_index(uint64_t va, unsigned int level);

/* One change each, perhaps none. Tables in the middle are neither of the top level nor of the last.
 */
void edit_top(void);
void edit_middle(void);
void edit_leaf(void);
void edit_rights(void);

/* A table is given back, as at the end of a process. */
void retire_table(void);

/* After a load of CR3, which tells nothing of the kernel's, or after a flush of all. */
void free_what_was_left(bool all);

#endif /* TESTS_WEDGE_XEN_RANDOM_GUEST_H */
