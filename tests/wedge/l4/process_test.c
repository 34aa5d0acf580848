/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process_test.c - spaces of user code: how they are made, stopped, given their orders, recycled;
 * and threads that do not do as they are told.
 *
 * Invariant: every test begins with a process that rests in the stub's call.
 */
#include "../tap.h"
#include "fake_l4.h"

enum { PAGE = 4096, TRIES = 64 };
#define CODE	 0x40000000u
#define MEMORY	 (L4_WINDOW + 0x10000)
#define FPAGE(n) (X2_FPAGE(MEMORY + (n)*PAGE, 12) | X2_RIGHTS)

static struct process *process;
static struct fake_thread *thread;

static int setup(void **state)
{
	fake_setup(state);
	thread = &fake_users[1];
	process = process_get(1);
	process_end(process);
	memset(&fake_calls, 0, sizeof(fake_calls));
	process = process_get(1);
	return 0;
}

static void making_gives_a_space(void **state)
{
	(void)state;
	assert_int_equal(process->id, L4_USER(1));
	assert_int_equal(fake_calls.thread_control, 2);
	assert_int_equal(fake_calls.space_control, 1);
	assert_true(thread->alive && thread->has_called);
	assert_int_equal(fake_user_page(thread, STUB_CODE),
			 (uintptr_t)stub_page | X2_READ | X2_EXEC);
	assert_int_equal(fake_user_page(thread, STUB_ORDERS), (uintptr_t)process->orders | X2_READ);
	assert_int_equal(fake_user_page(thread, STUB_CHANNEL),
			 (uintptr_t)process->channel | X2_READ | X2_WRITE);
	assert_ptr_equal(process_get(1), process);
	assert_int_equal(fake_calls.thread_control, 2);
}

static void making_fails_loudly(void **state)
{
	(void)state;
	process_end(process);
	fake_calls.refuse_threads = true;
	assert_fatal(process_get(1), "L4 refuses a thread");
	fake_calls.refuse_threads = false;
	fake_says(thread, fake_page_fault(0x1000, CODE, X2_READ));
	assert_fatal(process_get(1), "a new user thread does not start");
}

static void resume(uint32_t ip)
{
	uint32_t sender;

	process->orders->eip = ip;
	x2_ipc(process->id, X2_NIL, X2_NEVER, process_items(process), L4_K_UTCB, &sender);
	process->orders->count = 0;
}

static void stopping_running_code(void **state)
{
	struct x2_registers was = {0};

	(void)state;
	resume(CODE + 5);
	thread->sp = 0x5000;
	thread->flags = 0x246;
	assert_true(process_stop(process, &was));
	assert_int_equal(was.ip, CODE + 5);
	assert_int_equal(was.sp, 0x5000);
	assert_int_equal(was.flags, 0x246);
	assert_true(thread->has_called);
	assert_int_equal(fake_calls.exchange, 1);
}

/* The answer to an exception has no room for items: the thread calls once more, and gets them with
 * that answer. */
static void orders_by_the_answer_to_an_exception(void **state)
{
	uint32_t sender, tag, place = stub_place(stub_orders);

	(void)state;
	fake_says(thread, fake_exception(X86_TRAP_DE, 0, CODE + 7));
	x2_ipc(process->id, process->id, X2_NEVER, 0, L4_K_UTCB, &sender);
	process->excepted = true;
	assert_true(process_answer(process, &tag));
	assert_int_equal(tag, X2_TAG(0, 0, 12));
	assert_int_equal(*x2_mr(L4_K_UTCB, X2_EXCEPTION_EIP), place);
	process_map(process, CODE, FPAGE(0));
	process_unmap(process, X2_FPAGE(CODE + PAGE, 12) | X2_RIGHTS);
	assert_true(process_answer(process, &tag));
	assert_int_equal(tag, X2_TAG(0, 2, 0));
	assert_false(process->excepted);
	assert_true(thread->has_called);
	assert_int_equal(thread->flushed, 1);
	assert_int_equal(process->orders->count, 0);
}

