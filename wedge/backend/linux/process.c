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
 * A process that shall stop is told so often, and may use so much of the processor meanwhile. Where
 * the host is busy the first may go by; only one that hides from the signal reaches the second.
 */
enum { PATIENCE_TURNS = 3000, SPENT_MAX_NS = 50000000, TRIES = 50 };

static struct user users[LINUX_SLOTS];

/* ---- orders ---- */

static void append(struct user *user, const struct user_order *order)
{
	user->orders->list[user->orders->count++] = *order;
}

void process_order(struct user *user, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
		   uint64_t f)
{
	struct user_order order = {.number = (uint64_t)number, .argument = {a, b, c, d}};

	process_hold(user);
	/* One place is kept for closing the memory file. */
	if (user->orders->count >= USER_ORDER_MAX - 1)
		process_flush(user);
	if (number == __NR_mmap) {
		order.argument[4] = USER_MEMORY_FD;
		order.argument[5] = f;
		user->needs_memory = stop_means()->lends_memory;
	}
	append(user, &order);
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

void process_descriptor(struct user *user, unsigned int entry, uint64_t descriptor)
{
	unsigned int n;

	if (user->descriptors == USER_DESCRIPTORS)
		process_flush(user);
	n = user->descriptors++;
	user->orders->descriptor[n] = describe(entry, descriptor);
	process_order(user, __NR_modify_ldt, USER_LDT_WRITE,
		      USER_ORDERS + offsetof(struct user_orders, descriptor) +
			      n * sizeof(struct user_desc),
		      sizeof(struct user_desc), 0, 0);
}

/* ---- going on ---- */

static void forget_orders(struct user *user)
{
	/* What is left of them must be good for nothing: there is no such entry. */
	for (unsigned int n = 0; n < user->descriptors; n++)
		user->orders->descriptor[n].entry_number = ~0u;
	user->orders->count = 0;
	user->descriptors = 0;
	user->needs_memory = false;
	user->mapped = 0;
	user->tries = 0;
}

/* ---- stopping ---- */

static struct user *user_of(int32_t process)
{
	for (unsigned int i = 0; i < LINUX_SLOTS; i++) {
		if (users[i].process == process && users[i].state != PROCESS_NONE)
			return &users[i];
	}
	return NULL;
}

/* Records a stop. Returns -EINTR if the caller must not act on it. */
static long note_stop(const struct stop *stop)
{
	struct user *user = user_of(stop->process);

	if (!user) /* it has been killed since */
		return -EINTR;
	user->notification = stop->id;
	/* It gave up resting before it saw that it may go on. */
	if (user->state == PROCESS_GIVEN && stop->argument[1] != user->orders->turn) {
		user->state = PROCESS_RUNS;
		stop_means()->answer(user);
		return -EINTR;
	}
	user->state = PROCESS_STOPPED;
	user->why = (int64_t)stop->argument[0];
	return stop->rip == stub_address(stub_stopped) ? 0 : -EPERM;
}

/* A dead process may still be unreaped; a signal to one that is gone does nothing. */
static void send_signal(const struct user *user, int signal)
{
	host_call4(__NR_pidfd_send_signal, user->pidfd, signal, 0, 0);
}

/* Waits for its end, or only looks. */
static bool has_ended(const struct user *user, bool wait)
{
	struct host_poll poll = {.fd = user->pidfd, .events = HOST_POLL_IN};
	struct host_time at_once = {0};
	long result;

	do
		result = host_call5(__NR_ppoll, &poll, 1, wait ? NULL : &at_once, 0, 0);
	while (result == -EINTR);
	return result;
}

static bool is_alive(const struct user *user)
{
	return user->state != PROCESS_NONE && !has_ended(user, false);
}

/* How much of the processor it has used. */
static uint64_t spent_ns(const struct user *user)
{
	enum { SCHEDULER_CLOCK = 2 };
	int32_t clock = (int32_t)(~(uint32_t)user->process << 3 | SCHEDULER_CLOCK);
	struct host_time spent = {0};

	host_call2(__NR_clock_gettime, clock, &spent);
	return (uint64_t)spent.seconds * 1000000000 + (uint64_t)spent.nanoseconds;
}

/* Waits for a stop that must come soon. */
static long receive_soon(struct user *user)
{
	struct stop stop;
	long result = stop_means()->wait_soon(user, &stop);

	return result ? result : note_stop(&stop);
}

/* Waits for one, or until something is pending. */
static long receive(struct user *user)
{
	struct stop stop;
	long result = stop_means()->wait(user, &stop);

	return result ? result : note_stop(&stop);
}

/*
 * With `insist`, it is told to stop, again and again: the signal may have come when the stub was
 * about to return to the guest.
 */
static bool wait_soon(struct user *user, bool insist)
{
	uint64_t before = 0;
	long result = -ETIMEDOUT;

	for (unsigned int turns = 0; user->state != PROCESS_STOPPED && turns < PATIENCE_TURNS;
	     turns++) {
		if (turns == 1)
			before = spent_ns(user);
		if (turns > 1 && spent_ns(user) - before > SPENT_MAX_NS)
			return false;
		if (insist)
			send_signal(user, SIGUSR1);
		do
			result = receive_soon(user);
		while (result == -EINTR && is_alive(user));
		if (result && (result != -ETIMEDOUT || !is_alive(user)))
			return false;
	}
	return user->state == PROCESS_STOPPED;
}

/* What it shall find when it goes on; then that it may, as far as it rests. */
static void begin_turn(struct user *user, bool again)
{
	user->orders->again = again;
	user->orders->xstate_mask = machine.xstate_mask;
	user->orders->patience = again ? 0 : turn_patience(user);
	user->channel->resumed = 0;
	user->channel->state = USER_RUNS;
	__atomic_store_n(&user->orders->turn, user->orders->turn + 1, __ATOMIC_RELEASE);
}

/*
 * Older hosts let a signal take a process out of a stop that has been heard of: then it stops once
 * more, and that is the stop to answer. Whoever is gone will not; the wait for it finds out.
 */
static void let_go(struct user *user, bool again)
{
	struct user_order close_memory = {.number = __NR_close, .argument = {USER_MEMORY_FD}};

	if (user->needs_memory && !user->tries)
		append(user, &close_memory);
	user->tries++;
	user->held = false;
	begin_turn(user, again);
	if (user->state == PROCESS_RESTS) {
		user->state = PROCESS_GIVEN;
		return;
	}
	do
		user->state = PROCESS_RUNS;
	while (stop_means()->answer(user) == -ENOENT && wait_soon(user, false));
}

/*
 * A signal for the wedge has come between, and the host has let the process go without the memory
 * file. Orders can be carried out twice: once more.
 */
static bool lacked_memory(const struct user *user)
{
	return user->needs_memory && user->why == -EBADF && user->tries < TRIES;
}

void process_hold(struct user *user)
{
	user->held = true;
	if (user->state != PROCESS_RESTS)
		return;
	linux_count(COUNT_USER_HELD);
	user->streak = 0;
	begin_turn(user, true);
	turn_expect_stop(user);
	/* Whoever claims to rest, and does not stop when told to, means harm. */
	if (!wait_soon(user, false))
		process_kill(user);
}

void process_flush(struct user *user)
{
	bool stopped;

	process_hold(user);
	do {
		let_go(user, true);
		stopped = wait_soon(user, false);
	} while (stopped && lacked_memory(user));
	if (!stopped || user->why)
		process_kill(user);
	forget_orders(user);
}

/* Waits until it stops of itself; if an interrupt is due first, makes it stop. */
static bool wait_for_stop(struct vcpu *v, struct user *user)
{
	struct linux_vcpu *l = linux_of(v);

	if (turn_await(v, user)) {
		user->state = PROCESS_RESTS;
		user->why = USER_CALLS;
		return true;
	}
	while (user->state != PROCESS_STOPPED) {
		long result = receive(user);

		if (!result)
			continue;
		if (result != -EINTR)
			return false;
		events_handle(v);
		/* If nothing else ended the wait, the host says so that nobody can stop any more.
		 */
		if ((l->child_died || !v->events.pending) && !is_alive(user))
			return false;
		l->child_died = false;
		if (v->events.pending || l->asked_to_stop)
			return wait_soon(user, true);
	}
	return true;
}

bool process_run(struct vcpu *v, struct user *user)
{
	bool stopped;

	turn_place(user);
	turn_learn(user);
	do {
		let_go(user, false);
		stopped = wait_for_stop(v, user);
	} while (stopped && lacked_memory(user));
	if (!stopped || user->why <= 0) {
		process_kill(user);
		return false;
	}
	forget_orders(user);
	linux_count(user->state == PROCESS_RESTS ? COUNT_USER_RESTED : COUNT_USER_STOPPED);
	user->streak = user->state == PROCESS_RESTS ? user->streak + 1 : 0;
	user->call = user->why == USER_CALLS ? (uint32_t)user->channel->call.gpr[0] : UINT32_MAX;
	return true;
}

bool process_resumed(const struct user *user)
{
	return user->channel->resumed;
}

/* ---- beginning and end ---- */

struct user *process_get(uint32_t slot)
{
	struct user *user = &users[slot];
	char *at = (char *)LINUX_CHANNELS + (uint64_t)slot * USER_SLOT_SIZE;

	if (user->state != PROCESS_NONE)
		return user;
	memset(user, 0, sizeof(*user));
	user->orders = (void *)at;
	user->channel = (void *)(at + USER_ORDERS_SIZE);
	user->descriptors = USER_DESCRIPTORS;
	user->process = zygote_make(slot, &user->pidfd);
	user->state = PROCESS_RUNS;
	user->place = UINT32_MAX;
	user->call = UINT32_MAX;
	turn_teach(user);
	forget_orders(user);
	if (!wait_soon(user, false))
		wedge_fatal("a new user process does not answer");
	return user;
}

void process_kill(struct user *user)
{
	if (user->state == PROCESS_NONE)
		return;
	/* Until it is gone it can write to the channel, which will be another's. */
	send_signal(user, SIGKILL);
	has_ended(user, true);
	stop_means()->bury(user);
	host_call1(__NR_close, user->pidfd);
	user->state = PROCESS_NONE;
}
