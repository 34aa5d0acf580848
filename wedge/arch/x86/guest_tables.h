/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_tables.h - the format of the guest's page tables, which each width implements
 * (guest_tables.c).
 *
 * Invariant: the walk sets no bits in the tables.
 */
#ifndef WEDGE_ARCH_GUEST_TABLES_H
#define WEDGE_ARCH_GUEST_TABLES_H

#include <wedge/guest_walk.h>

/**
 * guest_tables_descend - walk the guest's tables from the top.
 * @out:   filled in as far as the walk came; rights are those of all levels together
 * @slots: ARCH_PAGE_LEVELS + 1 pointers, which receive where each level's entry is
 *
 * Returns false, with bits of the error code in out->error, at the first entry that is not present
 * (or whose table is no guest memory) or has reserved bits set.
 */
bool guest_tables_descend(struct vcpu *v, uint64_t va, struct guest_walk *out, uint8_t *slots[]);

#endif /* WEDGE_ARCH_GUEST_TABLES_H */
