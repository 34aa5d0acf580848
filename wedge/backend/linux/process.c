/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.c - see process.h. That a process has stopped, and how it goes on, is behind stop.h.
 *
 * Invariant: a process that stops anywhere but at the stub's own system call is ended: the code
 * behind it would be the guest's, with orders in reach. Orders count as carried out only if the
 * stub came to their end.
 */
#include <wedge/descriptor.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "process.h"
#include "stop.h"
#include "stub.h"
#include "turn.h"

/*
 * How often a process is told to stop, and how much of the processor it may use meanwhile. On a
 * busy host an honest process may need many turns; only one that hides from the signal uses that
 * much.
 */
enum { PATIENCE_TURNS = 3000, SPENT_MAX_NS = 50000000, TRIES = 50 };

static struct process processes[VIEW_SLOTS];

/* ---- orders ---- */

static void append(struct process *process, const struct order *order)
{
	process->orders->list[process->orders->count++] = *order;
}

/* The last place is for closing the memory file. */
static bool is_full(const struct process *process)
{
	return process->orders->count >= USER_ORDER_MAX - 1;
}

void process_order(struct process *process, long number, uint64_t a, uint64_t b, uint64_t c,
		   uint64_t d, uint64_t f)
{
	struct order order = {.number = (uint64_t)number, .argument = {a, b, c, d}};

	process_hold(process);
	if (is_full(process))
		process_flush(process);
	if (number == __NR_mmap) {
		order.argument[4] = USER_MEMORY_FD;
		order.argument[5] = f;
		process->needs_memory = stop_means()->lends_memory;
	}
	append(process, &order);
}

/* A descriptor's fields as modify_ldt(2) wants them. */
static struct user_desc describe(unsigned int entry, uint64_t d)
{
	struct user_desc u = {
		.entry_number = entry,
		.base_addr = (uint32_t)descriptor_base(d),
		.limit = descriptor_limit_field(d),
		.seg_32bit = descriptor_is_32_bit(d),
		.contents = descriptor_kind(d) >> 2 & 3, /* code, conforming or expand-down */
		.read_exec_only = !(descriptor_kind(d) & DESCRIPTOR_WRITABLE),
		.limit_in_pages = descriptor_counts_pages(d),
		.seg_not_present = !descriptor_is_present(d),
		.useable = descriptor_is_available(d),
	};

	if (!d) {
		u.read_exec_only = 1;
		u.seg_not_present = 1;
	}
	return u;
}

/*
 * Notes what the process's LDT will hold. False if it does already: a guest may load its whole
 * table anew for each change, and the host copies the whole table for each write.
 */
static bool note_descriptor(struct process *process, unsigned int entry, uint64_t descriptor)
{
	struct process_ldt *ldt = process->ldt;

	if (!ldt)
		return true;
	if (entry >= ldt->end)
		ldt->end = entry + 1;
	if (ldt->entry[entry] == descriptor)
		return false;
	ldt->entry[entry] = descriptor;
	return true;
}

void process_descriptor(struct process *process, unsigned int entry, uint64_t descriptor)
{
	unsigned int n;

	if (!note_descriptor(process, entry, descriptor))
		return;
	/* What is written here must not be forgotten before its order is given. */
	if (process->descriptors == USER_DESCRIPTORS || is_full(process))
		process_flush(process);
	n = process->descriptors++;
	process->orders->descriptor[n] = describe(entry, descriptor);
	process_order(process, __NR_modify_ldt, USER_LDT_WRITE,
		      USER_ORDERS + offsetof(struct orders, descriptor) +
			      n * sizeof(struct user_desc),
		      sizeof(struct user_desc), 0, 0);
}

/* ---- going on ---- */

static void forget_orders(struct process *process)
{
	/* Guest code could ask for them again by itself: make them name no entry. */
	for (unsigned int n = 0; n < process->descriptors; n++)
		process->orders->descriptor[n].entry_number = ~0u;
	process->orders->count = 0;
	process->descriptors = 0;
	process->needs_memory = false;
	process->mapped = 0;
	process->tries = 0;
}

/* ---- stopping ---- */

static struct process *process_of(int32_t pid)
{
	for (unsigned int i = 0; i < VIEW_SLOTS; i++) {
		if (processes[i].pid == pid && processes[i].state != PROCESS_NONE)
			return &processes[i];
	}
	return NULL;
}

