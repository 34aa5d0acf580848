/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - the general registers, between the vCPU and the host's signal frames, which have an
 * order of their own (asm/sigcontext.h).
 *
 * Invariant: what comes out of a frame is cut to the width of the guest's registers; a 32-bit guest
 * has the first eight.
 */
#ifndef WEDGE_BACKEND_LINUX_FRAME_H
#define WEDGE_BACKEND_LINUX_FRAME_H

#include <wedge/arch_traits.h>
#include "linux.h"

static inline void frame_read(struct vcpu *v, const struct sigcontext *c)
{
	v->gpr[X86_RAX] = c->rax & ARCH_ADDRESS_MASK;
	v->gpr[X86_RCX] = c->rcx & ARCH_ADDRESS_MASK;
	v->gpr[X86_RDX] = c->rdx & ARCH_ADDRESS_MASK;
	v->gpr[X86_RBX] = c->rbx & ARCH_ADDRESS_MASK;
	v->gpr[X86_RSP] = c->rsp & ARCH_ADDRESS_MASK;
	v->gpr[X86_RBP] = c->rbp & ARCH_ADDRESS_MASK;
	v->gpr[X86_RSI] = c->rsi & ARCH_ADDRESS_MASK;
	v->gpr[X86_RDI] = c->rdi & ARCH_ADDRESS_MASK;
	v->rip = c->rip & ARCH_ADDRESS_MASK;
	if (!ARCH_LONG_MODE)
		return;
	v->gpr[8] = c->r8;
	v->gpr[9] = c->r9;
	v->gpr[10] = c->r10;
	v->gpr[11] = c->r11;
	v->gpr[12] = c->r12;
	v->gpr[13] = c->r13;
	v->gpr[14] = c->r14;
	v->gpr[15] = c->r15;
}

/* All but the program counter, which may differ. The upper registers of 32-bit code are zero. */
static inline void frame_write(const struct vcpu *v, struct sigcontext *c)
{
	c->rax = v->gpr[X86_RAX] & ARCH_ADDRESS_MASK;
	c->rcx = v->gpr[X86_RCX] & ARCH_ADDRESS_MASK;
	c->rdx = v->gpr[X86_RDX] & ARCH_ADDRESS_MASK;
	c->rbx = v->gpr[X86_RBX] & ARCH_ADDRESS_MASK;
	c->rsp = v->gpr[X86_RSP] & ARCH_ADDRESS_MASK;
	c->rbp = v->gpr[X86_RBP] & ARCH_ADDRESS_MASK;
	c->rsi = v->gpr[X86_RSI] & ARCH_ADDRESS_MASK;
	c->rdi = v->gpr[X86_RDI] & ARCH_ADDRESS_MASK;
	c->r8 = v->gpr[8];
	c->r9 = v->gpr[9];
	c->r10 = v->gpr[10];
	c->r11 = v->gpr[11];
	c->r12 = v->gpr[12];
	c->r13 = v->gpr[13];
	c->r14 = v->gpr[14];
	c->r15 = v->gpr[15];
}

#endif /* WEDGE_BACKEND_LINUX_FRAME_H */
