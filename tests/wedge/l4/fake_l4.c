/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_l4.c - see fake_l4.h: L4's calls as functions (x2.h).
 *
 * Invariant: nothing here asks the wedge for anything but the memory that it shares with the stub.
 */
#include "fake_l4.h"
#include "../../wedge/backend/l4/fpu.h"
#include "../tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include <wedge/log.h>

enum { PAGE = 4096, PAGES = X2_USER_END / PAGE };
#define PAGE_BASE 0xfffff000u

struct fake_thread fake_users[FAKE_USERS];
struct fake_calls fake_calls;
jmp_buf fake_fatal;
char fake_fatal_text[256];
bool fake_fatal_expected;

/* Address and rights of what is mapped at each page: of the users, and of K. */
static uint32_t maps[FAKE_USERS + 1][PAGES];

/* The stub's page; the fake threads only look at where they are in it. */
__asm__(".pushsection .rodata; .balign 4096; .globl stub_page, stub_start, stub_stop, "
	"stub_orders, stub_leave\n\t"
	"stub_page: .skip 16; stub_start: .skip 16; stub_stop: .skip 16; stub_orders: .skip 16; "
	"stub_leave: .skip 4032; "
	".popsection");

/* ---- memory ---- */

static uint32_t fpage_base(uint32_t fpage)
{
	return fpage & ~0x3ffu;
}

static uint64_t fpage_size(uint32_t fpage)
{
	return (fpage & ~0xfu) == X2_EVERYTHING ? 1ull << 32 : 1ull << (fpage >> 4 & 63);
}

static void map(uint32_t *space, uint32_t at, uint32_t fpage)
{
	uint64_t size = fpage_size(fpage);

	assert_true(size >= PAGE && !(at & (size - 1)) && !(fpage_base(fpage) & (size - 1)));
	for (uint64_t i = 0; i < size; i += PAGE) {
		uint32_t *page = &space[(at + i) / PAGE], memory = fpage_base(fpage) + (uint32_t)i;

		if (*page && (*page & PAGE_BASE) != memory)
			fail_msg("%x is mapped over %x", memory, *page);
		*page = memory | (*page & X2_RIGHTS) | (fpage & X2_RIGHTS);
	}
}

static void flush(uint32_t *space, uint32_t fpage)
{
	uint64_t end = fpage_base(fpage) + fpage_size(fpage);

	for (uint64_t at = fpage_base(fpage); at < end && at < X2_USER_END; at += PAGE) {
		uint32_t *page = &space[at / PAGE];

		*page &= ~(fpage & X2_RIGHTS);
		if (!(*page & X2_RIGHTS))
			*page = 0;
	}
}

static uint32_t *map_of(const struct fake_thread *t)
{
	return maps[t - fake_users];
}

uint32_t fake_user_page(const struct fake_thread *t, uint32_t va)
{
	return map_of(t)[va / PAGE];
}

uint32_t fake_kernel_page(uint32_t va)
{
	return maps[FAKE_USERS][va / PAGE];
}

static void take_items(uint32_t *space, uint32_t tag)
{
	for (unsigned int i = 1; i < (tag >> 6 & 63); i += 2) {
		uint32_t base = *x2_mr(L4_K_UTCB, i);

		assert_int_equal(base & 0xf, X2_MAP_ITEM);
		map(space, base & PAGE_BASE, *x2_mr(L4_K_UTCB, i + 1));
	}
}

/* ---- threads ---- */

static struct fake_thread *user(uint32_t id)
{
	uint32_t n = X2_NUMBER(id) - X2_NUMBER(L4_USER(0));

	return n < FAKE_USERS && id == L4_USER(n) ? &fake_users[n] : NULL;
}

static bool is_in_stub(uint32_t ip)
{
	return ip - STUB_CODE < PAGE;
}

/* K keeps the orders of a space at what it has mapped there. */
static struct orders *orders_of(const struct fake_thread *t)
{
	uint32_t page = fake_user_page(t, STUB_ORDERS);

	return page ? (struct orders *)(uintptr_t)(page & PAGE_BASE) : NULL;
}

static void carry_out_orders(struct fake_thread *t)
{
	struct orders *orders = orders_of(t);

	if (!orders)
		return;
	for (uint32_t i = 0; i < orders->count; i++)
		flush(map_of(t), orders->list[i]);
	t->flushed += orders->count;
	t->in_stub = orders->again;
	if (!orders->again)
		t->ip = orders->eip;
}

/* An answer to an exception tells where to go on; the first message of all does, too. */
static void take_answer(struct fake_thread *t, uint32_t tag)
{
	t->answer.tag = tag;
	memcpy(t->answer.words, x2_mr(L4_K_UTCB, 0), sizeof(t->answer.words));
	t->answers++;
	take_items(map_of(t), tag);
	if (t->has_called)
		carry_out_orders(t);
	else if (X2_TAG_UNTYPED(tag) >= 2)
		t->ip = *x2_mr(L4_K_UTCB, 1);
	if (!t->has_called)
		t->in_stub = is_in_stub(t->ip);
	if (t->ip == stub_place(stub_orders) && !t->has_called)
		carry_out_orders(t);
	t->has_called = false;
}

static uint32_t send(const struct fake_message *m)
{
	memcpy(x2_mr(L4_K_UTCB, 1), &m->words[1], sizeof(m->words) - sizeof(m->words[0]));
	*x2_mr(L4_K_UTCB, 0) = m->tag;
	return m->tag;
}