/* Records a stop. Returns -EINTR if the caller must not act on it. */
static long note_stop(const struct stop *stop)
{
	struct process *process = process_of(stop->pid);

	if (!process) /* killed meanwhile */
		return -EINTR;
	process->notification = stop->id;
	/* It gave up resting before it saw the new turn. */
	if (process->state == PROCESS_GIVEN && stop->argument[1] != process->orders->turn) {
		process->state = PROCESS_RUNS;
		stop_means()->answer(process);
		return -EINTR;
	}
	process->state = PROCESS_STOPPED;
	process->why = (int64_t)stop->argument[0];
	return stop->rip == stub_address(stub_stopped) ? 0 : -EPERM;
}

/* A dead process may still be unreaped; a signal to one that is gone does nothing. */
static void send_signal(const struct process *process, int signal)
{
	host_call4(__NR_pidfd_send_signal, process->pidfd, signal, 0, 0);
}

/* Has it ended? With `wait`, waits until it has. */
static bool has_ended(const struct process *process, bool wait)
{
	struct host_poll poll = {.fd = process->pidfd, .events = HOST_POLL_IN};
	struct host_time at_once = {0};
	long result;

	do
		result = host_call5(__NR_ppoll, &poll, 1, wait ? NULL : &at_once, 0, 0);
	while (result == -EINTR);
	return result;
}

static bool is_alive(const struct process *process)
{
	return process->state != PROCESS_NONE && !has_ended(process, false);
}

/* How much of the processor it has used. */
static uint64_t spent_ns(const struct process *process)
{
	enum { SCHEDULER_CLOCK = 2 };
	int32_t clock = (int32_t)(~(uint32_t)process->pid << 3 | SCHEDULER_CLOCK);
	struct host_time spent = {0};

	host_call2(__NR_clock_gettime, clock, &spent);
	return (uint64_t)spent.seconds * 1000000000 + (uint64_t)spent.nanoseconds;
}

/* Waits for a stop that must come soon. */
static long receive_soon(struct process *process)
{
	struct stop stop;
	long result = stop_means()->wait_soon(process, &stop);

	return result ? result : note_stop(&stop);
}

/* Waits for a stop, or until something is pending. */
static long receive(struct process *process)
{
	struct stop stop;
	long result = stop_means()->wait(process, &stop);

	return result ? result : note_stop(&stop);
}

/*
 * Waits for a stop that must come soon. With `insist`, sends the signal again and again: the stub
 * may have been about to return to the guest when one came.
 */
static bool wait_soon(struct process *process, bool insist)
{
	uint64_t before = 0;
	long result = -ETIMEDOUT;

	for (unsigned int turns = 0; process->state != PROCESS_STOPPED && turns < PATIENCE_TURNS;
	     turns++) {
		if (turns == 1)
			before = spent_ns(process);
		if (turns > 1 && spent_ns(process) - before > SPENT_MAX_NS)
			return false;
		if (insist)
			send_signal(process, SIGUSR1);
		do
			result = receive_soon(process);
		while (result == -EINTR && is_alive(process));
		if (result && (result != -ETIMEDOUT || !is_alive(process)))
			return false;
	}
	return process->state == PROCESS_STOPPED;
}

/* Writes what the process finds when it goes on. The new turn, last, lets a resting one go on. */
static void begin_turn(struct process *process, bool again)
{
	process->orders->again = again;
	process->orders->xstate_mask = machine.xstate_mask;
	process->orders->patience = again ? 0 : turn_patience(process);
	process->channel->resumed = 0;
	process->channel->state = USER_RUNS;
	__atomic_store_n(&process->orders->turn, process->orders->turn + 1, __ATOMIC_RELEASE);
}

/*
 * On older hosts a signal can take a process out of a stop that the wedge has been told of. Then
 * the process stops once more, and that is the stop to answer. If it is gone instead, the wait
 * fails.
 */
static void let_go(struct process *process, bool again)
{
	struct order close_memory = {.number = __NR_close, .argument = {USER_MEMORY_FD}};

	if (process->needs_memory && !process->tries)
		append(process, &close_memory);
	process->tries++;
	process->held = false;
	begin_turn(process, again);
	if (process->state == PROCESS_RESTS) {
		process->state = PROCESS_GIVEN;
		return;
	}
	do
		process->state = PROCESS_RUNS;
	while (stop_means()->answer(process) == -ENOENT && wait_soon(process, false));
}

