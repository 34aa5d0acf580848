/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_states_test.c - a view when the processor's state says more than the tables: CR0.WP and
 * CR0.PG clear, code that is held back, the wedge's own places, and processes that end.
 *
 * Invariant: what is mapped is asked of the fake host alone.
 */
#include "fake_host.h"

/* Nothing of guest_setup's is in this table, nor the next. */
#define VA (ARCH_LONG_MODE ? 0x408090000000 : 0x90000000)

enum {
	K = X86_PTE_P | X86_PTE_W,
	U = K | X86_PTE_U,
	PAGE = X86_PAGE_SIZE,
	LARGE = FAKE_LARGE,
	W = X86_PF_WRITE,
	PA = 0x200000,
	SOME_TABLE = 0x501000,
};

static struct view *const kernel = &fake_view[FAKE_KERNEL], *const user = &fake_view[1];

/* With CR0.WP clear the kernel may write what is read-only; only until the next flush. */
static void a_forced_write_is_taken_away(void **state)
{
	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	guest_map(VA, PA, X86_PTE_P | X86_PTE_G);
	assert_true(fake_touch(kernel, VA, W));
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
	vcpu.cr[0] |= X86_CR0_WP;
	view_sync(kernel, true);
	assert_false(host_prot(kernel, VA) & FAKE_W);
	assert_false(fake_touch(kernel, VA, W));
}

static void a_forced_page_that_is_unmapped_goes(void **state)
{
	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	guest_map(VA, PA, X86_PTE_P);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) = 0;
	view_invalidate(kernel, VA);
	assert_int_equal(host_prot(kernel, VA), 0);
}

static void a_large_page_is_forced_too(void **state)
{
	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	fake_map_large(VA, 0, X86_PTE_P);
	assert_true(fake_touch(kernel, VA, W));
	assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_W | FAKE_X);
	vcpu.cr[0] |= X86_CR0_WP;
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

static void without_paging_memory_is_where_it_is(void **state)
{
	(void)state;
	if (ARCH_LONG_MODE)
		return;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_PG;
	view_sync(kernel, true);
	assert_int_equal(host_prot(kernel, VA), 0);
	assert_true(fake_touch(kernel, PA, W));
	assert_host_maps(kernel, PA, PA, FAKE_R | FAKE_W | FAKE_X);
	assert_host_maps(kernel, FAKE_LOWEST, FAKE_LOWEST, FAKE_R | FAKE_W | FAKE_X);
	assert_host_maps(kernel, FAKE_MEMORY - PAGE, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_false(host_maps_any(kernel, FAKE_MEMORY, LARGE));
	view_sync(kernel, true);
	assert_host_maps(kernel, PA, PA, FAKE_R | FAKE_W | FAKE_X);
	vcpu.cr[0] |= X86_CR0_PG;
	view_sync(kernel, false);
	assert_false(host_maps_any(kernel, FAKE_LOWEST, FAKE_MEMORY));
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
}

static void code_is_held_until_released(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	assert_false(view_holds(kernel, VA));
	fake_touch(kernel, VA, X86_PF_FETCH);
	assert_true(view_holds(kernel, VA + 5));
	view_release(kernel, VA);
	assert_false(view_holds(kernel, VA));
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W | FAKE_X);
	guest_map(VA, PA + PAGE, K | X86_PTE_A);
	view_invalidate(kernel, VA);
	assert_true(view_holds(kernel, VA));
	assert_host_maps(kernel, VA, PA + PAGE, FAKE_R);
}

/* Other code at the same place, found by a fill and not by an invalidation, is not released. */
static void a_fill_of_other_code_holds_it(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, 0);
	view_release(kernel, VA);
	guest_map(VA, PA + PAGE, K);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, PA + PAGE, FAKE_R | FAKE_W);
	assert_true(view_holds(kernel, VA));
}

/* What was written by force may be executed as well, in the end. */
static void a_forced_page_is_released(void **state)
{
	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	guest_map(VA, PA, X86_PTE_P);
	fake_touch(kernel, VA, W);
	for (unsigned int i = 0; i < 2 && view_holds(kernel, VA); i++) {
		view_release(kernel, VA);
		fake_touch(kernel, VA, X86_PF_FETCH);
	}
	assert_false(view_holds(kernel, VA));
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_X);
}

