/*
 * Who runs: the first of the highest priority's queue; and who waits until when.
 *
 * Invariant: a thread is in a priority's queue exactly while it is READY.
 */
#include "kernel.h"
#include "call.h"

#define PRIORITIES 256
/* A slice of 10 ms, by ticks of 1.953 ms. */
#define SLICE_TICKS 5

static struct tcb *ready[PRIORITIES], **ready_end[PRIORITIES];
static word occupied[PRIORITIES / 32]; /* a bit for each queue that is not empty */
static struct tcb *timed;
static word slice;

void make_ready(struct tcb *t)
{
	t->state = READY;
	if (t->ready_link)
		return;
	struct tcb ***end = &ready_end[t->priority];
	if (!*end)
		*end = &ready[t->priority];
	t->next_ready = NULL;
	t->ready_link = *end;
	**end = t;
	occupied[t->priority / 32] |= 1u << t->priority % 32;
	*end = &t->next_ready;
}

void unready(struct tcb *t)
{
	if (!t->ready_link)
		return;
	*t->ready_link = t->next_ready;
	if (t->next_ready)
		t->next_ready->ready_link = t->ready_link;
	else
		ready_end[t->priority] = t->ready_link;
	if (!ready[t->priority])
		occupied[t->priority / 32] &= ~(1u << t->priority % 32);
	t->ready_link = NULL;
}

void rotate(void)
{
	slice = 0;
	if (current->state != READY)
		return;
	unready(current);
	make_ready(current);
}

static struct tcb *highest(void)
{
	for (int i = PRIORITIES / 32 - 1; i >= 0; i--)
		if (occupied[i])
			return ready[i * 32 + 31 - __builtin_clz(occupied[i])];
	return NULL;
}

_Noreturn void run_next(void)
{
	struct tcb *t;
	while (!(t = highest()))
		wait_for_interrupt();
	if (t != current)
		slice = 0;
	current = t;
	cpu_enter(t);
}

/* A period of the message's timeouts: mantissa and exponent, section 5.2. */
void set_deadline(struct tcb *t, word time)
{
	if (!time || t->timed)
		return;
	t->deadline = clock_now() + ((uint64_t)(time & 0x3ff) << (time >> 10 & 0x1f));
	t->timed = true;
	t->next_timed = timed;
	timed = t;
}

void clear_deadline(struct tcb *t)
{
	if (!t->timed)
		return;
	struct tcb **list = &timed;
	while (*list != t)
		list = &(*list)->next_timed;
	*list = t->next_timed;
	t->timed = false;
}

void timeouts_run(void)
{
	for (struct tcb *t = timed, *next; t; t = next) {
		next = t->next_timed;
		if (clock_now() >= t->deadline)
			ipc_fail(t, IPC_TIMEOUT * 2 + (t->state == RECEIVING));
	}
	if (current && ++slice >= SLICE_TICKS)
		rotate();
}

/* Thread states of section 3.3. */
static word state_of(const struct tcb *t)
{
	switch (t->state) {
	case INACTIVE:
		return 2;
	case SENDING:
		return 4;
	case RECEIVING:
		return 6;
	case HALTED:
		return 2;
	default:
		return 3;
	}
}

/* Only the priority is taken: nothing of the tests depends on the length of a slice. */
void call_schedule(struct frame *f)
{
	struct tcb *t = thread_named(current, f->eax);
	f->edx = 0;
	if (!t) {
		refuse(f, E_THREAD);
		return;
	}
	const struct tcb *scheduler = thread_find(t->scheduler);
	if (!scheduler || scheduler->space != current->space) {
		refuse(f, E_PRIVILEGE);
		return;
	}
	word priority = f->ecx;
	f->eax = state_of(t);
	if (priority == ANY)
		return;
	bool is_ready = t->state == READY;
	unready(t);
	t->priority = (uint8_t)priority;
	if (is_ready)
		make_ready(t);
}
