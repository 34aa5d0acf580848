/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_segment.c - segment registers, FS and GS bases, swapgs (SDM 3A sections 3.4 and 5.8).
 *
 * In 64-bit mode CS, DS, ES and SS have no base and no limit, and a 32-bit kernel's are flat by
 * contract, so the wedge keeps the kernel's selectors as numbers only. The back end loads what user
 * code will see of DS, ES, FS and GS into the processor: at once if the platform holds the guest's
 * own selectors, else when user code runs.
 *
 * Invariant: v->selector[] holds the selectors that the guest reads back.
 */
#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/descriptor.h>
#include <wedge/log.h>
#include "emulate.h"
#include "user_selectors.h"

/*
 * May the kernel load this selector (SDM 2B, MOV)? Returns the exception's vector if not, else 0
 * and the descriptor. A null selector is allowed, except in SS outside of long mode; its descriptor
 * is 0.
 */
static unsigned int selector_fault(struct vcpu *v, uint16_t selector, unsigned int sreg,
				   uint64_t *descriptor)
{
	unsigned int rpl = selector & X86_SELECTOR_RPL;
	uint64_t d;

	*descriptor = 0;
	if (selector < 4)
		return sreg == X86_SS && !ARCH_LONG_MODE ? X86_TRAP_GP : 0;
	/* User code may have one of the platform's, which its kernel saves and loads again. */
	if (!descriptor_read(v, user_selector(selector), &d) || !descriptor_is_segment(d))
		return X86_TRAP_GP;
	*descriptor = d;
	if (sreg == X86_SS) {
		/* SS takes writable data whose DPL and RPL equal the CPL. */
		if (!descriptor_is_writable_data(d) || descriptor_dpl(d) || rpl)
			return X86_TRAP_GP;
		return descriptor_is_present(d) ? 0 : X86_TRAP_SS;
	}
	/* An RPL above the DPL is allowed for conforming code only. */
	if (!descriptor_is_readable(d) ||
	    (!descriptor_is_conforming_code(d) && rpl > descriptor_dpl(d)))
		return X86_TRAP_GP;
	return descriptor_is_present(d) ? 0 : X86_TRAP_NP;
}

/*
 * In a 64-bit kernel GS is the kernel's: a load sets the active base, and the vCPU keeps the
 * selector. Between two `swapgs` the user's GS is active, and the register itself is loaded.
 */
static bool load_real(struct vcpu *v, unsigned int sreg, uint16_t selector, uint64_t base)
{
	if (sreg == X86_GS && v->gs_state == VCPU_GS_KERNEL) {
		v->gs_base_kernel = base;
		backend_load_gs_base(v, false);
		return true;
	}
	if (BACKEND_SELECTORS_ARE_REAL && !backend_load_selector(v, sreg, selector))
		return false;
	if (sreg == X86_GS)
		v->gs_base_user = base;
	if (sreg == X86_FS)
		v->fs_base = base;
	return true;
}

/*
 * If the registers hold the platform's selectors: DS and ES have base 0 whatever the kernel loads;
 * FS and GS get the descriptor's base. A null selector has no base: the register keeps the one it
 * had, unless this is a processor that clears it (backend_null_clears_base).
 */
static void load_believed(struct vcpu *v, unsigned int sreg, uint16_t selector, uint64_t base)
{
	bool user = v->gs_state == VCPU_GS_USER;

	if (selector < 4 && !(ARCH_LONG_MODE && backend_null_clears_base()))
		return;
	switch (sreg) {
	case X86_FS:
		v->fs_base = base;
		v->fs_selector = 0;
		backend_load_fs_base(v);
		break;
	case X86_GS:
		*(user ? &v->gs_base_user : &v->gs_base_kernel) = base;
		backend_load_gs_base(v, user);
		break;
	}
}

static void load_stack_segment(struct vcpu *v, uint16_t selector, uint64_t base)
{
	if (!ARCH_LONG_MODE && base)
		wedge_fatal("the kernel loads a stack segment that begins at %lx (selector %x) at "
			    "%lx",
			    (unsigned long)base, selector, (unsigned long)v->rip);
	v->kernel_ss = selector;
}

unsigned int segment_set(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	uint64_t d;
	unsigned int fault = selector_fault(v, selector, sreg, &d);

	if (fault)
		return fault;
	if (sreg == X86_SS)
		load_stack_segment(v, selector, descriptor_base(d));
	else if (!BACKEND_SELECTORS_ARE_REAL)
		load_believed(v, sreg, selector, descriptor_base(d));
	else if (!load_real(v, sreg, selector, descriptor_base(d)))
		return X86_TRAP_GP;
	v->selector[sreg] = selector;
	return 0;
}