/* User code may have flushed the stub's pages, or be stepped when it is stopped. */
static void stopping_through_faults_of_the_stub(void **state)
{
	struct x2_registers was = {0};

	(void)state;
	resume(CODE);
	fake_says(thread, fake_page_fault(STUB_CODE + 0x20, STUB_CODE + 0x20, X2_EXEC));
	fake_says(thread, fake_exception(X86_TRAP_DB, 0, STUB_CODE + 0x22));
	fake_says(thread, fake_page_fault(STUB_CHANNEL, STUB_CODE + 0x24, X2_WRITE));
	assert_true(process_stop(process, &was));
	assert_int_equal(thread->said, 3);
}

static void expect_lost(struct fake_message message)
{
	struct x2_registers was = {0};

	setup(NULL);
	resume(CODE);
	fake_says(thread, message);
	assert_false(process_stop(process, &was));
}

static void threads_that_do_not_stop(void **state)
{
	struct x2_registers was = {0};
	struct fake_message silence = {X2_TAG_ERROR, {0}};

	(void)state;
	expect_lost(silence);
	expect_lost(fake_page_fault(STUB_END, STUB_CODE, X2_READ));
	expect_lost(fake_page_fault(STUB_CODE - 4, STUB_CODE, X2_READ));
	expect_lost(fake_exception(X86_TRAP_DB, 0, CODE));
	expect_lost(fake_exception(X86_TRAP_GP, 0, STUB_CODE));
	expect_lost((struct fake_message){X2_TAG(STUB_STOPPED + 1, 0, 0), {0}});
	setup(NULL);
	resume(CODE);
	fake_calls.refuse_exchange = true;
	assert_false(process_stop(process, &was));
}

/* L4 halts a thread whose exception nobody takes. */
static void a_halted_thread_is_given_up(void **state)
{
	(void)state;
	resume(CODE);
	thread->halted = true;
	assert_false(process_stop(process, &(struct x2_registers){0}));
}

/* One that faults again and again in the stub is given up. */
static void patience_ends(void **state)
{
	struct x2_registers was = {0};

	(void)state;
	resume(CODE);
	for (unsigned int i = 0; i < TRIES; i++)
		fake_says(thread, fake_page_fault(STUB_CODE, STUB_CODE, X2_READ));
	assert_false(process_stop(process, &was));
	setup(NULL);
	resume(CODE);
	for (unsigned int i = 0; i < TRIES - 1; i++)
		fake_says(thread, fake_page_fault(STUB_CODE, STUB_CODE, X2_READ));
	assert_true(process_stop(process, &was));
}

/* ---- map items and orders ---- */

static void items_go_with_the_answer(void **state)
{
	(void)state;
	process_map(process, CODE, FPAGE(0));
	process_map(process, CODE + PAGE, X2_FPAGE(MEMORY + PAGE, 12) | X2_READ);
	resume(CODE);
	assert_int_equal(thread->answer.tag, X2_TAG(0, 4, 0));
	assert_int_equal(fake_user_page(thread, CODE), MEMORY | X2_RIGHTS);
	assert_int_equal(fake_user_page(thread, CODE + PAGE), (MEMORY + PAGE) | X2_READ);
	assert_int_equal(process_items(process), 0);
}

/* What finds no room in a message comes by a fault. */
static void too_many_items_are_dropped(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < L4_ITEMS + 5; i++)
		process_map(process, CODE + i * PAGE, FPAGE(i));
	resume(CODE);
	assert_int_equal(thread->answer.tag, X2_TAG(0, 2 * L4_ITEMS, 0));
	assert_true(fake_user_page(thread, CODE + (L4_ITEMS - 1) * PAGE));
	assert_false(fake_user_page(thread, CODE + L4_ITEMS * PAGE));
}

static void orders_flush(void **state)
{
	(void)state;
	process_map(process, CODE, FPAGE(0));
	process_map(process, CODE + PAGE, FPAGE(1));
	resume(CODE);
	assert_true(process_stop(process, &(struct x2_registers){0}));
	process_unmap(process, X2_FPAGE(CODE, 12) | X2_RIGHTS);
	assert_true(fake_user_page(thread, CODE));
	assert_true(process_flush(process));
	assert_false(fake_user_page(thread, CODE));
	assert_true(fake_user_page(thread, CODE + PAGE));
	assert_int_equal(process->orders->count, 0);
	assert_int_equal(process->orders->again, 0);
	assert_true(thread->has_called);
}

