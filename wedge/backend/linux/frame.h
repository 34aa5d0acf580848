/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - the eight registers of 32-bit code, between the vCPU and the host's signal frames,
 * which have an order of their own (asm/sigcontext.h).
 *
 * Invariant: what comes out of a frame is cut to 32 bits.
 */
#ifndef WEDGE_BACKEND_LINUX_FRAME_H
#define WEDGE_BACKEND_LINUX_FRAME_H

#include "linux.h"

static inline void frame_read(struct vcpu *v, const struct sigcontext *c)
{
	v->gpr[X86_RAX] = (uint32_t)c->rax;
	v->gpr[X86_RCX] = (uint32_t)c->rcx;
	v->gpr[X86_RDX] = (uint32_t)c->rdx;
	v->gpr[X86_RBX] = (uint32_t)c->rbx;
	v->gpr[X86_RSP] = (uint32_t)c->rsp;
	v->gpr[X86_RBP] = (uint32_t)c->rbp;
	v->gpr[X86_RSI] = (uint32_t)c->rsi;
	v->gpr[X86_RDI] = (uint32_t)c->rdi;
	v->rip = (uint32_t)c->rip;
}

/* All but the program counter, which may differ. */
static inline void frame_write(const struct vcpu *v, struct sigcontext *c)
{
	c->rax = (uint32_t)v->gpr[X86_RAX];
	c->rcx = (uint32_t)v->gpr[X86_RCX];
	c->rdx = (uint32_t)v->gpr[X86_RDX];
	c->rbx = (uint32_t)v->gpr[X86_RBX];
	c->rsp = (uint32_t)v->gpr[X86_RSP];
	c->rbp = (uint32_t)v->gpr[X86_RBP];
	c->rsi = (uint32_t)v->gpr[X86_RSI];
	c->rdi = (uint32_t)v->gpr[X86_RDI];
	c->r8 = c->r9 = c->r10 = c->r11 = c->r12 = c->r13 = c->r14 = c->r15 = 0;
}

#endif /* WEDGE_BACKEND_LINUX_FRAME_H */
