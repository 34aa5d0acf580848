/*
 * Messages: the send phase, the receive phase, who waits for whom. X.2 manual, section 5.6.
 *
 * A phase of any thread can be carried out at any time: the kernel goes on with a sender's receive
 * phase when its message is fetched.
 *
 * Invariant: a SENDING thread is in the queue of its partner, unless that has been deleted.
 */
#include "kernel.h"
#include "call.h"

#define TIME_ZERO 0x400u

static void receive_phase(struct tcb *t);

bool waits_for(const struct tcb *t, const struct tcb *sender)
{
	if (t->state != RECEIVING)
		return false;
	if (t->from == ANY || t->from == sender->id)
		return true;
	bool same = t->space && t->space == sender->space;
	return same && (t->from == ANY_LOCAL || t->from == sender->utcb);
}

static void enqueue(struct tcb *t, struct tcb *to)
{
	struct tcb **end = &to->senders;
	while (*end)
		end = &(*end)->next_sender;
	*end = t;
	t->next_sender = NULL;
	t->partner = to;
}

void ipc_leave_queue(struct tcb *t)
{
	if (t->state != SENDING || !t->partner)
		return;
	struct tcb **list = &t->partner->senders;
	while (*list != t)
		list = &(*list)->next_sender;
	*list = t->next_sender;
	t->partner = NULL;
}

/* Back to user code: MR0 to MR2 travel in registers. */
static void end_call(struct tcb *t, word from)
{
	t->frame.eax = from;
	t->frame.esi = t->words[0];
	t->frame.ebx = t->words[1];
	t->frame.ebp = t->words[2];
	make_ready(t);
}

static void stop(struct tcb *t)
{
	unready(t);
	t->state = HALTED;
}

void ipc_fail(struct tcb *t, word error)
{
	bool blocked_sender = t->state == SENDING, overflow = error / 2 == IPC_OVERFLOW;
	ipc_leave_queue(t);
	clear_deadline(t);
	switch (t->operation) {
	case OP_CALL:
		t->words[UTCB_ERROR] = error;
		t->words[0] = blocked_sender || overflow ? t->words[0] | TAG_ERROR : TAG_ERROR;
		end_call(t, NIL);
		break;
	case OP_START:
	case OP_FAULT:
	case OP_EXCEPTION:
		/* A thread without a pager or a handler stops for ever; an aborted one tries again.
		 */
		if (error / 2 == IPC_NO_THREAD)
			stop(t);
		else
			make_ready(t);
		break;
	case OP_INTERRUPT:
		stop(t);
	}
}

/* The message has been handed over to T by SENDER. */
static void received(struct tcb *t, const struct tcb *sender)
{
	clear_deadline(t);
	switch (t->operation) {
	case OP_CALL:
		end_call(t, t->space == sender->space ? sender->utcb : sender->id);
		break;
	case OP_INTERRUPT:
		stop(t);
		interrupt_acknowledged(t);
		break;
	default:
		make_ready(t);
	}
}

static bool deliver(struct tcb *from, struct tcb *to)
{
	if (transfer(from, to)) {
		received(to, from);
		return true;
	}
	ipc_fail(to, IPC_OVERFLOW * 2 + PHASE_RECEIVE);
	ipc_fail(from, IPC_OVERFLOW * 2 + PHASE_SEND);
	return false;
}

static void block(struct tcb *t, enum state state, word time)
{
	if (time == TIME_ZERO) {
		ipc_fail(t, IPC_TIMEOUT * 2 + (state == RECEIVING));
		return;
	}
	unready(t);
	t->state = state;
	set_deadline(t, time);
}

static void send_phase(struct tcb *t)
{
	struct tcb *to = thread_named(t, t->to);
	if (!to) {
		ipc_fail(t, IPC_NO_THREAD * 2 + PHASE_SEND);
		return;
	}
	if (waits_for(to, t)) {
		if (deliver(t, to))
			receive_phase(t);
		return;
	}
	block(t, SENDING, t->timeouts >> 16);
	if (t->state == SENDING)
		enqueue(t, to);
}

static bool is_wanted(const struct tcb *t, const struct tcb *sender)
{
	bool same = t->space == sender->space;
	return t->from == ANY || t->from == sender->id ||
	       (same && (t->from == ANY_LOCAL || t->from == sender->utcb));
}

static void receive_phase(struct tcb *t)
{
	if (t->from == NIL) {
		end_call(t, NIL);
		return;
	}
	if (t->from != ANY && t->from != ANY_LOCAL && !thread_named(t, t->from)) {
		ipc_fail(t, IPC_NO_THREAD * 2 + PHASE_RECEIVE);
		return;
	}
	struct tcb *sender = t->senders;
	while (sender && !is_wanted(t, sender))
		sender = sender->next_sender;
	if (!sender) {
		block(t, RECEIVING, t->timeouts & 0xffff);
		return;
	}
	ipc_leave_queue(sender);
	clear_deadline(sender);
	if (deliver(sender, t))
		receive_phase(sender);
}

void ipc(struct tcb *t, word to, word from, word timeouts)
{
	t->operation = OP_CALL;
	t->to = to;
	t->from = from;
	t->timeouts = timeouts;
	t->words[0] = t->frame.esi;
	if (to)
		send_phase(t);
	else
		receive_phase(t);
}

void ipc_for(struct tcb *t, word to, enum operation operation)
{
	t->operation = operation;
	t->to = to;
	t->from = to;
	t->timeouts = 0;
	send_phase(t);
}
