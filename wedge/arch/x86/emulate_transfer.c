/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_transfer.c - control transfers that have no gate: far returns, jumps and calls inside the
 * kernel, int n. Each width has an iret of its own.
 *
 * Invariant: emulate_transfer() sets v->rip itself, so it always returns false.
 */
#include <wedge/descriptor.h>
#include <wedge/log.h>
#include "emulate.h"

/*
 * Ends a guest that leaves long mode or 32-bit flat code, which no platform of the wedge can run.
 */
static void check_kind(const struct vcpu *v, uint16_t selector, uint64_t d)
{
	if (!(ARCH_LONG_MODE ? descriptor_is_64_bit(d) : descriptor_is_32_bit(d)))
		wedge_fatal("the kernel enters a %u-bit code segment (selector %x) at %lx",
			    ARCH_LONG_MODE ? 32 : 16, selector, (unsigned long)v->rip);
	if (!ARCH_LONG_MODE && descriptor_base(d))
		wedge_fatal("the kernel enters a code segment that begins at %lx (selector %x) at "
			    "%lx",
			    (unsigned long)descriptor_base(d), selector, (unsigned long)v->rip);
}

bool segment_enter_kernel_code(struct vcpu *v, uint16_t selector, uint64_t rip)
{
	uint64_t d;

	if ((selector & X86_SELECTOR_RPL) || !descriptor_read(v, selector, &d) ||
	    !descriptor_is_code(d)) {
		exception_gp(v, selector & ~3u);
		return false;
	}
	if (!descriptor_is_present(d)) {
		exception_deliver(v, X86_TRAP_NP, selector & ~3u, 0);
		return false;
	}
	check_kind(v, selector, d);
	v->kernel_cs = selector;
	v->rip = rip;
	return true;
}

/* A fault must show the old stack pointer, so it changes last. */
static void far_return(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size;
	uint64_t rip = 0, selector = 0, rsp = v->gpr[X86_RSP];

	if (operand_load(e, rsp, &rip, size) && operand_load(e, rsp + size, &selector, size) &&
	    segment_enter_kernel_code(v, (uint16_t)selector, rip))
		v->gpr[X86_RSP] = (rsp + 2 * size + e->d->imm) & ARCH_ADDRESS_MASK;
}

/* The far pointer of a jump or call: in the instruction, or in memory. */
static bool far_pointer(struct emulation *e, uint64_t *target, uint16_t *selector)
{
	unsigned int size = e->d->operand_size;
	uint64_t at;

	if (!e->d->has_modrm) {
		*target = e->d->imm;
		*selector = e->d->selector;
		return true;
	}
	at = operand_address(e);
	*target = 0;
	return operand_load(e, at, target, size) && operand_load(e, at + size, selector, 2);
}

static void far_jump(struct emulation *e)
{
	uint64_t target;
	uint16_t selector;

	if (far_pointer(e, &target, &selector))
		segment_enter_kernel_code(e->v, selector, target);
}

static void far_call(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size;
	uint64_t target, back = v->kernel_cs, rsp = v->gpr[X86_RSP];
	uint16_t selector;

	if (far_pointer(e, &target, &selector) && operand_store(e, rsp - size, &back, size) &&
	    operand_store(e, rsp - 2 * size, &e->after_va, size) &&
	    segment_enter_kernel_code(v, selector, target))
		v->gpr[X86_RSP] = (rsp - 2 * size) & ARCH_ADDRESS_MASK;
}

bool emulate_transfer(struct emulation *e)
{
	struct vcpu *v = e->v;

	switch (e->d->id) {
	case AFTERBURN_INSN_LRET:
	case AFTERBURN_INSN_LRET_IMM:
		far_return(e);
		return false;
	case AFTERBURN_INSN_LJMP_IMM:
	case AFTERBURN_INSN_LJMP_MEM:
		far_jump(e);
		return false;
	case AFTERBURN_INSN_LCALL_IMM:
	case AFTERBURN_INSN_LCALL_MEM:
		far_call(e);
		return false;
	case AFTERBURN_INSN_IRET:
		arch_interrupt_return(v, e->d->operand_size);
		return false;
	case AFTERBURN_INSN_INT:
		v->rip = e->after_va;
		exception_deliver(v, e->d->imm, ARCH_NO_ERROR_CODE,
				  (unsigned int)(e->after_va - e->insn_va));
		return false;
	default:
		/*
		 * sysret, sysexit: hidden from a 32-bit kernel; a 64-bit one's sysret has a gate.
		 */
		if (ARCH_LONG_MODE)
			wedge_fatal("the kernel executes %s at %lx", afterburn_insns[e->d->id].name,
				    (unsigned long)v->rip);
		exception_ud(v);
		return false;
	}
}
