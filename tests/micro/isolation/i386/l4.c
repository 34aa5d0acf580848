/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4.c - user code on L4 misuses what lies in its space: it enters the stub, forges the stub's
 * message and its own thread block, and makes L4's calls.
 *
 * Invariant: the guest's kernel gets the processor back, by an exception or by its timer, and other
 * programs go on. What a program does to its own thread is its loss.
 */
#include "attempts.h"
#include "interrupts.h"
#include "l4.h"
#include "micro.h"
#include "paging.h"

extern const char user_nothing[], user_jump[], user_store[], user_load[], user_spin[],
	user_l4_call[];

/* Entries of calls in the interface page, and global names of threads, as L4 counts them. */
enum { SPACE_CONTROL = 0xd0, THREAD_CONTROL = 0xd4, IPC = 0xe0, UNMAP = 0xe8 };
enum { EXCHANGE_REGISTERS = 0xec, SCHEDULE = 0xf8 };
#define THREAD(n) ((n) << 14 | 1)
enum { TICK = 12000 /* clocks of the timer: 10 ms */, TRIES = 100 };
enum { TIMER_LINE = 0, SIGMA0 = 48, ROOT = 50, PAGER = 51, IRQ = 52, FIRST_USER = 64 };

static volatile word *const data = (volatile word *)USER_DATA;

static struct regs run(const char *code, word di, word si)
{
	struct regs regs = user_regs(code);

	irq_unmask(0);
	timer_start(0, TICK);
	regs.di = di;
	regs.si = si;
	user_run(&regs, BY_IRET);
	timer_stop();
	irq_end(0);
	irq_mask(0);
	expect_is(regs.cs, USER_CS);
	return regs;
}

/* Again if a tick comes first, as it may on a busy host. */
static word trap_of(const char *code, word di, word si)
{
	word vector = VECTOR_IRQ;

	for (unsigned int i = 0; i < TRIES && vector == VECTOR_IRQ; i++)
		vector = run(code, di, si).vector;
	return vector;
}

/* A program of good will, which faults, ends, and is interrupted. */
static void goes_on(void)
{
	word at = USER_DATA + 0x30000;

	expect_is(trap_of(user_store, at, 0x600d), TRAP_PF);
	map(at, physical(page_new()), PTE_U | PTE_W);
	expect_is(trap_of(user_store, at, 0x600d), TRAP_END);
	expect_is(read_word(at), 0x600d);
	unmap(at);
	invlpg(at);
	expect_is(run(user_spin, 0, 0).vector, VECTOR_IRQ);
}

/* Does something in an address space of its own; then another one's program must go on. */
static void apart(void (*attack)(word), word argument)
{
	word before = read_cr3(), other = root_new();

	root_copy_user(kernel_pointer(other));
	write_cr3(other);
	attack(argument);
	write_cr3(before);
	goes_on();
}

static void on_l4_only(void)
{
	if (!option_is("platform", "l4"))
		skip("not on L4");
}

static void enter_stub(word unused)
{
	(void)unused;
	run(user_jump, L4_STUB, 0);
}

CHECK(l4_stub_cannot_be_called)
{
	on_l4_only();
	apart(enter_stub, 0);
}

CHECK(l4_orders_cannot_be_written)
{
	on_l4_only();
	for (word at = L4_ORDERS; at < L4_ORDERS + PAGE; at += 64)
		try_store(at);
	try_store(L4_STUB);
	try_store(L4_KIP);
	goes_on();
}

/* The rest of what lies between the kernel and L4's own addresses is nobody's. */
CHECK(l4_space_has_nothing_else)
{
	on_l4_only();
	for (word at = KERNEL_HALF; at < L4_STUB; at += 0x100000)
		try_all(at);
	for (word at = L4_CHANNEL + PAGE; at < (L4_BLOCK & ~(PAGE - 1ul)); at += 0x10000)
		try_all(at);
	for (word at = (L4_BLOCK & ~(PAGE - 1ul)) + PAGE; at < L4_KIP; at += 0x10000)
		try_all(at);
}

static void forge_channel(word value)
{
	for (word at = L4_CHANNEL; at < L4_CHANNEL + PAGE; at += 16)
		expect_is(trap_of(user_store, at, value), TRAP_END);
}

CHECK(l4_channel_cannot_be_forged)
{
	on_l4_only();
	apart(forge_channel, 0xffffffff);
	apart(forge_channel, KERNEL_START);
}

static void forge_block(word value)
{
	for (word at = L4_BLOCK - 64; at < L4_BLOCK + 16; at += WORD) {
		if (at != L4_PAGER && at != L4_HANDLER)
			run(user_store, at, value);
	}
	run(user_nothing, 0, 0);
}

static void forge_pager(word value)
{
	run(user_store, L4_PAGER, value);
	run(user_load, USER_DATA + 0x40000, 0);
}

