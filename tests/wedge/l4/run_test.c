/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_test.c - a turn of user code: what its messages mean, and which registers come back.
 *
 * Invariant: a turn ends with the thread in the stub's call, at an exception, or without a thread.
 */
#include "../tap.h"
#include "fake_core.h"
#include "fake_l4.h"

enum { PAGE = 4096 };
#define CODE   0x40000000u
#define DATA   0x40008000u
#define MEMORY (L4_WINDOW + 0x20000)

static struct fake_thread *thread;
static struct vcpu *v;

static int setup(void **state)
{
	fake_setup(state);
	memset(&fake_core, 0, sizeof(fake_core));
	thread = &fake_users[3];
	process_end(process_get(3));
	fake_core.process = process_get(3);
	__asm__ volatile("fxsave (%0)" : : "r"(fake_core.process->channel->fpu) : "memory");
	v = vcpu_this();
	v->rip = CODE;
	v->cs = 0x73;
	v->ss = 0x7b;
	v->rflags = X86_FLAGS_IF | X86_FLAGS_FIXED;
	thread->sp = 0x7000;
	thread->flags = 0x297;
	return 0;
}

static void expect_delivered(unsigned int vector, int64_t error, uint32_t address)
{
	assert_int_equal(fake_core.delivered.how, DELIVERED_TRAP);
	assert_int_equal(fake_core.delivered.vector, vector);
	assert_int_equal(fake_core.delivered.error, error);
	assert_int_equal(fake_core.delivered.more, address);
}

/* What the stub will have saved: it runs as soon as it is to. */
static void saves(unsigned int reg, uint32_t value)
{
	fake_core.process->channel->gpr[reg] = value;
}

static void a_fault_that_is_allowed_is_answered(void **state)
{
	(void)state;
	fake_core.allowed = DATA;
	fake_core.allowed_at = MEMORY;
	fake_says(thread, fake_page_fault(DATA + 4, CODE + 2, X2_READ | X2_ACCESS_WRITE));
	fake_core.event_at = 2;
	run_user_code(v);
	assert_int_equal(fake_core.asked, DATA + 4);
	assert_int_equal(fake_core.asked_access, X86_PF_USER | X86_PF_WRITE);
	assert_int_equal(fake_user_page(thread, DATA), MEMORY | X2_RIGHTS);
	assert_int_equal(fake_core.delivered.how, DELIVERED_NOTHING);
	assert_false(fake_core.process_lost);
}

static void a_fault_that_is_not_is_the_guests(void **state)
{
	(void)state;
	saves(X86_RAX, 0x11);
	fake_says(thread, fake_page_fault(DATA + 4, CODE + 2, X2_READ));
	run_user_code(v);
	expect_delivered(X86_TRAP_PF, X86_PF_USER, DATA + 4);
	assert_int_equal(v->gpr[X86_RAX], 0x11);
	assert_int_equal(v->gpr[X86_RSP], 0x7000);
	assert_true(thread->has_called);
	fake_says(thread, fake_page_fault(DATA, CODE + 2, X2_READ | X2_ACCESS_WRITE));
	run_user_code(v);
	expect_delivered(X86_TRAP_PF, X86_PF_USER | X86_PF_WRITE, DATA);
}

/* Only the stub itself gets the stub's pages; a program that touches them has a page fault. */
static void the_stubs_pages_are_the_stubs(void **state)
{
	(void)state;
	fake_says(thread, fake_page_fault(STUB_ORDERS, STUB_CODE + 8, X2_READ));
	fake_says(thread, fake_page_fault(STUB_ORDERS, CODE + 2, X2_READ | X2_ACCESS_WRITE));
	run_user_code(v);
	expect_delivered(X86_TRAP_PF, X86_PF_USER | X86_PF_WRITE, STUB_ORDERS);
}

