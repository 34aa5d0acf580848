/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_flags.c - cli, sti, pushf and popf that have no inline form, and the idle instructions.
 *
 * Invariant: v->rflags holds the guest's own IF and IOPL, which the processor does not get.
 */
#include <wedge/machine.h>
#include "emulate.h"

/* What POPF may change at CPL 0 (SDM 2B, POPF), less what a kernel in ring 3 must not get. */
enum {
	POPF_CHANGES = X86_FLAGS_STATUS | X86_FLAGS_TF | X86_FLAGS_IF | X86_FLAGS_DF |
		       X86_FLAGS_IOPL | X86_FLAGS_NT | X86_FLAGS_AC | X86_FLAGS_ID
};

bool emulate_flags(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size == 4 ? ARCH_WORD_SIZE : e->d->operand_size;
	uint64_t flags, mask;

	switch (e->d->id) {
	case AFTERBURN_INSN_CLI:
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
		return true;
	case AFTERBURN_INSN_STI:
		v->rflags |= X86_FLAGS_IF;
		return true;
	case AFTERBURN_INSN_PUSHF:
		return operand_push(e, v->rflags & ~(uint64_t)(X86_FLAGS_RF | X86_FLAGS_VM), size);
	default:
		if (!operand_pop(e, &flags, size))
			return false;
		mask = size == 2 ? POPF_CHANGES & 0xffff : POPF_CHANGES;
		flags &= ~(uint64_t)ARCH_FLAGS_NOT_FOR_RING_3;
		v->rflags = (v->rflags & ~mask) | (flags & mask);
		return true;
	}
}

bool emulate_halt(struct emulation *e)
{
	struct vcpu *v = e->v;

	if (v->sti_shadow) {
		v->sti_shadow = 0;
		v->rflags |= X86_FLAGS_IF;
	}
	if (e->d->id != AFTERBURN_INSN_HLT) {
		exception_ud(v);
		return false;
	}
	v->rip = e->after_va;
	machine_halt(v);
	return false;
}
