/*
 * Interrupts as threads that send an empty message to their handler and wait for its answer. X.2
 * manual, section 6.4.
 *
 * Invariant: a line is masked from its interrupt on until the answer.
 */
#include "kernel.h"
#include "call.h"

#define LINES		16
#define LABEL_INTERRUPT 0xfff0u
#define CASCADE		2

static struct tcb lines[LINES];

void interrupt_init(void)
{
	for (word i = 0; i < LINES; i++) {
		lines[i].id = THREAD(i, 1);
		lines[i].operation = OP_INTERRUPT;
		lines[i].state = INACTIVE;
	}
}

struct tcb *interrupt_thread(word id)
{
	struct tcb *t = &lines[THREAD_NUMBER(id)];
	return t->id == id ? t : NULL;
}

bool interrupt_attach(word line, word handler)
{
	struct tcb *t = &lines[line];
	if (line == CLOCK_LINE || line == CASCADE || !thread_find(handler))
		return false;
	if (t->state != INACTIVE && t->to == handler)
		return true;
	ipc_leave_queue(t);
	t->to = handler;
	t->state = handler == t->id ? INACTIVE : HALTED;
	pic_mask(line, t->state == INACTIVE);
	return true;
}

void interrupt_handle(word line)
{
	struct tcb *t = &lines[line];
	pic_mask(line, true);
	if (t->state != HALTED)
		return;
	t->message[0] = LABEL_INTERRUPT << 16;
	ipc_for(t, t->to, OP_INTERRUPT);
}

void interrupt_acknowledged(struct tcb *t)
{
	pic_mask(THREAD_NUMBER(t->id), false);
}
