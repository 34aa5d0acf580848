/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.c - see process.h: spaces for user code are made, stopped, told and ended. Making one
 * costs 35,000 instructions and ending one 140,000, so they serve one guest address space after the
 * other.
 *
 * Invariant: K waits only for a thread that runs: guest code, or the stub.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "fpu.h"

enum {
	PAGE = X86_PAGE_SIZE,
	TRIES = 64,		 /* messages of a thread on its way into the stub */
	A_WHILE = 7 << 10 | 781, /* 100 ms to receive */
	RESUME = 0x10000,
};

static struct process processes[VIEW_SLOTS];

/* ---- messages ---- */

static void put_item(unsigned int n, uint32_t base, uint32_t fpage)
{
	*x2_mr(L4_K_UTCB, 1 + 2 * n) = base | X2_MAP_ITEM;
	*x2_mr(L4_K_UTCB, 2 + 2 * n) = fpage;
}

uint32_t process_items(struct process *process)
{
	unsigned int n = process->item_count;

	for (unsigned int i = 0; i < n; i++)
		put_item(i, process->items[i].base, process->items[i].fpage);
	process->item_count = 0;
	return X2_TAG(0, 2 * n, 0);
}

uint32_t process_own_pages(const struct process *process)
{
	put_item(0, STUB_CODE, X2_FPAGE(stub_page, X86_PAGE_SHIFT) | X2_READ | X2_EXEC);
	put_item(1, STUB_ORDERS, X2_FPAGE(process->orders, X86_PAGE_SHIFT) | X2_READ);
	put_item(2, STUB_CHANNEL, X2_FPAGE(process->channel, X86_PAGE_SHIFT) | X2_READ | X2_WRITE);
	return X2_TAG(0, 6, 0);
}

static uint32_t receive(const struct process *process, uint32_t to, uint32_t timeouts, uint32_t tag)
{
	uint32_t sender;

	l4_count(COUNT_L4_IPC);
	return x2_ipc(to, process->id, timeouts, tag, L4_K_UTCB, &sender);
}

static bool is_timeout(uint32_t tag)
{
	return (tag & X2_TAG_ERROR) && *x2_word(L4_K_UTCB, X2_UTCB_ERROR) == X2_RECEIVE_TIMEOUT;
}

/*
 * Neither of L4's messages holds the thread, nor is it halted, as one whose exception nobody takes:
 * it runs as soon as nothing else does.
 */
static bool is_running(const struct process *process)
{
	struct x2_registers r = {0};

	l4_count(COUNT_L4_EXCHANGE);
	return x2_exchange_registers(process->id, &r) &&
	       !(r.control & (X2_WAS_HALTED | X2_WAS_RECEIVING | X2_WAS_SENDING));
}

/*
 * How long the thread takes says nothing: the machine may have had no time for it. But if it waits,
 * and not for K, it will never call: user code has made its pager somebody else.
 */
static uint32_t call(const struct process *process, uint32_t to, uint32_t tag)
{
	tag = receive(process, to, X2_SEND_NOW | A_WHILE, tag);
	while (is_timeout(tag)) {
		bool running = is_running(process);

		tag = receive(process, X2_NIL, running ? A_WHILE : X2_RECEIVE_NOW, 0);
		if (!running)
			break;
	}
	return tag;
}

bool process_steps_stub(const struct process *process, uint32_t *tag)
{
	uint32_t *mr = x2_mr(L4_K_UTCB, 0);

	if (mr[X2_EXCEPTION_NUMBER] != X86_TRAP_DB || mr[X2_EXCEPTION_EIP] - STUB_CODE >= PAGE)
		return false;
	/* The jump is left out, since that would be a step, too. */
	if (mr[X2_EXCEPTION_EIP] == stub_place(stub_leave))
		mr[X2_EXCEPTION_EIP] = process->orders->eip;
	*tag = X2_TAG(0, 0, X2_EXCEPTION_EAX);
	return true;
}

/*
 * The thread is on its way into the stub's call. It may need the stub's pages, which user code can
 * have flushed, and step through the stub's first instructions.
 */
static bool await_call(struct process *process, uint32_t to, uint32_t tag)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		uint32_t *mr = x2_mr(L4_K_UTCB, 0);

		tag = call(process, to, tag);
		to = process->id;
		if (tag & X2_TAG_ERROR)
			return false;
		if (X2_TAG_LABEL(tag) == STUB_STOPPED)
			return true;
		if ((X2_TAG_LABEL(tag) & X2_LABEL_KIND) == X2_LABEL_PAGE_FAULT &&
		    mr[1] - STUB_CODE < STUB_END - STUB_CODE)
			tag = process_own_pages(process);
		else if (X2_TAG_LABEL(tag) != X2_LABEL_EXCEPTION ||
			 !process_steps_stub(process, &tag))
			return false;
	}
	return false;
}

/* ---- life ---- */

static void check(bool good, const char *what)
{
	if (!good)
		wedge_fatal(
			"L4 refuses %s (error %u): its kernel's memory may be too small (kmem=)",
			what, *x2_word(L4_K_UTCB, X2_UTCB_ERROR));
}

