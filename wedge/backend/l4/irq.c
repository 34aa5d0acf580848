/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * irq.c - the thread that takes the interrupts of the timer and of the serial port.
 *
 * It leaves a mark and sets `pending`. If K runs guest kernel code that takes interrupts, K is made
 * to enter the wedge. If K waits for a message, it gets one. Otherwise K is in the wedge, or on the
 * way there, and sees the mark before it leaves.
 *
 * A message that waits for K would reach it as soon as K has answered user code, before that runs.
 * L4 would then be on its way out of an exception, with registers of the user thread that are
 * neither old nor new. So K only gets a message if it waits for one; on its way into that wait,
 * it gets the message a moment later.
 *
 * Invariant: K neither waits nor runs guest code with interrupts on for long while `pending` is
 * set.
 */
#include <wedge/log.h>
#include "l4.h"

enum { STACK = 4096, IRQ_TIMER = 0, IRQ_SERIAL = 4, IRQS = 16, A_MOMENT = 1000 /* us */ };

static char stack[STACK] __attribute__((aligned(16)));

static void attach(unsigned int irq)
{
	if (!x2_thread_control(X2_ID(irq, 1), X2_ID(irq, 1), X2_NIL, L4_IRQ, -1u))
		wedge_fatal("L4 refuses interrupt %u", irq);
}

/* K is on its way out of the wedge, its state complete in the vCPU: it starts over (entry.S). */
static bool is_leaving(uint32_t ip)
{
	return ip >= (uint32_t)l4_resume_unmasked && ip < (uint32_t)l4_resume_end;
}

static void interrupt_kernel(struct vcpu *v)
{
	struct x2_registers r = {0}, enter = {X2_EXCHANGE_SP | X2_EXCHANGE_IP, WEDGE_STACK_TOP,
					      (uint32_t)l4_enter, 0};

	if (v->events.masked || !x2_exchange_registers(L4_K, &r) ||
	    (r.control & (X2_WAS_RECEIVING | X2_WAS_SENDING)))
		return;
	v->events.masked = 1;
	v->in_wedge = 1;
	if (is_leaving(r.ip)) {
		enter.ip = (uint32_t)l4_resume;
	} else {
		v->rip = r.ip;
		v->gpr[X86_RSP] = r.sp;
		v->rflags = r.flags | X86_FLAGS_IF;
		v->cs = 0;
		v->ss = 0;
		machine.entry = L4_ENTRY_EVENT;
	}
	x2_exchange_registers(L4_K, &enter);
}

/* Waits for a message that nobody sends. */
static void rest(void)
{
	uint32_t sender;

	x2_ipc(X2_NIL, L4_PAGER, A_MOMENT, 0, L4_IRQ_UTCB, &sender);
}

static void mark(unsigned int irq)
{
	struct vcpu *v = vcpu_this();
	uint32_t sender;

	if (irq == IRQ_TIMER)
		machine.timer_fired = true;
	else
		machine.input_came = true;
	v->events.pending = 1;
	for (; machine.waiting && v->events.pending; rest()) {
		if (!(x2_ipc(L4_K, X2_NIL, X2_SEND_NOW, X2_TAG(L4_LABEL_EVENT, 0, 0), L4_IRQ_UTCB,
			     &sender) &
		      X2_TAG_ERROR))
			return;
	}
	if (v->events.pending)
		interrupt_kernel(v);
}

/* An empty answer lets the next interrupt come. Guest programs may send messages, too: no answer.
 */
static void run(void)
{
	uint32_t to = X2_NIL, tag, sender;

	attach(IRQ_TIMER);
	attach(IRQ_SERIAL);
	for (;;) {
		tag = x2_ipc(to, X2_ANY, X2_NEVER, 0, L4_IRQ_UTCB, &sender);
		to = X2_NIL;
		if ((tag & X2_TAG_ERROR) || X2_NUMBER(sender) >= IRQS)
			continue;
		mark(X2_NUMBER(sender));
		to = sender;
	}
}

void irq_start(void)
{
	thread_start(L4_IRQ, 2, L4_PRIORITY_IRQ, run, stack + STACK - 16);
}
