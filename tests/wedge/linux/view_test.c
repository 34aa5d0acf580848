/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_test.c - what of the guest's tables a view maps on the host, and when it takes it away: each
 * rule for itself (view_property_test.c has them together).
 *
 * Invariant: what is mapped is asked of the fake host alone.
 */
#include "fake_host.h"

enum {
	K = X86_PTE_P | X86_PTE_W,
	U = K | X86_PTE_U,
	PAGE = X86_PAGE_SIZE,
	LARGE = 1 << 22,
	W = X86_PF_WRITE,
	VA = 0x90000000,      /* nothing of guest_setup's is in this table, nor the next */
	USER_VA = 0x08048000, /* nor in this one */
	PA = 0x200000,
	OTHER_ROOT = 0x500000,
	OTHER_TABLE = 0x501000,
};

static struct view *const kernel = &fake_view[FAKE_KERNEL], *const user = &fake_view[1];

static void map_many(uint32_t va, uint32_t pa, unsigned int count, uint32_t flags)
{
	for (unsigned int i = 0; i < count; i++)
		guest_map(va + i * PAGE, pa + i * PAGE, flags);
}

static void map_large(uint32_t va, uint32_t pa, uint32_t flags)
{
	*guest_entry(va, 2) = pa | flags | X86_PTE_PS;
}

static void assert_mapped(const struct view *view, uint32_t va, uint64_t pa, unsigned int prot)
{
	assert_int_equal(host_prot(view, va), prot);
	assert_int_equal(host_physical(view, va), pa);
}

static void load_root(uint32_t root)
{
	vcpu.cr[3] = root;
	view_sync(kernel, !(vcpu.cr[4] & X86_CR4_PGE));
}

/* A second address space that has the first one's tables. */
static uint32_t *other_root(void)
{
	uint32_t *root = guest_pointer(OTHER_ROOT, PAGE);

	memcpy(root, guest_pointer(vcpu.cr[3], PAGE), PAGE);
	return root;
}

static void a_small_page_is_filled(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	assert_true(fake_touch(kernel, VA + 123, W));
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_false(host_maps_any(kernel, VA + PAGE, LARGE - PAGE));
	assert_int_equal(host.sets, 1);
}

/* Not writable before it is dirty, and not mapped by a neighbour before it is accessed. */
static void accessed_and_dirty_are_waited_for(void **state)
{
	(void)state;
	map_many(VA, PA, 3, K);
	*guest_entry(VA + 2 * PAGE, 1) |= X86_PTE_A;
	assert_true(fake_touch(kernel, VA, 0));
	assert_mapped(kernel, VA, PA, FAKE_R);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	assert_true(fake_touch(kernel, VA + PAGE, 0));
	assert_mapped(kernel, VA + PAGE, PA + PAGE, FAKE_R);
	assert_mapped(kernel, VA + 2 * PAGE, PA + 2 * PAGE, FAKE_R);
	assert_true(fake_touch(kernel, VA, W));
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_mapped(kernel, VA + PAGE, PA + PAGE, FAKE_R);
}

/* The guest clears the bits to see whether they are set again. */
static void cleared_bits_are_set_again(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(uint32_t)X86_PTE_D;
	view_invalidate(kernel, VA);
	assert_mapped(kernel, VA, PA, FAKE_R);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(uint32_t)X86_PTE_A;
	view_invalidate(kernel, VA);
	assert_int_equal(host_prot(kernel, VA), 0);
}

static void neighbours_come_in_one_call(void **state)
{
	(void)state;
	map_many(VA, PA, 40, K | X86_PTE_A | X86_PTE_D);
	guest_map(VA + 12 * PAGE, PA, K | X86_PTE_A | X86_PTE_D);	/* not the next frame */
	guest_map(VA + 3 * PAGE, PA + 3 * PAGE, X86_PTE_P | X86_PTE_A); /* other rights */
	fake_touch(kernel, VA + 8 * PAGE, W);
	assert_int_equal(host.sets, 1);
	assert_false(host_maps_any(kernel, VA, 4 * PAGE));
	for (unsigned int i = 4; i < 12; i++)
		assert_mapped(kernel, VA + i * PAGE, PA + i * PAGE, FAKE_R | FAKE_W);
	assert_false(host_maps_any(kernel, VA + 12 * PAGE, 28 * PAGE));
}

