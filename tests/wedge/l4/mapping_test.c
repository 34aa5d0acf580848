/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping_test.c - what the shadow MMU wants mapped becomes map items and orders: pieces of the
 * sizes that L4 knows, and nothing more; and pages of new kernel code are looked at before the
 * kernel goes on.
 *
 * Invariant: the model of L4 holds what is mapped (fake_l4.h); random cases come in the same order
 * in each run.
 */
#include "../tap.h"
#include "fake_core.h"
#include "fake_l4.h"

#include <stdlib.h>

enum { PAGE = 4096, ROUNDS = 3000, SPAN = 0x1000000 };
#define KERNEL_AT 0x90000000u
#define USER_AT	  0x40000000u

static struct view kernel_view, user_view;
static struct fake_thread *thread;

static int setup(void **state)
{
	fake_setup(state);
	memset(&fake_core, 0, sizeof(fake_core));
	mapping_settle(vcpu_this());
	memset(&fake_core, 0, sizeof(fake_core));
	machine.pages = SPAN / PAGE;
	thread = &fake_users[2];
	process_end(process_get(2));
	user_view.process = process_get(2);
	srand(1);
	return 0;
}

static uint32_t random_pages(uint32_t below)
{
	return (uint32_t)rand() % (below / PAGE) * PAGE;
}

/* All of [va, va + size), as it was asked for, and nothing beside it. */
static void expect_mapped(uint32_t va, uint32_t size, uint32_t physical, uint32_t rights)
{
	for (uint32_t i = 0; i < size; i += PAGE)
		assert_int_equal(fake_kernel_page(va + i), (L4_WINDOW + physical + i) | rights);
	assert_int_equal(fake_kernel_page(va - PAGE), 0);
	assert_int_equal(fake_kernel_page(va + size), 0);
}

static void kernel_mappings_are_exact(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t size = random_pages(round & 1 ? 0x40000 : SPAN / 2) + PAGE;
		uint32_t physical = random_pages(SPAN / 2), va = KERNEL_AT + random_pages(SPAN);
		bool writes = rand() & 1;

		/* A direct map has larger pieces. */
		if (round & 2)
			va = KERNEL_AT + physical;
		mapping_set(&kernel_view, va, size, physical,
			    VIEW_READ | (writes ? VIEW_WRITE : VIEW_EXEC));
		expect_mapped(va, size, physical, X2_READ | X2_EXEC | (writes ? X2_WRITE : 0));
		mapping_remove(&kernel_view, va, size);
		assert_int_equal(fake_kernel_page(va), 0);
		assert_int_equal(fake_kernel_page(va + size - PAGE), 0);
	}
	assert_int_equal(fake_core.fetched, 0);
}

/* The direct map of 16 MiB is four items in one message. */
static void large_pieces_are_one_item(void **state)
{
	(void)state;
	mapping_set(&kernel_view, KERNEL_AT, SPAN, 0, VIEW_READ | VIEW_WRITE);
	assert_int_equal(fake_calls.pager, 1);
	expect_mapped(KERNEL_AT, SPAN, 0, X2_RIGHTS);
	mapping_remove(&kernel_view, KERNEL_AT, SPAN);
	assert_int_equal(fake_calls.unmap, 1);
}

/* At an odd distance each page is an item: 31 in a message. */
static void messages_are_filled(void **state)
{
	(void)state;
	mapping_set(&kernel_view, KERNEL_AT + PAGE, (2 * L4_ITEMS + 1) * PAGE, 0,
		    VIEW_READ | VIEW_WRITE);
	assert_int_equal(fake_calls.pager, 3);
	expect_mapped(KERNEL_AT + PAGE, (2 * L4_ITEMS + 1) * PAGE, 0, X2_RIGHTS);
}

static void user_mappings_wait_for_an_answer(void **state)
{
	uint32_t sender;

	(void)state;
	mapping_set(&user_view, USER_AT, 2 * PAGE, 0x5000, VIEW_READ);
	mapping_set(&user_view, USER_AT + 2 * PAGE, PAGE, 0x9000, VIEW_READ | VIEW_WRITE);
	assert_int_equal(fake_calls.pager, 0);
	assert_int_equal(fake_user_page(thread, USER_AT), 0);
	x2_ipc(user_view.process->id, user_view.process->id, X2_NEVER,
	       process_items(user_view.process), L4_K_UTCB, &sender);
	assert_int_equal(fake_user_page(thread, USER_AT), (L4_WINDOW + 0x5000) | X2_READ | X2_EXEC);
	assert_int_equal(fake_user_page(thread, USER_AT + PAGE),
			 (L4_WINDOW + 0x6000) | X2_READ | X2_EXEC);
	assert_int_equal(fake_user_page(thread, USER_AT + 2 * PAGE),
			 (L4_WINDOW + 0x9000) | X2_RIGHTS);
	/* They go by the space's own orders. */
	assert_true(process_stop(user_view.process, &(struct x2_registers){0}));
	mapping_remove(&user_view, USER_AT, PAGE);
	assert_true(fake_user_page(thread, USER_AT));
	assert_int_equal(user_view.process->orders->count, 1);
	assert_true(process_flush(user_view.process));
	assert_false(fake_user_page(thread, USER_AT));
	assert_true(fake_user_page(thread, USER_AT + PAGE));
}