static void the_kernels_own_text_is_not_held(void **state)
{
	(void)state;
	fake_kernel_text(PA / PAGE, true);
	guest_map(VA, PA, X86_PTE_P);
	fake_touch(kernel, VA, X86_PF_FETCH);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_X);
	assert_false(view_holds(kernel, VA));
}

/* The fake host notes it if they are touched. */
static void window_and_door_are_left_alone(void **state)
{
	uint64_t last = WEDGE_BASE & ~(LARGE - 1ull);

	(void)state;
	guest_map(WEDGE_BASE + WEDGE_SIZE, PA, U);
	fake_touch(kernel, WEDGE_BASE + WEDGE_SIZE, W);
	fake_touch(user, WEDGE_BASE + WEDGE_SIZE, W);
	*guest_entry(last, 2) = 0;
	view_sync(kernel, true);
	view_sync(user, true);
	assert_int_equal(host_prot(kernel, WEDGE_BASE + WEDGE_SIZE), 0);
	assert_int_equal(host_prot(user, WEDGE_BASE + WEDGE_SIZE), 0);
	view_clear(kernel);
	view_clear(user);
	guest_map(WEDGE_BASE + PAGE, PA, K);
	assert_fatal("the guest uses", fake_touch(kernel, WEDGE_BASE + PAGE, 0));
	guest_map(USER_DOOR, PA, U);
	assert_fatal("the guest uses", fake_touch(user, USER_DOOR, 0));
}

static void clear_and_forget(void **state)
{
	(void)state;
	guest_map(VA, PA, U);
	fake_touch(kernel, VA, W);
	fake_touch(user, VA, W);
	view_clear(kernel);
	assert_int_equal(host_prot(kernel, VA), 0);
	view_forget(user);
	assert_int_equal(host.removes, 2); /* below and above the window */
	fake_touch(user, VA, W);
	assert_host_maps(user, VA, PA, FAKE_R | FAKE_W | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
}

static void what_is_there_is_known(void **state)
{
	struct guest_walk walk;

	(void)state;
	guest_map(VA, PA, U);
	fake_touch(user, VA, 0);
	guest_walk(&vcpu, VA, X86_PF_USER, &walk);
	assert_true(view_has(user, VA, &walk));
	guest_walk(&vcpu, VA, X86_PF_USER | W, &walk);
	assert_false(view_has(user, VA, &walk));
	assert_true(view_reserve());
	view_fill(user, VA, &walk);
	assert_true(view_has(user, VA, &walk));
	assert_false(view_has(kernel, VA, &walk));
}

/* Many tables at once, twice: they are used again. */
static void many_tables_of_a_space(void **state)
{
	uint64_t first = ARCH_LONG_MODE ? 0x408000000000 : LARGE, many = 1000 * (uint64_t)LARGE;
	uint64_t end = first + many < WEDGE_BASE || ARCH_LONG_MODE ? first + many : WEDGE_BASE;

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		for (uint64_t va = first; va < end; va += LARGE) {
			*fake_pde(va) = SOME_TABLE | U;
			((guest_pte *)guest_pointer(SOME_TABLE, PAGE))[7] = PA | U;
			fake_touch(kernel, va + 7 * PAGE, W);
		}
		for (uint64_t va = first; va < end; va += LARGE) {
			assert_host_maps(kernel, va + 7 * PAGE, PA, FAKE_R | FAKE_W);
			*guest_entry(va, 2) = 0;
		}
		host.removes = 0;
		view_sync(kernel, false);
		assert_int_equal(host.removes, 1);
		assert_false(host_maps_any(kernel, 0, end));
		assert_int_equal(kernel->tables, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_forced_write_is_taken_away),
		HOST_TEST(a_forced_page_that_is_unmapped_goes),
		HOST_TEST(a_large_page_is_forced_too),
		HOST_TEST(without_paging_memory_is_where_it_is),
		HOST_TEST(code_is_held_until_released),
		HOST_TEST(a_fill_of_other_code_holds_it),
		HOST_TEST(a_forced_page_is_released),
		HOST_TEST(the_kernels_own_text_is_not_held),
		HOST_TEST(window_and_door_are_left_alone),
		HOST_TEST(clear_and_forget),
		HOST_TEST(what_is_there_is_known),
		HOST_TEST(many_tables_of_a_space),
	};

	return RUN_TAP(tests);
}
