/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - guest user code runs: the vCPU's registers go to a user thread, and come back when it
 * stops (stub.h).
 *
 * An exception's message has all registers, and its answer too, but for some flags: so a system
 * call costs one message of L4's and its answer. A page fault's has not: the stub tells them.
 *
 * Invariant: a message of a user thread tells about that thread alone. It may lie about registers,
 * which are the program's own.
 */
#include <wedge/arch.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "fpu.h"

enum {
	/* What user code can set itself. */
	USER_FLAGS = X86_FLAGS_STATUS | X86_FLAGS_TF | X86_FLAGS_DF | X86_FLAGS_NT | X86_FLAGS_RF |
		     X86_FLAGS_AC | X86_FLAGS_ID,
	/* Those of it that no answer to an exception changes. */
	FLAGS_OF_STUB = USER_FLAGS & ~X86_FLAGS_STATUS,
};

/* ---- before ---- */

static uint32_t flags_for_user(const struct vcpu *v)
{
	return ((uint32_t)v->rflags & USER_FLAGS) | X86_FLAGS_FIXED | X86_FLAGS_IF;
}

static void write_orders(const struct vcpu *v, struct process *process)
{
	struct orders *orders = process->orders;

	orders->eip = (uint32_t)v->rip;
	orders->eflags = flags_for_user(v);
	for (unsigned int i = 0; i < 8; i++)
		orders->gpr[i] = (uint32_t)v->gpr[i];
}

/* The answer to an exception that goes on with guest code at once. */
static uint32_t put_registers(const struct vcpu *v)
{
	uint32_t *mr = x2_mr(L4_K_UTCB, 0);

	mr[X2_EXCEPTION_EIP] = (uint32_t)v->rip;
	mr[X2_EXCEPTION_EFLAGS] = flags_for_user(v);
	mr[X2_EXCEPTION_EDI] = (uint32_t)v->gpr[X86_RDI];
	mr[X2_EXCEPTION_ESI] = (uint32_t)v->gpr[X86_RSI];
	mr[X2_EXCEPTION_EBP] = (uint32_t)v->gpr[X86_RBP];
	mr[X2_EXCEPTION_ESP] = (uint32_t)v->gpr[X86_RSP];
	mr[X2_EXCEPTION_EBX] = (uint32_t)v->gpr[X86_RBX];
	mr[X2_EXCEPTION_EDX] = (uint32_t)v->gpr[X86_RDX];
	mr[X2_EXCEPTION_ECX] = (uint32_t)v->gpr[X86_RCX];
	mr[X2_EXCEPTION_EAX] = (uint32_t)v->gpr[X86_RAX];
	return X2_TAG(0, 0, X2_EXCEPTION_EAX);
}

static bool needs_stub(const struct vcpu *v, const struct process *process)
{
	return !process->excepted || process->item_count || process->orders->count ||
	       process->orders->load_fpu || ((flags_for_user(v) ^ process->flags) & FLAGS_OF_STUB);
}

/* Puts the answer by which user code goes on into K's message registers. False: it is lost. */
static bool first_answer(struct vcpu *v, struct process *process, uint32_t *tag)
{
	/* What is to be removed goes first: an order to flush would take new mappings, too. */
	if (process->orders->count && process->item_count && !process_flush(process))
		return false;
	fpu_give(process);
	if (!needs_stub(v, process)) {
		*tag = put_registers(v);
		return true;
	}
	write_orders(v, process);
	return process_answer(process, tag);
}

/* ---- after ---- */

static void set_place(struct vcpu *v, uint32_t ip, uint32_t flags)
{
	v->rip = ip;
	v->rflags = (v->rflags & X86_FLAGS_IOPL) | (flags & USER_FLAGS) | X86_FLAGS_FIXED |
		    X86_FLAGS_IF;
}

static void read_channel(struct vcpu *v, struct process *process, const struct x2_registers *was)
{
	for (unsigned int i = 0; i < 8; i++)
		v->gpr[i] = process->channel->gpr[i];
	v->gpr[X86_RSP] = was->sp;
	set_place(v, was->ip, was->flags);
}

/* The thread does not obey: the program gets a general protection fault where it was resumed. */
static void lose(struct vcpu *v, struct process *process)
{
	vcpu_count(v, COUNT_L4_USER_LOST);
	process_end(process);
	space_lost_process(v);
	exception_gp(v, 0);
}

/* The stub's code, or L4's, which the stub calls. (User code that calls L4 gets nothing but
 * trouble.) */
static bool is_in_stub(uint32_t ip)
{
	return ip - STUB_CODE < X86_PAGE_SIZE || ip - X2_KIP < 1u << X2_KIP_LOG2;
}

/*
 * Stops the thread and takes its registers. If it was on its way through the stub, no guest code
 * has run since it was resumed, and the vCPU has its registers already.
 */
