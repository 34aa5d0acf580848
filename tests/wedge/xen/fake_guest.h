/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_guest.h - what guests of the fake Xen do, and what their code then reaches.
 *
 * Invariant: what is reached is read from the tables that the fake Xen has loaded, never asked of
 * the code under test.
 */
#ifndef TESTS_WEDGE_XEN_FAKE_GUEST_H
#define TESTS_WEDGE_XEN_FAKE_GUEST_H

#include "fake_xen.h"

enum view { KERNEL, USER };
enum { R = 1, W = 2, X = 4 };

/* Where guest_setup's tables end: the kernel's half that all top-level tables share. */
#define KERNEL_VA (XEN_LEVELS == 4 ? 0xffffffff90000000ull : 0x90000000ull)

/* Where a low kernel has its image: the second GiB. */
#define IMAGE_VA 0x41000000ull

/* What one table of the guest's maps, and one large page. */
#define SPAN (PAGE * (PAGE / sizeof(guest_pte)))

/* A top-level table with the kernel's entries of the first one; its guest-physical address. */
uint64_t new_root(void);

/* The guest's kernel is a low one from now on, with tables for its image in the first root. */
void be_low(void);

/* The guest loads CR3, executes invlpg, flushes all. */
void load_root(uint64_t root);
void invlpg(uint64_t va);

/*
 * Maps at `va`, which is a multiple of SPAN, the large page that a guest-physical address is in;
 * where that address is.
 */
uint64_t map_large(uint64_t va, uint64_t pa, uint64_t flags);

/*
 * Takes the right to execute from an entry of the guest's, or gives it back. Entries of 32 bits
 * have no such right: there the page goes away, and comes back.
 */
void forbid_to_execute(guest_pte *entry);
void allow_to_execute(guest_pte *entry);

/* An access that reaches the wedge if it must: false if the guest's tables do not allow it. */
bool touch(enum view view, uint64_t va, uint32_t access);

/* What a view allows at an address: a sum of R, W and X, 0 for nothing; the page it leads to. */
struct reach {
	unsigned int prot;
	uint64_t page;
};
struct reach reach(enum view view, uint64_t va);

/* A view leads to that guest-physical address with exactly these rights. */
void assert_reaches(enum view view, uint64_t va, uint64_t pa, unsigned int prot);
void assert_reaches_nothing(enum view view, uint64_t va);

#endif /* TESTS_WEDGE_XEN_FAKE_GUEST_H */
