/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_tlb.c - invlpg and cache control.
 *
 * Invariant: caches are the hypervisor's; a guest without devices of its own that do not snoop has
 * nothing to gain from flushing them, so cache control does nothing.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>

bool emulate_tlb(struct emulation *e)
{
	switch (e->d->id) {
	case AFTERBURN_INSN_INVLPG:
		backend_space_invalidate(e->v, operand_address(e));
		return true;
	case AFTERBURN_INSN_INVPCID:
		exception_ud(e->v);
		return false;
	default:
		return true;
	}
}