static bool stop(struct vcpu *v, struct process *process)
{
	struct x2_registers was;

	vcpu_count(v, COUNT_L4_USER_STOP);
	if (!process_stop(process, &was)) {
		lose(v, process);
		return false;
	}
	if (is_in_stub(was.ip)) {
		fpu_take_back(process);
		return true;
	}
	process->orders->count = 0;
	read_channel(v, process, &was);
	return true;
}

static void read_message(struct vcpu *v, const uint32_t *mr)
{
	v->gpr[X86_RDI] = mr[X2_EXCEPTION_EDI];
	v->gpr[X86_RSI] = mr[X2_EXCEPTION_ESI];
	v->gpr[X86_RBP] = mr[X2_EXCEPTION_EBP];
	v->gpr[X86_RSP] = mr[X2_EXCEPTION_ESP];
	v->gpr[X86_RBX] = mr[X2_EXCEPTION_EBX];
	v->gpr[X86_RDX] = mr[X2_EXCEPTION_EDX];
	v->gpr[X86_RCX] = mr[X2_EXCEPTION_ECX];
	v->gpr[X86_RAX] = mr[X2_EXCEPTION_EAX];
	set_place(v, mr[X2_EXCEPTION_EIP], mr[X2_EXCEPTION_EFLAGS]);
}

/* The thread waits for the answer to an exception. */
static void take_exception(struct vcpu *v, struct process *process, const uint32_t *mr)
{
	vcpu_count(v, COUNT_L4_USER_STOP);
	process->excepted = true;
	process->flags = mr[X2_EXCEPTION_EFLAGS];
	if (is_in_stub(mr[X2_EXCEPTION_EIP])) {
		fpu_take_back(process);
	} else {
		process->orders->count = 0;
		read_message(v, mr);
	}
	traps_deliver(v, mr[X2_EXCEPTION_NUMBER], mr[X2_EXCEPTION_ERROR] & 0xffff, 0);
}

/* ---- page faults ---- */

/* Puts the waiting map items into the answer, unless there is something to flush before. */
static bool answer_items(struct vcpu *v, struct process *process, uint32_t *answer)
{
	if (process->orders->count)
		return false;
	vcpu_count(v, COUNT_L4_USER_FILL);
	*answer = process_items(process);
	return true;
}

/*
 * If the guest's tables allow the access, it is satisfied by the answer alone. Returns true if that
 * is in the message registers.
 */
static bool page_fault(struct vcpu *v, struct process *process, uint32_t access, uint32_t *answer)
{
	uint32_t address = *x2_mr(L4_K_UTCB, 1), ip = *x2_mr(L4_K_UTCB, 2);
	struct guest_walk walk;
	bool allowed;

	if (address - STUB_CODE < STUB_END - STUB_CODE && ip - STUB_CODE < X86_PAGE_SIZE) {
		*answer = process_own_pages(process);
		return true;
	}
	allowed = guest_walk(v, address, access, &walk);
	if (allowed) {
		backend_space_fill(v, address, &walk);
		if (answer_items(v, process, answer))
			return true;
	}
	if (stop(v, process) && !allowed) {
		v->traps[X86_TRAP_PF]++;
		core_user_fault(v, address, access, walk.error);
	}
	return false;
}

/* ---- a turn ---- */

/* The kinds of messages while user code runs. Returns true if the thread goes on, by this answer.
 */
static bool take_message(struct vcpu *v, struct process *process, uint32_t *tag)
{
	uint32_t label = X2_TAG_LABEL(*tag);

	switch (label & X2_LABEL_KIND) {
	case X2_LABEL_PAGE_FAULT:
		return page_fault(v, process,
				  X86_PF_USER | (label & X2_ACCESS_WRITE ? X86_PF_WRITE : 0), tag);
	case X2_LABEL_EXCEPTION:
		if (process_steps_stub(process, tag))
			return true;
		take_exception(v, process, x2_mr(L4_K_UTCB, 0));
		return false;
	case X2_LABEL_IO_FAULT:
		if (stop(v, process))
			traps_deliver(v, X86_TRAP_GP, 0, 0);
		return false;
	default:
		/* User code has called K by itself. */
		lose(v, process);
		return false;
	}
}

/* `tag`: of the first answer. */
static void turn(struct vcpu *v, struct process *process, uint32_t tag)
{
	uint32_t sender;
	bool sent = false;

	for (;;) {
		tag = events_wait(process->id, tag, &sender);
		if (!tag && !sent) {
			/* An event came before the answer: the thread is at rest as it was. */
			fpu_take_back(process);
			return;
		}
		sent = true;
		process->excepted = false;
		if (events_is_irq(sender)) {
			stop(v, process);
			return;
		}
		if (tag & X2_TAG_ERROR) {
			lose(v, process);
			return;
		}
		if (!take_message(v, process, &tag))
			return;
	}
}

void run_user_code(struct vcpu *v)
{
	struct process *process = space_process(v);
	uint32_t tag;

	if (v->retry)
		core_retry(v);
	if (first_answer(v, process, &tag))
		turn(v, process, tag);
	else
		lose(v, process);
}