/*
 * A signal for the wedge interrupted its answer, and the host let the process go without the memory
 * file. Orders can be carried out twice, so try again.
 */
static bool lacked_memory(const struct process *process)
{
	return process->needs_memory && process->why == -EBADF && process->tries < TRIES;
}

void process_hold(struct process *process)
{
	process->held = true;
	if (process->state != PROCESS_RESTS)
		return;
	linux_count(COUNT_USER_HELD);
	process->streak = 0;
	begin_turn(process, true);
	turn_expect_stop(process);
	/* An honest resting process stops when told to. */
	if (!wait_soon(process, false))
		process_kill(process);
}

void process_flush(struct process *process)
{
	bool stopped;

	process_hold(process);
	do {
		let_go(process, true);
		stopped = wait_soon(process, false);
	} while (stopped && lacked_memory(process));
	if (!stopped || process->why)
		process_kill(process);
	forget_orders(process);
}

/* Waits until it stops or rests; makes it stop if an interrupt is due first. */
static bool wait_for_stop(struct vcpu *v, struct process *process)
{
	struct linux_vcpu *l = linux_of(v);

	if (turn_await(v, process)) {
		process->state = PROCESS_RESTS;
		process->why = USER_CALLS;
		return true;
	}
	while (process->state != PROCESS_STOPPED) {
		long result = receive(process);

		if (!result)
			continue;
		if (result != -EINTR)
			return false;
		events_handle(v);
		/* If nothing is pending, the host tells that the process cannot stop any more. */
		if ((l->child_died || !v->events.pending) && !is_alive(process))
			return false;
		l->child_died = false;
		if (v->events.pending || l->asked_to_stop)
			return wait_soon(process, true);
	}
	return true;
}

bool process_run(struct vcpu *v, struct process *process)
{
	bool stopped;

	turn_place(process);
	turn_learn(process);
	do {
		let_go(process, false);
		stopped = wait_for_stop(v, process);
	} while (stopped && lacked_memory(process));
	if (!stopped || process->why <= 0) {
		process_kill(process);
		return false;
	}
	forget_orders(process);
	linux_count(process->state == PROCESS_RESTS ? COUNT_USER_RESTED : COUNT_USER_STOPPED);
	process->streak = process->state == PROCESS_RESTS ? process->streak + 1 : 0;
	process->call = UINT32_MAX;
	if (process->why == USER_CALLS || process->why == SIGSYS)
		process->call = (uint32_t)process->channel->number;
	return true;
}

bool process_resumed(const struct process *process)
{
	return process->channel->resumed;
}

/* ---- beginning and end ---- */

/* A new process has an empty LDT. Without memory for the copy, each write is ordered. */
static struct process_ldt *empty_ldt(uint32_t slot)
{
	static struct process_ldt *copies[VIEW_SLOTS];

	if (!copies[slot])
		copies[slot] = backend_allocate(sizeof(*copies[slot]));
	if (!copies[slot])
		return NULL;
	memset(copies[slot]->entry, 0, copies[slot]->end * sizeof(copies[slot]->entry[0]));
	copies[slot]->end = 0;
	return copies[slot];
}

struct process *process_get(uint32_t slot)
{
	struct process *process = &processes[slot];
	char *at = (char *)LINUX_CHANNELS + (uint64_t)slot * USER_SLOT_SIZE;

	if (process->state != PROCESS_NONE)
		return process;
	memset(process, 0, sizeof(*process));
	process->orders = (void *)at;
	process->channel = (void *)(at + USER_ORDERS_SIZE);
	process->descriptors = USER_DESCRIPTORS;
	process->ldt = empty_ldt(slot);
	process->pid = zygote_make(slot, &process->pidfd);
	process->state = PROCESS_RUNS;
	process->place = UINT32_MAX;
	process->call = UINT32_MAX;
	process->fs_base = process->gs_base = PROCESS_NO_BASE;
	process->moved = true; /* the channel is as the last one left it */
	turn_teach(process);
	forget_orders(process);
	if (!wait_soon(process, false))
		wedge_fatal("a new user process does not answer");
	return process;
}

void process_kill(struct process *process)
{
	if (process->state == PROCESS_NONE)
		return;
	/* Until it is gone it can write to the channel, which the next process gets. */
	send_signal(process, SIGKILL);
	has_ended(process, true);
	stop_means()->bury(process);
	host_call1(__NR_close, process->pidfd);
	process->state = PROCESS_NONE;
}
