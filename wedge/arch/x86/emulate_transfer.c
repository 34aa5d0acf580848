/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_transfer.c - control transfers through segments, where the fast gates do not fit: far
 * returns, jumps and calls inside the kernel, odd sizes of iret, int n.
 *
 * Invariant: leaves v->rip at the target, so it always returns false.
 */
#include <wedge/arch.h>
#include <wedge/log.h>

/* The kernel may name any of its code segments of CPL 0; the wedge remembers which. */
static bool enter_kernel_code(struct vcpu *v, uint16_t selector, uint64_t rip)
{
	uint64_t d;

	if ((selector & X86_SELECTOR_RPL) || !segment_descriptor(v, selector, &d) ||
	    (d >> 43 & 3) != 3 || !(d >> 47 & 1)) {
		exception_gp(v, selector & ~3u);
		return false;
	}
	/* Only 64-bit segments: a 64-bit kernel that leaves long mode is beyond any PV platform. */
	if (!(d >> 53 & 1))
		wedge_fatal("the kernel enters a 32-bit code segment (selector %x) at %lx",
			    selector, v->rip);
	v->kernel_cs = selector;
	v->rip = rip;
	return true;
}

/* A fault must find the stack pointer as it was: it moves when all else is done. */
static void far_return(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size;
	uint64_t rip = 0, selector = 0, rsp = v->gpr[X86_RSP];

	if (operand_load(e, rsp, &rip, size) && operand_load(e, rsp + size, &selector, size) &&
	    enter_kernel_code(v, (uint16_t)selector, rip))
		v->gpr[X86_RSP] = rsp + 2 * size + e->d->imm;
}

static void far_jump(struct emulation *e)
{
	unsigned int size = e->d->operand_size;
	uint64_t target = 0, at = operand_address(e);
	uint16_t selector;

	if (operand_load(e, at, &target, size) && operand_load(e, at + size, &selector, 2))
		enter_kernel_code(e->v, selector, target);
}

static void far_call(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size;
	uint64_t target = 0, at = operand_address(e), back = v->kernel_cs, rsp = v->gpr[X86_RSP];
	uint16_t selector;

	if (operand_load(e, at, &target, size) && operand_load(e, at + size, &selector, 2) &&
	    operand_store(e, rsp - size, &back, size) &&
	    operand_store(e, rsp - 2 * size, &e->after_va, size) &&
	    enter_kernel_code(v, selector, target))
		v->gpr[X86_RSP] = rsp - 2 * size;
}

/* iret with a frame of 64-bit slots is a gate of its own; this is the one with others. */
static void interrupt_return(struct emulation *e)
{
	struct vcpu *v = e->v;
	unsigned int size = e->d->operand_size;
	uint64_t slot[5] = {0};

	for (unsigned int i = 0; i < 5; i++) {
		if (!operand_load(e, v->gpr[X86_RSP] + i * size, &slot[i], size))
			return;
	}
	v->rip = slot[0];
	v->cs = slot[1];
	v->rflags = slot[2];
	v->gpr[X86_RSP] = slot[3];
	v->ss = slot[4];
	if (!vcpu_in_user(v))
		v->kernel_cs = (uint16_t)slot[1];
}

bool emulate_transfer(struct emulation *e)
{
	struct vcpu *v = e->v;

	switch (e->d->id) {
	case AFTERBURN_INSN_LRET:
	case AFTERBURN_INSN_LRET_IMM:
		far_return(e);
		return false;
	case AFTERBURN_INSN_LJMP_MEM:
		far_jump(e);
		return false;
	case AFTERBURN_INSN_LCALL_MEM:
		far_call(e);
		return false;
	case AFTERBURN_INSN_IRET:
		interrupt_return(e);
		return false;
	case AFTERBURN_INSN_INT:
		v->rip = e->after_va;
		exception_deliver(v, e->d->imm, ARCH_NO_ERROR_CODE, 0);
		return false;
	default:
		wedge_fatal("the kernel executes %s at %lx", afterburn_insns[e->d->id].name,
			    v->rip);
	}
}