bool segment_load(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	unsigned int fault = segment_set(v, sreg, selector);

	if (!fault)
		return true;
	exception_deliver(v, fault, selector & ~3u, 0);
	return false;
}

/*
 * A selector that the kernel loads by mov or from a far pointer is its own, and its data segment
 * must be flat. A popped selector may be a user's, whose descriptor may change without notice; so
 * may a selector with RPL 3 whose segment is not flat. Only the kernel's own are remembered, for
 * the gates.
 */
static void note_own(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	bool data = sreg == X86_DS || sreg == X86_ES;
	bool for_users = (selector & X86_SELECTOR_RPL) == 3;
	uint64_t d;

	if (BACKEND_SELECTORS_ARE_REAL || selector < 4 || (selector & X86_SELECTOR_LDT) ||
	    !descriptor_read(v, selector, &d))
		return;
	if (sreg == X86_FS && !for_users)
		v->fs_selector = selector;
	if (!data || segment_is_flat(v, selector))
		return;
	if (descriptor_base(d) && !for_users)
		wedge_fatal("the kernel loads a data segment that begins at %lx (selector %x) at "
			    "%lx",
			    (unsigned long)descriptor_base(d), selector, (unsigned long)v->rip);
	if (!descriptor_base(d) && descriptor_is_writable_data(d)) {
		v->flat_selector[1] = v->flat_selector[0];
		v->flat_selector[0] = selector;
	}
}

static uint16_t read_selector(const struct vcpu *v, unsigned int sreg)
{
	if (sreg == X86_CS)
		return v->kernel_cs;
	if (sreg == X86_SS)
		return v->kernel_ss;
	return BACKEND_SELECTORS_ARE_REAL ? backend_read_selector(v, sreg)
					  : (uint16_t)v->selector[sreg];
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
	e->v->gpr[X86_RSP] = (e->v->gpr[X86_RSP] + size) & ARCH_ADDRESS_MASK;
	return true;
}

/*
 * lss with a stack segment whose base is not 0: 32-bit Linux restores the upper half of a user's
 * 16-bit stack pointer so (espfix). The same linear address in the flat segment serves as well.
 */
static bool load_stack_elsewhere(struct emulation *e, uint64_t offset, uint16_t selector)
{
	uint64_t d;

	if (ARCH_LONG_MODE || operand_reg(e) != X86_RSP ||
	    selector_fault(e->v, selector, X86_SS, &d) || !descriptor_base(d))
		return false;
	e->v->gpr[X86_RSP] = (offset + descriptor_base(d)) & ARCH_ADDRESS_MASK;
	return true;
}

/* lss, lds and so on: the operand is an offset of operand size, then the selector. */
static bool load_far_pointer(struct emulation *e, unsigned int sreg)
{
	uint64_t offset = 0, at = operand_address(e);
	uint16_t selector;

	if (!operand_load(e, at, &offset, e->d->operand_size) ||
	    !operand_load(e, at + e->d->operand_size, &selector, 2))
		return false;
	if (sreg == X86_SS && load_stack_elsewhere(e, offset, selector))
		return true;
	if (!segment_load(e->v, sreg, selector))
		return false;
	note_own(e->v, sreg, selector);
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
	if (!operand_read_rm(e, 2, &value) || !segment_load(e->v, sreg, (uint16_t)value))
		return false;
	note_own(e->v, sreg, (uint16_t)value);
	return true;
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
	case AFTERBURN_INSN_PUSH_ES:
	case AFTERBURN_INSN_PUSH_CS:
	case AFTERBURN_INSN_PUSH_SS:
	case AFTERBURN_INSN_PUSH_DS:
	case AFTERBURN_INSN_PUSH_FS:
	case AFTERBURN_INSN_PUSH_GS:
		return push_selector(e, segment_named(e->d->id));
	case AFTERBURN_INSN_POP_ES:
	case AFTERBURN_INSN_POP_SS:
	case AFTERBURN_INSN_POP_DS:
	case AFTERBURN_INSN_POP_FS:
	case AFTERBURN_INSN_POP_GS:
		return pop_selector(e, segment_named(e->d->id));
	case AFTERBURN_INSN_LES:
		return load_far_pointer(e, X86_ES);
	case AFTERBURN_INSN_LDS:
		return load_far_pointer(e, X86_DS);
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
		/* CPUID hides rdfsbase and its relatives, so they do not exist. */
		exception_ud(e->v);
		return false;
	}
}