/* The message's junk above the error code is not one. */
static void exceptions_are_the_guests(void **state)
{
	struct fake_message m = fake_exception(X86_TRAP_DE, 0xdead0000, CODE + 9);

	(void)state;
	m.words[X2_EXCEPTION_EFLAGS] = 0x246;
	fake_says(thread, m);
	saves(X86_RDI, 0x22);
	run_user_code(v);
	expect_delivered(X86_TRAP_DE, 0, 0);
	assert_true(fake_core.process->excepted);
	assert_int_equal(v->rip, CODE + 9);
	assert_int_equal(v->gpr[X86_RSP], m.words[X2_EXCEPTION_ESP]);
	assert_int_equal(v->gpr[X86_RDI], m.words[X2_EXCEPTION_EDI]);
	assert_int_equal(v->gpr[X86_RAX], m.words[X2_EXCEPTION_EAX]);
	assert_int_equal(v->rflags, 0x246);
	assert_int_equal(fake_calls.exchange, 0);
}

/* From an exception a program goes on by the answer alone: with the vCPU's registers, and without
 * the stub. */
static void an_exception_is_answered_with_registers(void **state)
{
	(void)state;
	fake_says(thread, fake_exception(X86_TRAP_DE, 0, CODE + 9));
	run_user_code(v);
	v->rip = CODE + 0x20;
	v->gpr[X86_RBX] = 0x77;
	fake_core.event_at = 1;
	run_user_code(v);
	assert_int_equal(thread->answer.tag, X2_TAG(0, 0, 12));
	assert_int_equal(thread->answer.words[X2_EXCEPTION_EIP], CODE + 0x20);
	assert_int_equal(thread->answer.words[X2_EXCEPTION_EBX], 0x77);
	assert_false(fake_core.process->excepted);
}

/* If there is something to be taken away first, by the stub. */
static void an_exception_with_orders_goes_by_the_stub(void **state)
{
	(void)state;
	fake_says(thread, fake_exception(X86_TRAP_DE, 0, CODE + 9));
	run_user_code(v);
	process_unmap(fake_core.process, X2_FPAGE(DATA, 12) | X2_RIGHTS);
	v->rip = CODE + 0x20;
	fake_core.event_at = 1;
	run_user_code(v);
	assert_int_equal(thread->answer.words[X2_EXCEPTION_EIP], stub_place(stub_orders));
	assert_int_equal(thread->flushed, 1);
}

static void ports_are_a_protection_fault(void **state)
{
	(void)state;
	fake_says(thread, (struct fake_message){X2_TAG(X2_LABEL_IO_FAULT | X2_READ, 0, 2),
						{0, X2_IO_FPAGE(0x60, 0), CODE + 1}});
	run_user_code(v);
	expect_delivered(X86_TRAP_GP, 0, 0);
}

/* The program goes on at `from`, a step of the stub comes at `at`, and then an event. */
static void expect_step_of_stub(uint32_t from, uint32_t at, uint32_t goes_on_at)
{
	struct fake_message m = fake_exception(X86_TRAP_DB, 0, at);

	m.words[X2_EXCEPTION_EFLAGS] = 0x302;
	v->rip = from;
	fake_says(thread, m);
	fake_core.event_at = 2;
	run_user_code(v);
	assert_int_equal(fake_core.delivered.how, DELIVERED_NOTHING);
	assert_int_equal(thread->answer.words[X2_EXCEPTION_EIP], goes_on_at);
}

/* The step that leads out of the stub is none of the program's. */
static void a_step_out_of_the_stub_goes_on_behind_it(void **state)
{
	(void)state;
	expect_step_of_stub(CODE + 0x30, stub_place(stub_leave), CODE + 0x30);
}

/* Otherwise what the stub has to do would be left out. */
static void other_steps_of_the_stub_go_on_there(void **state)
{
	(void)state;
	expect_step_of_stub(CODE + 0x30, stub_place(stub_orders) + 6, stub_place(stub_orders) + 6);
}

/* ---- threads that are lost ---- */

static void expect_lost(struct fake_message message)
{
	setup(NULL);
	fake_says(thread, message);
	run_user_code(v);
	assert_true(fake_core.process_lost);
	assert_false(thread->alive);
	assert_int_equal(fake_core.delivered.how, DELIVERED_FAULT);
	assert_int_equal(fake_core.delivered.vector, X86_TRAP_GP);
	assert_int_equal(fake_core.delivered.rip, CODE);
}

