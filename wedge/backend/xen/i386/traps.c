/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - the ways into C that only 32-bit kernels have: their iret, and user code that loads a
 * selector whose descriptor has changed; and what C notes for calls that need no C (entry.S).
 *
 * Invariant: what is noted of a call is what the IDT and the TSS said when C carried it out.
 */
#include <wedge/arch.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_walk.h>
#include "../descriptors.h"
#include "../xen.h"
#include "traps.h"

enum { TASK_STACK0 = 4 }; /* SDM 3A section 7.2.1 */

void traps_register_width(void)
{
}

/*
 * Kernels write descriptors of user code with plain stores, and user code then loads the selector:
 * the copy may be behind. The error code is the selector (SDM 3A section 6.13).
 */
bool traps_entered_width(struct vcpu *v)
{
	unsigned int vector = (unsigned int)v->trap;
	uint16_t selector = (uint16_t)v->trap_error;
	uint64_t before;

	if ((vector != X86_TRAP_GP && vector != X86_TRAP_NP) || !vcpu_in_user(v) || selector < 4 ||
	    (selector & 2))
		return false;
	before = descriptors_copy(v, selector);
	return descriptors_renew(v, selector) != before;
}

void xen_interrupt_return(struct vcpu *v);

void xen_interrupt_return(struct vcpu *v)
{
	v->rip -= SITE_CALL_LENGTH;
	arch_interrupt_return(v, ARCH_WORD_SIZE);
	if (v->retry && vcpu_in_user(v))
		core_retry(v);
}

/* Assembler code reads the guest's tables by its own addresses, which a kernel may never do. */
void traps_make_readable(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;

	if (guest_walk(v, va, 0, &walk))
		backend_space_fill(v, va, &walk);
}

/*
 * The handler of a call has just been entered. The next one may go there without C if an interrupt
 * gate leads there, which leaves events masked, and if the call is user code's: then the frame is
 * on the stack that the TSS names, whose pages are present now (arch_prepare_stack).
 */
void traps_called_width(struct vcpu *v, unsigned int vector)
{
	enum { FRAME = 5 * 4 };
	uint32_t stack[2];
	struct guest_fault fault;
	uint64_t gate;

	if (!guest_read(v, v->idt.base + vector * 8, &gate, sizeof(gate), &fault) ||
	    !guest_read(v, v->task.base + TASK_STACK0, stack, sizeof(stack), &fault) ||
	    descriptor_kind(gate) != DESCRIPTOR_INTERRUPT_GATE || descriptor_dpl(gate) != 3 ||
	    v->rip != ((gate & 0xffff) | (gate >> 32 & 0xffff0000)) ||
	    v->gpr[X86_RSP] + FRAME != stack[0])
		return;
	v->short_call.gate[0] = (uint32_t)gate;
	v->short_call.gate[1] = (uint32_t)(gate >> 32);
	v->short_call.stack[0] = stack[0];
	v->short_call.stack[1] = stack[1] & 0xffff;
	v->short_call.cs = v->kernel_cs;
	v->short_call.handler = (uint32_t)v->rip;
	traps_make_readable(v, v->idt.base + vector * 8);
	traps_make_readable(v, v->task.base + TASK_STACK0);
}
