/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.h - the copies of the guest's GDT and LDT that Xen has (descriptors.c).
 *
 * The guest writes its tables with plain stores, so a copy is renewed before its selector is used.
 *
 * Invariant: a selector's descriptor in the copy is 0, or one that Xen has accepted.
 */
#ifndef WEDGE_BACKEND_XEN_DESCRIPTORS_H
#define WEDGE_BACKEND_XEN_DESCRIPTORS_H

#include "xen.h"

/* Makes the copy of the GDT, empty, and has Xen use it. */
void descriptors_create(struct vcpu *v);

/* Writes descriptor `index` of a page of a copy. */
void descriptors_set(uint64_t page, unsigned int index, uint64_t d);

/* Brings the copy of a selector's descriptor up to date, and returns it; 0 if there is none. */
uint64_t descriptors_renew(struct vcpu *v, uint16_t selector);

/*
 * Brings the copies of the LDT and of the GDT's first descriptors up to date: user code loads and
 * asks about selectors without a word. The second function tells how many of the GDT's these are.
 */
void descriptors_renew_all(struct vcpu *v);
unsigned int descriptors_compared(const struct vcpu *v);

/* The copy of a selector's descriptor; 0 if there is none. */
uint64_t descriptors_copy(const struct vcpu *v, uint16_t selector);

#endif /* WEDGE_BACKEND_XEN_DESCRIPTORS_H */