static void neighbours_end_with_the_table(void **state)
{
	uint32_t edge = VA + LARGE;

	(void)state;
	map_many(edge - 4 * PAGE, PA, 8, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, edge - PAGE, W);
	fake_touch(kernel, edge, W);
	assert_int_equal(host.sets, 2);
	for (unsigned int i = 0; i < 8; i++)
		assert_mapped(kernel, edge - 4 * PAGE + i * PAGE, PA + i * PAGE, FAKE_R | FAKE_W);
}

/* Nor do they bring what cannot be mapped. */
static void neighbours_end_where_nothing_can_be(void **state)
{
	(void)state;
	map_many(FAKE_LOWEST - 4 * PAGE, PA, 8, U | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, FAKE_LOWEST, W);
	assert_mapped(kernel, FAKE_LOWEST + 3 * PAGE, PA + 7 * PAGE, FAKE_R | FAKE_W);
	map_many(VA, FAKE_MEMORY - PAGE, 3, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, VA, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	map_many(WEDGE_BASE - 2 * PAGE, PA, 4, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, WEDGE_BASE - PAGE, W);
	map_many(USER_DOOR - 2 * PAGE, PA, 3, U | X86_PTE_A | X86_PTE_D);
	fake_touch(user, USER_DOOR - PAGE, W);
	assert_mapped(user, USER_DOOR - PAGE, PA + PAGE, FAKE_R | FAKE_W | FAKE_X);
}

static void a_large_page_is_one_mapping(void **state)
{
	(void)state;
	map_large(VA, 0, K);
	fake_touch(kernel, VA + 0x123456, 0);
	assert_int_equal(host.sets, 1);
	assert_mapped(kernel, VA, 0, FAKE_R | FAKE_X);
	assert_mapped(kernel, VA + LARGE - PAGE, LARGE - PAGE, FAKE_R | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, VA + 7 * PAGE, 7 * PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_int_equal(host_prot(kernel, VA + LARGE), 0);
}

static void a_large_page_may_reach_beyond_memory(void **state)
{
	uint32_t end = VA + FAKE_MEMORY - LARGE;

	(void)state;
	map_large(VA, LARGE, K);
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, end - PAGE, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_false(host_maps_any(kernel, end, VA + LARGE - end));
	assert_fatal("no memory", fake_touch(kernel, end, 0));
	map_large(VA, 2 * LARGE, K);
	assert_fatal("no memory", fake_touch(kernel, VA, 0));
	guest_map(VA + LARGE, FAKE_MEMORY, K);
	assert_fatal("no memory", fake_touch(kernel, VA + LARGE, 0));
}

static void a_large_page_is_taken_away(void **state)
{
	(void)state;
	map_large(VA, 0, K);
	fake_touch(kernel, VA, W);
	map_large(VA, 0, X86_PTE_P | X86_PTE_A | X86_PTE_D);
	view_invalidate(kernel, VA + 5 * PAGE);
	assert_false(host_maps_any(kernel, VA, LARGE));
	fake_touch(kernel, VA, 0);
	assert_mapped(kernel, VA, 0, FAKE_R | FAKE_X);
	*guest_entry(VA, 2) = 0;
	guest_map(VA, PA, K);
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

/* PSE decides what an entry is. */
static void an_entry_changes_its_kind_with_cr4(void **state)
{
	(void)state;
	map_large(VA, 0x400000, K);
	fake_touch(kernel, VA, 0);
	vcpu.cr[4] &= ~(uint64_t)X86_CR4_PSE;
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
	((uint32_t *)guest_pointer(0x400000, PAGE))[3] = PA | K;
	assert_true(fake_touch(kernel, VA + 3 * PAGE, 0));
	assert_mapped(kernel, VA + 3 * PAGE, PA, FAKE_R);
	vcpu.cr[4] |= X86_CR4_PSE;
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

static void user_code_sees_user_pages_alone(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	guest_map(USER_VA, PA + PAGE, U);
	guest_map(USER_VA + PAGE, PA + 2 * PAGE, K | X86_PTE_A | X86_PTE_D);
	assert_false(fake_touch(user, VA, 0));
	assert_true(fake_touch(user, USER_VA, W));
	assert_mapped(user, USER_VA, PA + PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_int_equal(host_prot(user, USER_VA + PAGE), 0);
	*guest_entry(USER_VA, 1) &= ~(uint32_t)X86_PTE_U;
	view_sync(user, true);
	assert_int_equal(host_prot(user, USER_VA), 0);
	*guest_entry(USER_VA, 1) |= X86_PTE_U;
	fake_touch(user, USER_VA, W);
	*guest_entry(USER_VA, 2) &= ~(uint32_t)X86_PTE_U;
	view_invalidate(user, USER_VA);
	assert_int_equal(host_prot(user, USER_VA), 0);
}

static void invlpg_brings_one_page_in_line(void **state)
{
	(void)state;
	map_many(VA, PA, 3, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	for (unsigned int i = 0; i < 3; i++)
		*guest_entry(VA + i * PAGE, 1) &= ~(uint32_t)X86_PTE_W;
	view_invalidate(kernel, VA + PAGE + 77);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_mapped(kernel, VA + PAGE, PA + PAGE, FAKE_R);
	guest_map(VA + PAGE, PA + 9 * PAGE, K | X86_PTE_A | X86_PTE_D);
	view_invalidate(kernel, VA + PAGE);
	assert_mapped(kernel, VA + PAGE, PA + 9 * PAGE, FAKE_R | FAKE_W);
	*guest_entry(VA + PAGE, 1) = 0;
	view_invalidate(kernel, VA + PAGE);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	assert_mapped(kernel, VA + 2 * PAGE, PA + 2 * PAGE, FAKE_R | FAKE_W);
	view_invalidate(kernel, VA + LARGE);
}

/* Rights come back when they are used, not with the invalidation. */
static void invlpg_gives_no_rights(void **state)
{
	(void)state;
	guest_map(VA, PA, X86_PTE_P | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, 0);
	*guest_entry(VA, 1) |= X86_PTE_W;
	view_invalidate(kernel, VA);
	assert_mapped(kernel, VA, PA, FAKE_R);
	*guest_entry(VA, 1) &= ~(uint32_t)X86_PTE_W;
	view_invalidate(kernel, VA);
	assert_mapped(kernel, VA, PA, FAKE_R);
}

static void adjacent_changes_are_one_call(void **state)
{
	(void)state;
	map_many(VA, PA, 16, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	for (unsigned int i = 2; i < 10; i++)
		*guest_entry(VA + i * PAGE, 1) &= ~(uint32_t)X86_PTE_W;
	for (unsigned int i = 10; i < 14; i++)
		*guest_entry(VA + i * PAGE, 1) = 0;
	view_sync(kernel, true);
	assert_int_equal(host.protects, 1);
	assert_int_equal(host.removes, 1);
	assert_mapped(kernel, VA + PAGE, PA + PAGE, FAKE_R | FAKE_W);
	assert_mapped(kernel, VA + 9 * PAGE, PA + 9 * PAGE, FAKE_R);
	assert_false(host_maps_any(kernel, VA + 10 * PAGE, 4 * PAGE));
	assert_mapped(kernel, VA + 14 * PAGE, PA + 14 * PAGE, FAKE_R | FAKE_W);
}

static void a_load_keeps_global_pages(void **state)
{
	(void)state;
	guest_map(VA, PA, K | X86_PTE_G);
	guest_map(VA + LARGE, PA + PAGE, K);
	fake_touch(kernel, VA, W);
	fake_touch(kernel, VA + LARGE, W);
	*guest_entry(VA, 1) = 0;
	*guest_entry(VA + LARGE, 1) = 0;
	view_sync(kernel, false);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_int_equal(host_prot(kernel, VA + LARGE), 0);
	view_sync(kernel, true);
	assert_int_equal(host_prot(kernel, VA), 0);
}

/* A table of global leaves that gets another. */
static void a_leaf_that_is_global_no_more_is_compared(void **state)
{
	(void)state;
	guest_map(VA, PA, K | X86_PTE_G);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(uint32_t)X86_PTE_G;
	view_sync(kernel, true);
	*guest_entry(VA, 1) = 0;
	view_sync(kernel, false);
	assert_int_equal(host_prot(kernel, VA), 0);
}

/* Another address space: the buffer at the same place is the other's at once. */
static void few_pages_follow_into_another_space(void **state)
{
	uint32_t *table = guest_pointer(OTHER_TABLE, PAGE);

	(void)state;
	map_many(USER_VA, PA, 3, U);
	fake_touch(kernel, USER_VA, W);
	fake_touch(kernel, USER_VA + PAGE, W);
	fake_touch(kernel, USER_VA + 2 * PAGE, W);
	memset(table, 0, PAGE);
	table[USER_VA >> 12 & 1023] = (PA + 5 * PAGE) | U | X86_PTE_A | X86_PTE_D;
	table[(USER_VA >> 12 & 1023) + 1] = (PA + PAGE) | (U & ~(uint32_t)X86_PTE_W) | X86_PTE_A;
	other_root()[USER_VA >> 22] = OTHER_TABLE | U;
	load_root(OTHER_ROOT);
	assert_mapped(kernel, USER_VA, PA + 5 * PAGE, FAKE_R | FAKE_W);
	assert_mapped(kernel, USER_VA + PAGE, PA + PAGE, FAKE_R);
	assert_int_equal(host_prot(kernel, USER_VA + 2 * PAGE), 0);
}

static void many_pages_do_not_follow(void **state)
{
	uint32_t *table = guest_pointer(OTHER_TABLE, PAGE);

	(void)state;
	map_many(USER_VA, PA, 7, U | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, USER_VA, W);
	memcpy(table, guest_entry(USER_VA & ~(LARGE - 1u), 1), PAGE);
	other_root()[USER_VA >> 22] = OTHER_TABLE | U;
	load_root(OTHER_ROOT);
	assert_false(host_maps_any(kernel, USER_VA & ~(LARGE - 1u), LARGE));
	assert_int_equal(host.removes, 1);
}

/* The entry above the table has a say in the rights. */
static void the_upper_entry_takes_rights_away(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 2) &= ~(uint32_t)X86_PTE_W;
	view_sync(kernel, false);
	assert_false(host_prot(kernel, VA) & FAKE_W);
}

/* With CR0.WP clear the kernel may write what is read-only; only until the next flush. */
static void a_forced_write_is_taken_away(void **state)
{
	(void)state;
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	guest_map(VA, PA, X86_PTE_P | X86_PTE_G);
	assert_true(fake_touch(kernel, VA, W));
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
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
	map_large(VA, 0, X86_PTE_P);
	assert_true(fake_touch(kernel, VA, W));
	assert_mapped(kernel, VA, 0, FAKE_R | FAKE_W | FAKE_X);
	vcpu.cr[0] |= X86_CR0_WP;
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

static void without_paging_memory_is_where_it_is(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_PG;
	view_sync(kernel, true);
	assert_int_equal(host_prot(kernel, VA), 0);
	assert_true(fake_touch(kernel, PA, W));
	assert_mapped(kernel, PA, PA, FAKE_R | FAKE_W | FAKE_X);
	assert_mapped(kernel, FAKE_LOWEST, FAKE_LOWEST, FAKE_R | FAKE_W | FAKE_X);
	assert_mapped(kernel, FAKE_MEMORY - PAGE, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_false(host_maps_any(kernel, FAKE_MEMORY, LARGE));
	view_sync(kernel, true);
	assert_mapped(kernel, PA, PA, FAKE_R | FAKE_W | FAKE_X);
	vcpu.cr[0] |= X86_CR0_PG;
	view_sync(kernel, false);
	assert_false(host_maps_any(kernel, FAKE_LOWEST, FAKE_MEMORY));
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
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
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W | FAKE_X);
	guest_map(VA, PA + PAGE, K | X86_PTE_A);
	view_invalidate(kernel, VA);
	assert_true(view_holds(kernel, VA));
	assert_mapped(kernel, VA, PA + PAGE, FAKE_R);
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
	assert_mapped(kernel, VA, PA + PAGE, FAKE_R | FAKE_W);
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
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_X);
}

static void the_kernels_own_text_is_not_held(void **state)
{
	(void)state;
	fake_kernel_text(PA / PAGE, true);
	guest_map(VA, PA, X86_PTE_P);
	fake_touch(kernel, VA, X86_PF_FETCH);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_X);
	assert_false(view_holds(kernel, VA));
}

/* The fake host notes it if they are touched. */
static void window_and_door_are_left_alone(void **state)
{
	uint32_t last = WEDGE_BASE & ~(LARGE - 1u);

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
	assert_fatal("reservetop", fake_touch(kernel, WEDGE_BASE + PAGE, 0));
	guest_map(USER_DOOR, PA, U);
	assert_fatal("reservetop", fake_touch(user, USER_DOOR, 0));
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
	assert_mapped(user, VA, PA, FAKE_R | FAKE_W | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_mapped(kernel, VA, PA, FAKE_R | FAKE_W);
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
	view_fill(user, VA, &walk);
	assert_true(view_has(user, VA, &walk));
	assert_false(view_has(kernel, VA, &walk));
}

/* Every table of an address space at once, twice: they are used again. */
static void all_tables_of_a_space(void **state)
{
	unsigned int last = WEDGE_BASE >> 22;

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int top = 1; top < last; top++) {
			*guest_entry((uint64_t)top << 22, 2) = OTHER_TABLE | U;
			((uint32_t *)guest_pointer(OTHER_TABLE, PAGE))[7] = PA | U;
			fake_touch(kernel, (top << 22) + 7 * PAGE, W);
		}
		for (unsigned int top = 1; top < last; top++) {
			assert_mapped(kernel, (top << 22) + 7 * PAGE, PA, FAKE_R | FAKE_W);
			*guest_entry((uint64_t)top << 22, 2) = 0;
		}
		host.removes = 0;
		view_sync(kernel, false);
		assert_int_equal(host.removes, 1);
		assert_false(host_maps_any(kernel, 0, WEDGE_BASE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_small_page_is_filled),
		HOST_TEST(accessed_and_dirty_are_waited_for),
		HOST_TEST(cleared_bits_are_set_again),
		HOST_TEST(neighbours_come_in_one_call),
		HOST_TEST(neighbours_end_with_the_table),
		HOST_TEST(neighbours_end_where_nothing_can_be),
		HOST_TEST(a_large_page_is_one_mapping),
		HOST_TEST(a_large_page_may_reach_beyond_memory),
		HOST_TEST(a_large_page_is_taken_away),
		HOST_TEST(an_entry_changes_its_kind_with_cr4),
		HOST_TEST(user_code_sees_user_pages_alone),
		HOST_TEST(invlpg_brings_one_page_in_line),
		HOST_TEST(invlpg_gives_no_rights),
		HOST_TEST(adjacent_changes_are_one_call),
		HOST_TEST(a_load_keeps_global_pages),
		HOST_TEST(a_leaf_that_is_global_no_more_is_compared),
		HOST_TEST(few_pages_follow_into_another_space),
		HOST_TEST(many_pages_do_not_follow),
		HOST_TEST(the_upper_entry_takes_rights_away),
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
		HOST_TEST(all_tables_of_a_space),
	};

	return RUN_TAP(tests);
}