/* Messages that only a program itself can have sent. */
static void forged_messages_cost_the_space(void **state)
{
	static const uint32_t labels[] = {0, 1, STUB_STOPPED, 3, 0xffa0, 0xfff0, 0x7fe2};

	(void)state;
	for (unsigned int i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		expect_lost((struct fake_message){X2_TAG(labels[i], 0, 3), {0, 1, 2, 3}});
	expect_lost((struct fake_message){X2_TAG_ERROR, {0}});
}

static void one_that_cannot_be_stopped_is_lost(void **state)
{
	(void)state;
	fake_calls.refuse_exchange = true;
	fake_says(thread, fake_page_fault(DATA, CODE + 2, X2_READ));
	run_user_code(v);
	assert_true(fake_core.process_lost);
	assert_int_equal(fake_core.delivered.how, DELIVERED_FAULT);
}

/* ---- events ---- */

/* The thread has not got its answer: it rests as it did, and nothing is taken from it. */
static void an_event_before_the_start(void **state)
{
	(void)state;
	fake_core.event_at = 1;
	fake_core.event_was_pending = true;
	saves(X86_RAX, 0x33);
	v->gpr[X86_RAX] = 0x44;
	run_user_code(v);
	assert_int_equal(v->gpr[X86_RAX], 0x44);
	assert_int_equal(v->rip, CODE);
	assert_true(thread->has_called);
	assert_int_equal(fake_calls.exchange, 0);
}

/* It has got its answer, and may have executed anything. */
static void an_event_behind_the_start(void **state)
{
	(void)state;
	fake_core.event_at = 1;
	saves(X86_RAX, 0x33);
	run_user_code(v);
	assert_int_equal(v->gpr[X86_RAX], 0x33);
	assert_true(thread->has_called);
	assert_int_equal(fake_calls.exchange, 1);
}

static void an_event_stops_running_code(void **state)
{
	(void)state;
	fake_core.allowed = DATA;
	fake_core.allowed_at = MEMORY;
	fake_says(thread, fake_page_fault(DATA, CODE, X2_READ));
	fake_core.event_at = 2;
	saves(X86_RAX, 0x55);
	thread->flags = 0x80ed7; /* with bits that no program sets */
	v->rflags |= X86_FLAGS_IOPL;
	run_user_code(v);
	assert_int_equal(fake_calls.exchange, 1);
	assert_int_equal(v->gpr[X86_RAX], 0x55);
	assert_int_equal(v->rip, CODE);
	assert_int_equal(v->rflags, 0xed7 | X86_FLAGS_IOPL | X86_FLAGS_IF);
	assert_int_equal(fake_core.delivered.how, DELIVERED_NOTHING);
}

/* On its way through the stub it has executed nothing: the vCPU's registers are right. */
static void stopped_inside_the_stub(void **state)
{
	(void)state;
	fake_says(thread, fake_page_fault(STUB_CHANNEL, STUB_CODE + 4, X2_READ));
	fake_core.event_at = 2;
	v->rip = STUB_CODE + 0x40;
	saves(X86_RAX, 0x66);
	v->gpr[X86_RAX] = 0x77;
	run_user_code(v);
	assert_int_equal(fake_calls.exchange, 1);
	assert_int_equal(v->gpr[X86_RAX], 0x77);
	assert_true(thread->has_called);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_fault_that_is_allowed_is_answered, setup),
		cmocka_unit_test_setup(a_fault_that_is_not_is_the_guests, setup),
		cmocka_unit_test_setup(the_stubs_pages_are_the_stubs, setup),
		cmocka_unit_test_setup(exceptions_are_the_guests, setup),
		cmocka_unit_test_setup(an_exception_is_answered_with_registers, setup),
		cmocka_unit_test_setup(an_exception_with_orders_goes_by_the_stub, setup),
		cmocka_unit_test_setup(ports_are_a_protection_fault, setup),
		cmocka_unit_test_setup(a_step_out_of_the_stub_goes_on_behind_it, setup),
		cmocka_unit_test_setup(other_steps_of_the_stub_go_on_there, setup),
		cmocka_unit_test_setup(forged_messages_cost_the_space, setup),
		cmocka_unit_test_setup(one_that_cannot_be_stopped_is_lost, setup),
		cmocka_unit_test_setup(an_event_before_the_start, setup),
		cmocka_unit_test_setup(an_event_behind_the_start, setup),
		cmocka_unit_test_setup(an_event_stops_running_code, setup),
		cmocka_unit_test_setup(stopped_inside_the_stub, setup),
	};

	return RUN_TAP(tests);
}