/* L4 takes rights away, all of them: the page comes back by a fault. The right to execute it does
 * not know. */
static void protection_takes_away(void **state)
{
	(void)state;
	mapping_set(&kernel_view, KERNEL_AT, 2 * PAGE, 0, VIEW_READ | VIEW_WRITE);
	mapping_protect(&kernel_view, KERNEL_AT, PAGE, VIEW_READ | VIEW_WRITE | VIEW_EXEC);
	assert_int_equal(fake_kernel_page(KERNEL_AT), L4_WINDOW | X2_RIGHTS);
	mapping_protect(&kernel_view, KERNEL_AT, PAGE, VIEW_READ);
	assert_int_equal(fake_kernel_page(KERNEL_AT), 0);
	assert_true(fake_kernel_page(KERNEL_AT + PAGE));
	mapping_protect(&user_view, USER_AT, PAGE, VIEW_READ);
	assert_int_equal(user_view.process->orders->count, 1);
	mapping_protect(&user_view, USER_AT, PAGE, VIEW_READ | VIEW_WRITE);
	assert_int_equal(user_view.process->orders->count, 1);
}

/* ---- new code ---- */

static void new_code_is_looked_at_first(void **state)
{
	(void)state;
	mapping_set(&kernel_view, KERNEL_AT, 3 * PAGE, 0, VIEW_READ);
	assert_int_equal(fake_core.fetched, 0);
	mapping_settle(vcpu_this());
	assert_int_equal(fake_core.fetched, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(fake_core.fetch[i], KERNEL_AT + i * PAGE);
	mapping_settle(vcpu_this());
	assert_int_equal(fake_core.fetched, 3);
}

static void no_look_without_need(void **state)
{
	(void)state;
	mapping_set(&kernel_view, KERNEL_AT, PAGE, 0, VIEW_READ | VIEW_WRITE);
	mapping_set(&kernel_view, KERNEL_AT + PAGE, PAGE, PAGE, VIEW_READ | VIEW_EXEC);
	mapping_set(&kernel_view, L4_GUEST_KERNEL - PAGE, PAGE, 2 * PAGE, VIEW_READ);
	mapping_set(&user_view, USER_AT, PAGE, 3 * PAGE, VIEW_READ);
	mapping_settle(vcpu_this());
	assert_int_equal(fake_core.fetched, 0);
}

/* A page that cannot be noted is not mapped: it faults again when there is room. */
static void without_room_nothing_is_mapped(void **state)
{
	enum { ROOM = 64 };

	(void)state;
	mapping_set(&kernel_view, KERNEL_AT, ROOM * PAGE, 0, VIEW_READ);
	mapping_set(&kernel_view, KERNEL_AT + ROOM * PAGE, PAGE, ROOM * PAGE, VIEW_READ);
	assert_true(fake_kernel_page(KERNEL_AT + (ROOM - 1) * PAGE));
	assert_false(fake_kernel_page(KERNEL_AT + ROOM * PAGE));
	mapping_settle(vcpu_this());
	assert_int_equal(fake_core.fetched, ROOM);
	mapping_set(&kernel_view, KERNEL_AT + ROOM * PAGE, PAGE, ROOM * PAGE, VIEW_READ);
	assert_true(fake_kernel_page(KERNEL_AT + ROOM * PAGE));
}

static void views_end_where_the_wedge_begins(void **state)
{
	(void)state;
	assert_int_equal(view_bounds(&kernel_view).end, L4_WINDOW);
	assert_int_equal(view_bounds(&user_view).end, STUB_CODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(kernel_mappings_are_exact, setup),
		cmocka_unit_test_setup(large_pieces_are_one_item, setup),
		cmocka_unit_test_setup(messages_are_filled, setup),
		cmocka_unit_test_setup(user_mappings_wait_for_an_answer, setup),
		cmocka_unit_test_setup(protection_takes_away, setup),
		cmocka_unit_test_setup(new_code_is_looked_at_first, setup),
		cmocka_unit_test_setup(no_look_without_need, setup),
		cmocka_unit_test_setup(without_room_nothing_is_mapped, setup),
		cmocka_unit_test_setup(views_end_where_the_wedge_begins, setup),
	};

	return RUN_TAP(tests);
}
