/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb.h - loads of CR3 and flushes.
 *
 * Invariant: the translations that the wedge remembers and those of the shadow go together.
 */
#ifndef WEDGE_ARCH_TLB_H
#define WEDGE_ARCH_TLB_H

#include <wedge/vcpu.h>

/*
 * Invalidate translations, once v->cr[] has the new values: those of the old space, after a load of
 * CR3; or all, global ones included.
 */
void tlb_space(struct vcpu *v);
void tlb_all(struct vcpu *v);

#endif /* WEDGE_ARCH_TLB_H */