static void forge_handler(word value)
{
	run(user_store, L4_HANDLER, value);
	run(user_nothing, 0, 0);
}

CHECK(l4_block_cannot_be_forged)
{
	on_l4_only();
	apart(forge_block, 0);
	apart(forge_block, 0xffffffff);
	apart(forge_block, THREAD(ROOT));
	apart(forge_block, USER_DATA);
}

static void forge_both(word value)
{
	run(user_store, L4_PAGER, value);
	forge_handler(value);
}

/* Who gets them is in words of the thread's own block: nobody, or a thread that has no concern with
 * it. */
CHECK(l4_faults_may_go_to_anybody)
{
	static const word values[] = {
		0,	     0xffffffff,	 THREAD(SIGMA0), THREAD(ROOT), THREAD(PAGER),
		THREAD(IRQ), THREAD(FIRST_USER), USER_DATA,
	};

	on_l4_only();
	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		apart(forge_pager, values[i]);
		apart(forge_handler, values[i]);
		apart(forge_both, values[i]);
	}
}

/* ---- calls ---- */

static void prepare(word entry, word eax, word ecx, word edx)
{
	memset((void *)USER_DATA, 0, 64);
	data[CALL_ENTRY / WORD] = entry;
	data[CALL_EAX / WORD] = eax;
	data[CALL_ECX / WORD] = ecx;
	data[CALL_EDX / WORD] = edx;
	data[CALL_EDI / WORD] = L4_BLOCK;
}

/* Again if a tick comes first. */
static void call_until_back(void)
{
	for (unsigned int i = 0; i < TRIES && !data[BACK / WORD]; i++)
		run(user_l4_call, 0, 0);
	expect(data[BACK / WORD]);
}

/* Control calls come back with nothing done: 0 in eax. */
static void control(word entry)
{
	prepare(entry, THREAD(ROOT), 0x1e, 0);
	data[CALL_ESI / WORD] = THREAD(ROOT);
	call_until_back();
	expect_is(data[BACK_EAX / WORD], 0);
}

CHECK(l4_control_calls_are_refused)
{
	on_l4_only();
	apart(control, SPACE_CONTROL);
	apart(control, THREAD_CONTROL);
	apart(control, EXCHANGE_REGISTERS);
	apart(control, SCHEDULE);
}

/* An empty message, for ever, and an answer from whoever it is. */
static void message(word to)
{
	prepare(IPC, to, 0, to);
	data[CALL_ESI / WORD] = 2u << 16;
	run(user_l4_call, 0, 0);
}

CHECK(l4_messages_win_nothing)
{
	static const word threads[] = {ROOT, PAGER, IRQ, SIGMA0, TIMER_LINE, 4, FIRST_USER};

	on_l4_only();
	for (unsigned int i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		apart(message, THREAD(threads[i]));
	apart(message, 0);
	apart(message, 0xffffffff);
}

/* Asks sigma0 for a page; the answer's second word is the page, or nil. */
static void ask_for_memory(word page)
{
	run(user_store, L4_BLOCK - 64, 0x10);
	run(user_store, L4_BLOCK + 4, page);
	run(user_store, L4_BLOCK + 8, 0);
	prepare(IPC, THREAD(SIGMA0), 0, THREAD(SIGMA0));
	data[CALL_ESI / WORD] = 0xffa0u << 16 | 2;
	call_until_back();
	if (!(data[BACK_ESI / WORD] & 0x8000))
		expect_is(data[BACK_EBP / WORD], 0);
}

CHECK(l4_gives_no_memory)
{
	on_l4_only();
	for (word log2 = 12; log2 <= 22; log2 += 10) {
		apart(ask_for_memory, 0xfffffc00 | log2 << 4 | 7);
		apart(ask_for_memory, 0x01000000 | log2 << 4 | 7);
		apart(ask_for_memory, 0x08000000 | log2 << 4 | 7);
	}
}

/* Its own pages a program can give away; they come back when they are touched. */
static void prepare_unmap(word fpage)
{
	run(user_store, L4_BLOCK, fpage);
	prepare(UNMAP, 0x40, 0, 0);
	data[CALL_ESI / WORD] = fpage;
}

static void unmap_own(word fpage)
{
	prepare_unmap(fpage);
	call_until_back();
	goes_on();
}

/* With the interface page and its thread block: its own loss. */
static void unmap_all(word unused)
{
	(void)unused;
	prepare_unmap(32 << 4 | 7);
	run(user_l4_call, 0, 0);
}

CHECK(l4_own_pages_come_back)
{
	on_l4_only();
	apart(unmap_own, USER_DATA | 12 << 4 | 7);
	apart(unmap_own, USER_BASE | 22 << 4 | 7);
	apart(unmap_own, L4_STUB | 14 << 4 | 7);
	apart(unmap_own, 31 << 4 | 7);
	apart(unmap_all, 0);
}
