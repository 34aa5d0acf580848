/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_segment.c - segment registers, FS and GS bases, swapgs (SDM 3A sections 3.4 and 5.8).
 *
 * In 64-bit mode CS, DS, ES and SS have no base and no limit, and the kernel's own selectors would
 * only say which ring it is in: the wedge keeps them as numbers. What user code will see of DS, ES,
 * FS and GS is loaded for real, by the back end.
 *
 * Invariant: v->selector[] is what the guest reads back.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>

/*
 * May the kernel load this selector (SDM 2B, MOV)? Returns the exception's vector if not, else 0. A
 * null selector always may, SS included in 64-bit mode at CPL 0.
 */
static unsigned int selector_fault(struct vcpu *v, uint16_t selector, unsigned int sreg)
{
	unsigned int type, dpl;
	uint64_t d;

	if (selector < 4)
		return 0;
	if (!segment_descriptor(v, selector, &d) || !(d >> 44 & 1))
		return X86_TRAP_GP;
	type = d >> 40 & 15;
	dpl = d >> 45 & 3;
	if (sreg == X86_SS) {
		/* Writable data whose DPL and RPL are the CPL. */
		if ((type & 10) != 2 || dpl != 0 || (selector & X86_SELECTOR_RPL))
			return X86_TRAP_GP;
		return d >> 47 & 1 ? 0 : X86_TRAP_SS;
	}
	if ((type & 10) == 8)
		return X86_TRAP_GP;
	return d >> 47 & 1 ? 0 : X86_TRAP_NP;
}

static uint64_t descriptor_base(struct vcpu *v, uint16_t selector)
{
	uint64_t d;

	if (selector < 4 || !segment_descriptor(v, selector, &d))
		return 0;
	return segment_descriptor_base(d);
}

/*
 * Inside the kernel GS belongs to the kernel: loading it sets the active base, and the selector is
 * remembered. Between two `swapgs` the user's GS is the active one and is loaded for real.
 */
static bool load_gs(struct vcpu *v, uint16_t selector)
{
	if (v->gs_state == VCPU_GS_KERNEL) {
		v->gs_base_kernel = descriptor_base(v, selector);
		backend_load_gs_base(v, false);
		return true;
	}
	v->gs_base_user = descriptor_base(v, selector);
	return backend_load_selector(v, X86_GS, selector);
}

bool segment_load(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	unsigned int fault = selector_fault(v, selector, sreg);
	bool good = true;

	if (!fault && sreg == X86_GS)
		good = load_gs(v, selector);
	else if (!fault && sreg != X86_SS)
		good = backend_load_selector(v, sreg, selector);
	if (fault || !good) {
		exception_deliver(v, fault ? fault : X86_TRAP_GP, selector & ~3u, 0);
		return false;
	}
	if (sreg == X86_FS)
		v->fs_base = descriptor_base(v, selector);
	if (sreg == X86_SS)
		v->kernel_ss = selector;
	v->selector[sreg] = selector;
	return true;
}

static uint16_t read_selector(const struct vcpu *v, unsigned int sreg)
{
	if (sreg == X86_CS)
		return v->kernel_cs;
	if (sreg == X86_SS)
		return v->kernel_ss;
	return backend_read_selector(v, sreg);
}

static bool push_selector(struct emulation *e, unsigned int sreg)
{
	unsigned int size = e->d->operand_size == 2 ? 2 : ARCH_WORD_SIZE;

	return operand_push(e, read_selector(e->v, sreg), size);
}

static bool pop_selector(struct emulation *e, unsigned int sreg)
{
	unsigned int size = e->d->operand_size == 2 ? 2 : ARCH_WORD_SIZE;
	uint64_t value;

	if (!operand_load(e, e->v->gpr[X86_RSP], &value, size) ||
	    !segment_load(e->v, sreg, (uint16_t)value))
		return false;
	e->v->gpr[X86_RSP] += size;
	return true;
}

/* lss, lfs and lgs: an offset of operand size, then the selector. */
static bool load_far_pointer(struct emulation *e, unsigned int sreg)
{
	uint64_t offset = 0, at = operand_address(e);
	uint16_t selector;

	if (!operand_load(e, at, &offset, e->d->operand_size) ||
	    !operand_load(e, at + e->d->operand_size, &selector, 2) ||
	    !segment_load(e->v, sreg, selector))
		return false;
	operand_write_register(e->v, operand_reg(e), e->d->operand_size, offset);
	return true;
}

static bool move_to_selector(struct emulation *e)
{
	unsigned int sreg = e->d->modrm >> 3 & 7;
	uint64_t value;

	if (sreg == X86_CS || sreg >= X86_SREG_COUNT) {
		exception_ud(e->v);
		return false;
	}
	return operand_read_rm(e, 2, &value) && segment_load(e->v, sreg, (uint16_t)value);
}

static bool move_from_selector(struct emulation *e)
{
	unsigned int sreg = e->d->modrm >> 3 & 7;

	if (sreg >= X86_SREG_COUNT) {
		exception_ud(e->v);
		return false;
	}
	return operand_write_rm(e, operand_is_memory(e) ? 2 : e->d->operand_size,
				read_selector(e->v, sreg));
}

bool emulate_segment(struct emulation *e)
{
	switch (e->d->id) {
	case AFTERBURN_INSN_MOV_TO_SS:
	case AFTERBURN_INSN_MOV_TO_SREG:
		return move_to_selector(e);
	case AFTERBURN_INSN_MOV_FROM_SREG:
		return move_from_selector(e);
	case AFTERBURN_INSN_PUSH_FS:
		return push_selector(e, X86_FS);
	case AFTERBURN_INSN_PUSH_GS:
		return push_selector(e, X86_GS);
	case AFTERBURN_INSN_POP_FS:
		return pop_selector(e, X86_FS);
	case AFTERBURN_INSN_POP_GS:
		return pop_selector(e, X86_GS);
	case AFTERBURN_INSN_LSS:
		return load_far_pointer(e, X86_SS);
	case AFTERBURN_INSN_LFS:
		return load_far_pointer(e, X86_FS);
	case AFTERBURN_INSN_LGS:
		return load_far_pointer(e, X86_GS);
	case AFTERBURN_INSN_SWAPGS:
		e->v->gs_state = (uint8_t)~e->v->gs_state;
		return true;
	default:
		/* rdfsbase and its kin: hidden from CPUID, so they do not exist. */
		exception_ud(e->v);
		return false;
	}
}
