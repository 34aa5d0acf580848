/*
 * ExchangeRegisters, X.2 manual, section 2.3: a thread's registers read and set, its IPC aborted,
 * its run stopped and continued.
 *
 * Invariant: nothing of a thread is shown or changed unless it or its pager is of the caller's
 * space.
 */
#include "kernel.h"
#include "call.h"

#define CONTROL_HALT	   0x001u
#define CONTROL_RECEIVE	   0x002u
#define CONTROL_SEND	   0x004u
#define CONTROL_SP	   0x008u
#define CONTROL_IP	   0x010u
#define CONTROL_FLAGS	   0x020u
#define CONTROL_HANDLE	   0x040u
#define CONTROL_PAGER	   0x080u
#define CONTROL_APPLY_HALT 0x100u

/* CF PF AF ZF SF OF: what an answer may change of the flags. */
#define USER_FLAGS 0x8d5u

static bool is_ours(const struct tcb *t)
{
	if (t->space == current->space)
		return true;
	const struct tcb *pager = thread_find(t->words[UTCB_PAGER]);
	return pager && pager->space == current->space;
}

static void swap(word *theirs, word *ours, bool set, word mask)
{
	word old = *theirs;
	if (set)
		*theirs = (*ours & mask) | (old & ~mask);
	*ours = old;
}

static word abort_and_halt(struct tcb *t, word control)
{
	word old = 0;
	if (t->state == SENDING)
		old = CONTROL_SEND;
	else if (t->state == RECEIVING)
		old = CONTROL_RECEIVE;
	else if (t->state == HALTED)
		old = CONTROL_HALT;
	if (control & old & CONTROL_SEND)
		ipc_fail(t, IPC_CANCELLED * 2 + PHASE_SEND);
	else if (control & old & CONTROL_RECEIVE)
		ipc_fail(t, IPC_CANCELLED * 2 + PHASE_RECEIVE);
	if (!(control & CONTROL_APPLY_HALT))
		return old;
	bool halt = control & CONTROL_HALT;
	if (!halt && t->state == HALTED)
		make_ready(t);
	if (halt && t->state == READY) {
		unready(t);
		t->state = HALTED;
	} else if (halt && t->state != HALTED)
		dead(); /* "not supported" is where the original stops */
	return old;
}

void call_exchange_registers(struct frame *f)
{
	word id = f->eax, control = f->ecx;
	struct tcb *t = thread_named(current, id);
	if (!t || t->state == INACTIVE || t->operation == OP_INTERRUPT || !is_ours(t)) {
		f->ecx = f->edx = f->esi = f->edi = f->ebx = f->ebp = 0;
		refuse(f, E_THREAD);
		return;
	}
	swap(&t->frame.esp, &f->edx, control & CONTROL_SP, ~0u);
	swap(&t->frame.eip, &f->esi, control & CONTROL_IP, ~0u);
	swap(&t->frame.eflags, &f->edi, control & CONTROL_FLAGS, USER_FLAGS);
	swap(&t->words[UTCB_HANDLE], &f->ebx, control & CONTROL_HANDLE, ~0u);
	swap(&t->words[UTCB_PAGER], &f->ebp, control & CONTROL_PAGER, ~0u);
	f->ecx = abort_and_halt(t, control);
	f->eax = IS_LOCAL(id) ? t->id : t->utcb;
}