static void make_space(struct process *process)
{
	l4_count(COUNT_L4_CONTROL);
	check(x2_thread_control(process->id, process->id, L4_K, X2_NIL, -1u), "a thread");
	check(x2_space_control(process->id, 0, X2_FPAGE(X2_KIP, X2_KIP_LOG2),
			       X2_FPAGE(X2_UTCB_AREA, X2_UTCB_LOG2)),
	      "a space");
	check(x2_thread_control(process->id, process->id, L4_K, L4_K, X2_UTCB_AREA), "its start");
	x2_schedule(process->id, L4_PRIORITY_USER);
}

static void make(struct process *process)
{
	process->id = L4_USER((uint32_t)(process - processes));
	if (!process->orders) {
		process->orders = memory_own_pages(1);
		process->channel = memory_own_pages(1);
		if (!process->orders || !process->channel)
			wedge_fatal("the wedge's heap is too small for its own tables");
		process->orders->ipc = x2_calls[X2_IPC];
		process->orders->unmap = x2_calls[X2_UNMAP];
	}
	process->orders->count = 0;
	process->item_count = 0;
	make_space(process);
	*x2_mr(L4_K_UTCB, 1) = stub_place(stub_start);
	*x2_mr(L4_K_UTCB, 2) = STUB_CHANNEL + CHANNEL_STACK;
	if (!await_call(process, process->id, X2_TAG(0, 0, 2)))
		wedge_fatal("a new user thread does not start");
	process->made = true;
}

struct process *process_get(uint32_t slot)
{
	if (!processes[slot].made)
		make(&processes[slot]);
	return &processes[slot];
}

void process_end(struct process *process)
{
	l4_count(COUNT_L4_CONTROL);
	check(x2_thread_control(process->id, X2_NIL, X2_NIL, X2_NIL, -1u), "to end a thread");
	process->made = false;
	process->excepted = false;
	fpu_lost(process);
}

bool process_stop(struct process *process, struct x2_registers *was)
{
	was->control = X2_EXCHANGE_ABORT | X2_EXCHANGE_IP;
	was->ip = stub_place(stub_stop);
	l4_count(COUNT_L4_EXCHANGE);
	return x2_exchange_registers(process->id, was) && await_call(process, X2_NIL, 0);
}

/* It rests whenever the wedge runs. */
void process_hold(struct process *process)
{
	(void)process;
}

/* Nothing of a program is kept in a space but its pages. */
void process_moves(struct process *process)
{
	(void)process;
}

void process_learns(const struct guest_walk *walk)
{
	(void)walk;
}

/* ---- orders ---- */

/* An answer to an exception: the thread goes on with the stub's orders. The rest is junk to it. */
static uint32_t put_place_of_orders(void)
{
	*x2_mr(L4_K_UTCB, X2_EXCEPTION_EIP) = stub_place(stub_orders);
	*x2_mr(L4_K_UTCB, X2_EXCEPTION_EFLAGS) = X86_FLAGS_FIXED | X86_FLAGS_IF;
	return X2_TAG(0, 0, X2_EXCEPTION_EAX);
}

bool process_flush(struct process *process)
{
	uint32_t tag = process->excepted ? put_place_of_orders() : X2_TAG(0, 0, 0);
	bool good;

	process->excepted = false;
	process->orders->again = true;
	good = await_call(process, process->id, tag);
	process->orders->again = false;
	process->orders->count = 0;
	return good;
}

bool process_save_fpu(struct process *process)
{
	bool good;

	process->orders->save_fpu = true;
	good = process_flush(process);
	process->orders->save_fpu = false;
	return good;
}

/* The answer to an exception has no room for map items. */
bool process_answer(struct process *process, uint32_t *tag)
{
	if (process->excepted && process->item_count && !process_flush(process))
		return false;
	*tag = process->excepted ? put_place_of_orders() : process_items(process);
	return true;
}

void process_map(struct process *process, uint32_t base, uint32_t fpage)
{
	l4_count(COUNT_L4_MAP_USER);
	if (process->item_count < L4_ITEMS)
		process->items[process->item_count++] = (struct process_item){base, fpage};
}

/* What was to be mapped there has not been yet, and must not be. */
static void drop_items(struct process *process, uint32_t fpage)
{
	uint32_t from = fpage & -(uint32_t)PAGE, size = 1u << (fpage >> 4 & 63);
	unsigned int kept = 0;

	for (unsigned int i = 0; i < process->item_count; i++) {
		const struct process_item *item = &process->items[i];
		uint32_t item_size = 1u << (item->fpage >> 4 & 63);

		if (item->base - from >= size && from - item->base >= item_size)
			process->items[kept++] = *item;
	}
	process->item_count = kept;
}

void process_unmap(struct process *process, uint32_t fpage)
{
	l4_count(COUNT_L4_ORDER);
	drop_items(process, fpage);
	if (process->orders->count == ORDERS_MAX && !process_flush(process)) {
		/* A space that does not obey ends: then nothing is mapped there. */
		process_end(process);
		make(process);
	}
	process->orders->list[process->orders->count++] = fpage;
}
