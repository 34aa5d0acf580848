/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hops.h - how a `syscall` of a 64-bit program can be led to the door (hops.c).
 *
 * Invariant: see hops.c.
 */
#ifndef WEDGE_BACKEND_LINUX_HOPS_H
#define WEDGE_BACKEND_LINUX_HOPS_H

#include "../copy.h"

enum {
	HOPS_SYSCALL = 2, /* the length of the instruction, and of the jump in its place */
	HOPS_JUMP = 2,	  /* of a jump over a hop's other jump, which is behind it */
};

/* Is there the instruction, wholly in the page? */
bool hops_is_syscall(const uint8_t *page, uint32_t at);

/**
 * hops_find - find the NOPs by way of which a `syscall` can go to the door.
 * @page: the guest's page of code
 * @copy: its copy, in which other sites may be patched: NOPs must be free there. Or the page
 * itself.
 * @site: where the instruction is; receives the hops
 *
 * Returns false if there are none.
 */
bool hops_find(const uint8_t *page, const uint8_t *copy, struct copy_site *site);

/* Patches the copy of a page, for the door's entry of that number, with hops as they were found. */
void hops_patch(uint8_t *copy, const struct copy_site *site, uint32_t number);

#endif /* WEDGE_BACKEND_LINUX_HOPS_H */
