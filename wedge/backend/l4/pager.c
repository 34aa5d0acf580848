/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.c - the thread that takes K's page faults and exceptions, and maps memory for K.
 *
 * Whatever guest kernel code raises, the pager only makes K enter the wedge: K's registers become
 * the entry's, the old ones go into the vCPU. A page fault's message has no general registers, but
 * they are still K's when it enters. So the core's work is done by K alone, in one way.
 *
 * Invariant: K is not in the wedge when it faults: the wedge's memory is all there.
 */
#include <wedge/log.h>
#include "l4.h"

enum { STACK = 4096 };

static char stack[STACK] __attribute__((aligned(16)));

void thread_start(uint32_t id, unsigned int utcb, uint32_t priority, void (*function)(void),
		  void *stack_top)
{
	uint32_t sender;

	if (!x2_thread_control(id, L4_K, L4_K, L4_K, X2_UTCB_AREA + utcb * X2_UTCB_BYTES))
		wedge_fatal("L4 refuses a thread (error %u)", *x2_word(L4_K_UTCB, X2_UTCB_ERROR));
	x2_schedule(id, priority);
	*x2_mr(L4_K_UTCB, 1) = (uint32_t)function;
	*x2_mr(L4_K_UTCB, 2) = (uint32_t)stack_top;
	x2_ipc(id, X2_NIL, X2_NEVER, X2_TAG(0, 0, 2), L4_K_UTCB, &sender);
}

_Noreturn static void fault_inside(uint32_t ip, uint32_t vector, uint32_t address)
{
	wedge_fatal("a fault inside the wedge (trap %u, at %x, address %x)", vector, ip, address);
}

/* The state of guest kernel code, as the interrupting thread finds it. */
static void enter(struct vcpu *v, uint32_t ip, uint32_t sp, uint32_t flags)
{
	v->rip = ip;
	v->gpr[X86_RSP] = sp;
	v->rflags = flags & ~(uint32_t)X86_FLAGS_IF;
	if (!v->events.masked)
		v->rflags |= X86_FLAGS_IF;
	v->cs = 0;
	v->ss = 0;
	v->events.masked = 1;
	v->in_wedge = 1;
	machine.entry = L4_ENTRY_TRAP;
}

/*
 * K waits in L4's kernel for an answer to its fault: that ends, and it enters the wedge. L4 may let
 * K run before the call returns, so its old registers are asked for before.
 */
static void take_fault(struct vcpu *v, uint32_t vector, uint32_t error, uint32_t address)
{
	struct x2_registers was = {0}, r = {X2_EXCHANGE_ABORT | X2_EXCHANGE_SP | X2_EXCHANGE_IP,
					    WEDGE_STACK_TOP, (uint32_t)l4_enter, 0};

	if (v->in_wedge)
		fault_inside(*x2_mr(L4_PAGER_UTCB, 2), vector, address);
	v->trap = vector;
	v->trap_error = error;
	machine.fault_address = address;
	if (!x2_exchange_registers(L4_K, &was))
		wedge_fatal("L4 refuses to exchange the registers of the kernel's thread");
	enter(v, was.ip, was.sp, was.flags);
	x2_exchange_registers(L4_K, &r);
}

/* The answer to an exception may change where K goes on. */
static void take_exception(struct vcpu *v)
{
	uint32_t *mr = x2_mr(L4_PAGER_UTCB, 0);

	if (v->in_wedge)
		fault_inside(mr[X2_EXCEPTION_EIP], mr[X2_EXCEPTION_NUMBER], 0);
	v->trap = mr[X2_EXCEPTION_NUMBER];
	v->trap_error = mr[X2_EXCEPTION_ERROR];
	enter(v, mr[X2_EXCEPTION_EIP], mr[X2_EXCEPTION_ESP], mr[X2_EXCEPTION_EFLAGS]);
	mr[X2_EXCEPTION_EIP] = (uint32_t)l4_enter;
	mr[X2_EXCEPTION_ESP] = WEDGE_STACK_TOP;
}

/* Returns the tag of the answer, which is in the message registers; 0: there is none. */
static uint32_t serve(struct vcpu *v, uint32_t tag)
{
	uint32_t label = X2_TAG_LABEL(tag), words = X2_TAG_UNTYPED(tag);
	uint32_t error = label & X2_ACCESS_WRITE ? X86_PF_WRITE : 0;

	switch (label & X2_LABEL_KIND) {
	case X2_LABEL_PAGE_FAULT:
		take_fault(v, X86_TRAP_PF, error, *x2_mr(L4_PAGER_UTCB, 1));
		return 0;
	case X2_LABEL_IO_FAULT:
		take_fault(v, X86_TRAP_GP, 0, 0);
		return 0;
	case X2_LABEL_EXCEPTION:
		take_exception(v);
		return X2_TAG(0, 0, words);
	default:
		/* Map items that K has written: here they are ours to send. */
		return X2_TAG(0, words, 0);
	}
}

static void run(void)
{
	uint32_t tag = 0, sender;

	for (;;) {
		tag = x2_ipc(tag ? L4_K : X2_NIL, L4_K, X2_NEVER, tag, L4_PAGER_UTCB, &sender);
		if (tag & X2_TAG_ERROR)
			wedge_fatal("the pager lost the kernel's thread (error %u)",
				    *x2_word(L4_PAGER_UTCB, X2_UTCB_ERROR));
		tag = serve(vcpu_this(), tag);
	}
}

void pager_start(void)
{
	thread_start(L4_PAGER, 1, L4_PRIORITY_PAGER, run, stack + STACK - 16);
	*x2_word(L4_K_UTCB, X2_UTCB_PAGER) = L4_PAGER;
	*x2_word(L4_K_UTCB, X2_UTCB_HANDLER) = L4_PAGER;
}
