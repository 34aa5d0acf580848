/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_walk.h - how the guest's own tables translate a virtual address.
 *
 * Invariant: the result does not depend on the shadow.
 */
#ifndef WEDGE_GUEST_WALK_H
#define WEDGE_GUEST_WALK_H

#include <wedge/vcpu.h>

/*
 * How a virtual address translates by the guest's tables (SDM 3A sections 4.3 and 4.5). While
 * paging is off, every address translates to itself, in pages of 4 MiB that allow everything.
 */
struct guest_walk {
	uint64_t address;   /* guest-physical address of the byte */
	uint64_t page_size; /* 4096, 2 MiB or 1 GiB; on i386 4096 or 4 MiB */
	uint64_t entry[5];  /* guest entries by level, down to 1; a large page ends early */
	uint64_t common;    /* bits that all of these have */
	unsigned int leaf;  /* level of the leaf entry: 1, 2 or 3 */
	bool writable;	    /* every level says so */
	bool user;	    /* every level says so */
	bool forced;	    /* a write of the kernel that only CR0.WP = 0 allows */
	uint32_t access;    /* what it was made for: X86_PF_WRITE, X86_PF_USER, X86_PF_FETCH */
	bool no_execute;    /* some level says so */
	uint32_t error;	    /* page-fault error code, if the access is not allowed */
};

/**
 * guest_walk - translate and check one access, by the rules of SDM 3A section 4.6.
 * @va:     virtual address
 * @access: X86_PF_WRITE, X86_PF_USER, X86_PF_FETCH as in an error code
 * @out:    filled in as far as the walk came
 *
 * Returns true and sets accessed and dirty bits in the guest's tables if the access is allowed;
 * false with out->error if it must fault.
 */
bool guest_walk(struct vcpu *v, uint64_t va, uint32_t access, struct guest_walk *out);

/* The same look-up for no access at all: sets no bits; false if nothing is mapped. */
bool guest_lookup(struct vcpu *v, uint64_t va, struct guest_walk *out);

#endif /* WEDGE_GUEST_WALK_H */
