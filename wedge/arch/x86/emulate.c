/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate.c - one sensitive instruction, carried out on the vCPU.
 *
 * Invariant: the class column of insns.def alone decides which file handles an instruction; one
 * that no file handles ends the guest with its name, it is never skipped.
 */
#include <wedge/arch.h>
#include <wedge/guest_memory.h>

static bool emulate_by_class(struct emulation *e)
{
	switch (afterburn_insns[e->d->id].class_) {
	case AFTERBURN_CLASS_INTR:
	case AFTERBURN_CLASS_FLAGS:
		return emulate_flags(e);
	case AFTERBURN_CLASS_IDLE:
		return emulate_halt(e);
	case AFTERBURN_CLASS_IO:
		return emulate_io(e);
	case AFTERBURN_CLASS_CR:
	case AFTERBURN_CLASS_DR:
		return emulate_control(e);
	case AFTERBURN_CLASS_DESC:
		return emulate_descriptor(e);
	case AFTERBURN_CLASS_SEG:
		return emulate_segment(e);
	case AFTERBURN_CLASS_XFER:
		return emulate_transfer(e);
	case AFTERBURN_CLASS_TLB:
	case AFTERBURN_CLASS_CACHE:
		return emulate_tlb(e);
	case AFTERBURN_CLASS_MSR:
	case AFTERBURN_CLASS_CPUID:
	case AFTERBURN_CLASS_TIME:
		return emulate_msr(e);
	default:
		/* What the wedge hides from CPUID does not exist (SDM 2A, "#UD if ...=0"). */
		exception_ud(e->v);
		return false;
	}
}

bool instruction_at_rip(struct vcpu *v, struct site *site)
{
	struct guest_fault fault;
	unsigned int size = AFTERBURN_INSN_MAX;

	*site = (struct site){.va = v->rip};
	if (!guest_read(v, v->rip, site->insn, size, &fault)) {
		size = (unsigned int)(X86_PAGE_SIZE - v->rip % X86_PAGE_SIZE);
		if (size > AFTERBURN_INSN_MAX || !guest_read(v, v->rip, site->insn, size, &fault))
			return false;
	}
	if (!afterburn_match(site->insn, size, ARCH_CODE_MODE, &site->d))
		return false;
	site->insn_length = site->d.length;
	site->site_length = site->d.length;
	return true;
}

void arch_emulate(struct vcpu *v, const struct site *site, uint64_t site_va)
{
	struct emulation e = {
		.v = v,
		.site = site,
		.d = &site->d,
		.insn_va = site_va + site->insn_offset,
		.next_va = site_va + site->insn_offset + site->insn_length,
		.after_va = site_va + site->site_length,
	};

	v->entries[e.d->id]++;
	/* What a fault shows, and what instructions that branch replace. */
	v->rip = e.insn_va;
	if (emulate_by_class(&e))
		v->rip = e.after_va;
}