/* An item that waits must not bring back what is taken away; others stay, in their order. */
static void unmapping_drops_waiting_items(void **state)
{
	(void)state;
	process_map(process, CODE - PAGE, FPAGE(0));
	process_map(process, CODE, FPAGE(1));
	process_map(process, CODE + 3 * PAGE, FPAGE(2));
	process_map(process, CODE + 4 * PAGE, FPAGE(3));
	process_map(process, CODE + 0x400000, X2_FPAGE(L4_WINDOW + 0x400000, 22) | X2_RIGHTS);
	process_unmap(process, X2_FPAGE(CODE, 14) | X2_RIGHTS);
	process_unmap(process, X2_FPAGE(CODE + 0x500000, 12) | X2_RIGHTS);
	assert_int_equal(process->item_count, 2);
	assert_int_equal(process->items[0].base, CODE - PAGE);
	assert_int_equal(process->items[1].base, CODE + 4 * PAGE);
}

static void full_orders_are_carried_out(void **state)
{
	(void)state;
	process_map(process, CODE, FPAGE(0));
	resume(CODE);
	assert_true(process_stop(process, &(struct x2_registers){0}));
	process_unmap(process, X2_FPAGE(CODE, 12) | X2_RIGHTS);
	for (unsigned int i = 1; i < ORDERS_MAX; i++)
		process_unmap(process, X2_FPAGE(CODE + i * PAGE, 12) | X2_RIGHTS);
	assert_int_equal(process->orders->count, ORDERS_MAX);
	assert_int_equal(thread->flushed, 0);
	process_unmap(process, X2_FPAGE(CODE + 0x800000, 12) | X2_RIGHTS);
	assert_int_equal(thread->flushed, ORDERS_MAX);
	assert_false(fake_user_page(thread, CODE));
	assert_int_equal(process->orders->count, 1);
	assert_int_equal(process->orders->list[0], X2_FPAGE(CODE + 0x800000, 12) | X2_RIGHTS);
}

/* What a thread does not flush goes with its space. */
static void disobedience_costs_the_space(void **state)
{
	struct fake_message silence = {X2_TAG_ERROR, {0}};

	(void)state;
	process_map(process, CODE, FPAGE(0));
	resume(CODE);
	assert_true(process_stop(process, &(struct x2_registers){0}));
	for (unsigned int i = 0; i < ORDERS_MAX; i++)
		process_unmap(process, X2_FPAGE(CODE + (i + 1) * PAGE, 12) | X2_RIGHTS);
	fake_says(thread, silence);
	process_unmap(process, X2_FPAGE(CODE, 12) | X2_RIGHTS);
	assert_false(fake_user_page(thread, CODE));
	assert_int_equal(fake_calls.space_control, 2);
	assert_int_equal(process->orders->count, 1);
	assert_true(thread->alive && thread->has_called);
}

static void a_new_space_has_nothing_of_the_old(void **state)
{
	struct orders *orders = process->orders;

	(void)state;
	process_map(process, CODE, FPAGE(0));
	process_unmap(process, X2_FPAGE(CODE + PAGE, 12) | X2_RIGHTS);
	process_end(process);
	assert_false(thread->alive);
	assert_ptr_equal(process_get(1), process);
	assert_ptr_equal(process->orders, orders);
	assert_int_equal(process->orders->count, 0);
	assert_int_equal(process_items(process), 0);
	assert_false(fake_user_page(thread, CODE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(making_gives_a_space, setup),
		cmocka_unit_test_setup(making_fails_loudly, setup),
		cmocka_unit_test_setup(stopping_running_code, setup),
		cmocka_unit_test_setup(orders_by_the_answer_to_an_exception, setup),
		cmocka_unit_test_setup(stopping_through_faults_of_the_stub, setup),
		cmocka_unit_test_setup(threads_that_do_not_stop, setup),
		cmocka_unit_test_setup(a_halted_thread_is_given_up, setup),
		cmocka_unit_test_setup(patience_ends, setup),
		cmocka_unit_test_setup(items_go_with_the_answer, setup),
		cmocka_unit_test_setup(too_many_items_are_dropped, setup),
		cmocka_unit_test_setup(orders_flush, setup),
		cmocka_unit_test_setup(unmapping_drops_waiting_items, setup),
		cmocka_unit_test_setup(full_orders_are_carried_out, setup),
		cmocka_unit_test_setup(disobedience_costs_the_space, setup),
		cmocka_unit_test_setup(a_new_space_has_nothing_of_the_old, setup),
	};

	return RUN_TAP(tests);
}