/* Without a script: the stub needs its pages, and then calls; guest code runs for ever. */
static uint32_t say(struct fake_thread *t)
{
	struct fake_message m = {X2_TAG_ERROR, {0}};

	if (t->halted) {
		if (++t->silences > 100)
			fail_msg("a halted thread is waited for without end");
		*x2_word(L4_K_UTCB, X2_UTCB_ERROR) = X2_RECEIVE_TIMEOUT;
		return send(&m);
	}
	if (t->said < t->count)
		return send(&t->script[t->said++]);
	if (t->in_stub && !orders_of(t)) {
		m = fake_page_fault(STUB_CODE, t->ip, X2_READ);
	} else if (t->in_stub) {
		m.tag = (uint32_t)STUB_STOPPED << 16;
		t->has_called = true;
	}
	return send(&m);
}

void fake_says(struct fake_thread *t, struct fake_message message)
{
	t->script[t->count++] = message;
}

struct fake_message fake_page_fault(uint32_t address, uint32_t ip, uint32_t access)
{
	return (struct fake_message){X2_TAG(X2_LABEL_PAGE_FAULT | access, 0, 2), {0, address, ip}};
}

struct fake_message fake_exception(uint32_t vector, uint32_t error, uint32_t ip)
{
	struct fake_message m = {X2_TAG(X2_LABEL_EXCEPTION, 0, 12), {0}};

	for (unsigned int i = 1; i < FAKE_WORDS; i++)
		m.words[i] = 0x1000 + i;
	m.words[X2_EXCEPTION_EIP] = ip;
	m.words[X2_EXCEPTION_NUMBER] = vector;
	m.words[X2_EXCEPTION_ERROR] = error;
	return m;
}

/* ---- the calls ---- */

uint32_t x2_calls[X2_CALLS];

uint32_t x2_ipc(uint32_t to, uint32_t from, uint32_t timeouts, uint32_t tag, uint32_t utcb,
		uint32_t *sender)
{
	struct fake_thread *t = user(to);

	(void)timeouts;
	assert_int_equal(utcb, L4_K_UTCB);
	*sender = from;
	if (to == L4_PAGER) {
		fake_calls.pager++;
		assert_int_equal(*x2_word(L4_K_UTCB, X2_UTCB_BR0), X2_EVERYTHING);
		/* Words to the pager, which makes items of them. */
		take_items(maps[FAKE_USERS], X2_TAG(0, X2_TAG_UNTYPED(tag), 0));
		return 0;
	}
	if (t && t->alive)
		take_answer(t, tag);
	t = user(from);
	return t && t->alive ? say(t) : X2_TAG_ERROR;
}

void x2_unmap(uint32_t control, uint32_t utcb)
{
	assert_int_equal(control, X2_UNMAP_FLUSH);
	fake_calls.unmap++;
	flush(maps[FAKE_USERS], *x2_mr(utcb, 0));
}

bool x2_exchange_registers(uint32_t thread, struct x2_registers *r)
{
	struct fake_thread *t = user(thread);
	struct x2_registers old = {0};

	fake_calls.exchange++;
	if (!t || !t->alive || fake_calls.refuse_exchange)
		return false;
	old = (struct x2_registers){t->halted ? X2_WAS_HALTED : 0, t->sp, t->ip, t->flags};
	if (r->control & X2_EXCHANGE_IP)
		t->ip = r->ip;
	t->in_stub = is_in_stub(t->ip);
	*r = old;
	return true;
}

bool x2_thread_control(uint32_t thread, uint32_t space, uint32_t scheduler, uint32_t pager,
		       uint32_t utcb_location)
{
	struct fake_thread *t = user(thread);

	(void)scheduler;
	(void)pager;
	(void)utcb_location;
	fake_calls.thread_control++;
	if (!t || fake_calls.refuse_threads)
		return false;
	if (space == X2_NIL) {
		memset(map_of(t), 0, sizeof(maps[0]));
		t->in_stub = t->has_called = false;
	}
	t->alive = space != X2_NIL;
	return true;
}

bool x2_space_control(uint32_t space, uint32_t control_word, uint32_t kip, uint32_t utcb_area)
{
	(void)control_word;
	fake_calls.space_control++;
	assert_int_equal(kip, X2_FPAGE(X2_KIP, X2_KIP_LOG2));
	assert_int_equal(utcb_area, X2_FPAGE(X2_UTCB_AREA, X2_UTCB_LOG2));
	return user(space);
}

void x2_schedule(uint32_t thread, uint32_t priority)
{
	(void)thread;
	(void)priority;
	fake_calls.schedule++;
}

/* ---- around a test ---- */

/* The processor's own bits say nothing here: a log needs a console. */
void wedge_log(const char *format, ...)
{
	(void)format;
}

_Noreturn void wedge_fatal(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(fake_fatal_text, sizeof(fake_fatal_text), format, list);
	va_end(list);
	if (!fake_fatal_expected)
		fail_msg("fatal: %s", fake_fatal_text);
	fake_fatal_expected = false;
	longjmp(fake_fatal, 1);
}

static void memory_at(uint32_t at, uint32_t end)
{
	void *got = mmap((void *)(uintptr_t)at, end - at, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	assert_int_equal((uintptr_t)got, at);
}

int fake_setup(void **state)
{
	(void)state;
	memory_at(L4_WINDOW, L4_WINDOW_END);
	memory_at(WEDGE_VCPU_BASE, WEDGE_VCPU_BASE + WEDGE_VCPU_PAGES * PAGE);
	memory_at(L4_HEAP, L4_HEAP_END);
	memory_at(X2_UTCB_AREA, X2_UTCB_AREA + PAGE);
	memory_at(X2_KIP, X2_KIP + PAGE);
	memset(fake_users, 0, sizeof(fake_users));
	memset(&fake_calls, 0, sizeof(fake_calls));
	memset(maps, 0, sizeof(maps));
	vcpu_this()->backend = &machine;
	fpu_holder = NULL;
	fpu_init();
	return 0;
}
