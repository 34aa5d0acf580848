/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb.c - invalidates translations, those that the wedge remembers and those of the shadow; cache
 * control.
 *
 * Cache control does nothing: the caches are the hypervisor's, and a guest without real devices
 * that do not snoop gains nothing from a flush.
 */
#include <wedge/backend.h>
#include <wedge/guest_memory.h>
#include "emulate.h"
#include "tlb.h"

void tlb_space(struct vcpu *v)
{
	guest_forget_space(v);
	backend_space_load(v);
}

void tlb_all(struct vcpu *v)
{
	guest_forget_all(v);
	backend_space_flush(v);
}

static void invalidate_page(struct vcpu *v, uint64_t va)
{
	guest_forget_page(v, va);
	v->no_stack.page = 0;
	backend_space_invalidate(v, va);
}

bool emulate_tlb(struct emulation *e)
{
	switch (e->d->id) {
	case AFTERBURN_INSN_INVLPG:
		invalidate_page(e->v, operand_address(e));
		return true;
	case AFTERBURN_INSN_INVPCID:
		exception_ud(e->v);
		return false;
	default:
		return true;
	}
}
