/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate.c - carries out one sensitive instruction on the vCPU.
 *
 * Invariant: the class column of insns.def alone decides which file handles an instruction. If no
 * file handles it, the guest ends with a message that names it; no instruction is skipped.
 */
#include <wedge/backend.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include "emulate.h"
#include "user_selectors.h"

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
	case AFTERBURN_CLASS_FPU:
		return emulate_fpu(e);
	default:
		/*
		 * An instruction whose feature CPUID hides does not exist (SDM 2A, "#UD if ...=0").
		 */
		exception_ud(e->v);
		return false;
	}
}

/*
 * The linear address of the guest's next instruction, and the kind of code there. A code segment of
 * user code (of its LDT, or a 32-bit one under a 64-bit kernel) may have any base, and 16-bit
 * operands.
 */
static uint64_t code_address(struct vcpu *v, enum afterburn_code_mode *mode)
{
	uint64_t d;

	*mode = ARCH_CODE_MODE;
	if (!vcpu_in_user(v) || !descriptor_read(v, user_selector((uint16_t)v->cs), &d) ||
	    !descriptor_is_code(d) || (ARCH_LONG_MODE && descriptor_is_64_bit(d)))
		return v->rip;
	*mode = descriptor_is_32_bit(d) ? AFTERBURN_CODE_32 : AFTERBURN_CODE_16;
	return (uint32_t)(descriptor_base(d) + v->rip);
}

static bool read_code(struct vcpu *v, uint64_t at, uint8_t *bytes, unsigned int size)
{
	struct guest_fault fault;

	return vcpu_in_user(v) ? guest_read_user(v, at, bytes, size)
			       : guest_read(v, at, bytes, size, &fault);
}

bool arch_instruction_at_rip(struct vcpu *v, struct site *site)
{
	enum afterburn_code_mode mode;
	uint64_t at = code_address(v, &mode);
	unsigned int size = AFTERBURN_INSN_MAX;

	*site = (struct site){.va = v->rip};
	if (!read_code(v, at, site->insn, size)) {
		size = (unsigned int)(X86_PAGE_SIZE - at % X86_PAGE_SIZE);
		if (size > AFTERBURN_INSN_MAX || !read_code(v, at, site->insn, size))
			return false;
	}
	if (!afterburn_match(site->insn, size, mode, &site->d))
		return false;
	site->insn_length = site->d.length;
	site->site_length = site->d.length;
	return true;
}

bool arch_emulate(struct vcpu *v, const struct site *site, uint64_t site_va)
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
	/* A fault shows this address; an instruction that branches replaces it. */
	v->rip = e.insn_va;
	if (!emulate_by_class(&e))
		return false;
	v->rip = e.after_va;
	return true;
}

/* Nothing keeps user mode from the FPU: what faults there would fault on hardware. */
static bool faults_by_itself(const struct site *site)
{
	return afterburn_insns[site->d.id].class_ == AFTERBURN_CLASS_FPU;
}

bool arch_emulate_unlisted(struct vcpu *v)
{
	struct site site;

	if (!arch_instruction_at_rip(v, &site) || faults_by_itself(&site))
		return false;
	vcpu_count(v, COUNT_EMULATED_KERNEL);
	arch_emulate(v, &site, site.va);
	return true;
}
