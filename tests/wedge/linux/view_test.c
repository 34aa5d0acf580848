/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_test.c - what of the guest's tables a view maps on the host, and when it takes it away: each
 * rule for itself (view_property_test.c has them together).
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
	USER_VA = 0x08048000, /* nothing of guest_setup's either */
	PA = 0x200000,
	OTHER_ROOT = 0x580000,
};

static struct view *const kernel = &fake_view[FAKE_KERNEL], *const user = &fake_view[1];

static void load_root(uint32_t root)
{
	vcpu.cr[3] = root;
	view_sync(kernel, !(vcpu.cr[4] & X86_CR4_PGE));
}

/*
 * A second address space that has the first one's tables, but its own above an address. Returns its
 * last table there, which is empty.
 */
static guest_pte *other_space(uint64_t va)
{
	uint64_t made = OTHER_ROOT;

	for (unsigned int level = ARCH_PAGE_LEVELS; level > 1; level--, made += PAGE) {
		guest_pte *table = guest_pointer(made, PAGE), *entry = guest_entry(va, level);
		unsigned int shift = X86_PAGE_SHIFT + VIEW_INDEX_BITS * (level - 1);
		unsigned int n = va >> shift & (VIEW_ENTRIES - 1);

		memcpy(table, entry - n, PAGE);
		table[n] = (guest_pte)((made + PAGE) | U);
	}
	return memset(guest_pointer(made, PAGE), 0, PAGE);
}

/* The entry of one of these tables. */
static unsigned int slot_of(uint64_t va)
{
	return va / PAGE % VIEW_ENTRIES;
}

static void a_small_page_is_filled(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	assert_true(fake_touch(kernel, VA + 123, W));
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_false(host_maps_any(kernel, VA + PAGE, LARGE - PAGE));
	assert_int_equal(host.sets, 1);
}

/* Not writable before it is dirty, and not mapped by a neighbour before it is accessed. */
static void accessed_and_dirty_are_waited_for(void **state)
{
	(void)state;
	fake_map_many(VA, PA, 3, K);
	*guest_entry(VA + 2 * PAGE, 1) |= X86_PTE_A;
	assert_true(fake_touch(kernel, VA, 0));
	assert_host_maps(kernel, VA, PA, FAKE_R);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	assert_true(fake_touch(kernel, VA + PAGE, 0));
	assert_host_maps(kernel, VA + PAGE, PA + PAGE, FAKE_R);
	assert_host_maps(kernel, VA + 2 * PAGE, PA + 2 * PAGE, FAKE_R);
	assert_true(fake_touch(kernel, VA, W));
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_host_maps(kernel, VA + PAGE, PA + PAGE, FAKE_R);
}

/* The guest clears the bits to see whether they are set again. */
static void cleared_bits_are_set_again(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(guest_pte)X86_PTE_D;
	view_invalidate(kernel, VA);
	assert_host_maps(kernel, VA, PA, FAKE_R);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(guest_pte)X86_PTE_A;
	view_invalidate(kernel, VA);
	assert_int_equal(host_prot(kernel, VA), 0);
}

static void neighbours_come_in_one_call(void **state)
{
	(void)state;
	fake_map_many(VA, PA, 40, K | X86_PTE_A | X86_PTE_D);
	guest_map(VA + 12 * PAGE, PA, K | X86_PTE_A | X86_PTE_D);	/* not the next frame */
	guest_map(VA + 3 * PAGE, PA + 3 * PAGE, X86_PTE_P | X86_PTE_A); /* other rights */
	fake_touch(kernel, VA + 8 * PAGE, W);
	assert_int_equal(host.sets, 1);
	assert_false(host_maps_any(kernel, VA, 4 * PAGE));
	for (unsigned int i = 4; i < 12; i++)
		assert_host_maps(kernel, VA + i * PAGE, PA + i * PAGE, FAKE_R | FAKE_W);
	assert_false(host_maps_any(kernel, VA + 12 * PAGE, 28 * PAGE));
}

static void neighbours_end_with_the_table(void **state)
{
	uint64_t edge = VA + LARGE;

	(void)state;
	fake_map_many(edge - 4 * PAGE, PA, 8, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, edge - PAGE, W);
	fake_touch(kernel, edge, W);
	assert_int_equal(host.sets, 2);
	for (unsigned int i = 0; i < 8; i++)
		assert_host_maps(kernel, edge - 4 * PAGE + i * PAGE, PA + i * PAGE,
				 FAKE_R | FAKE_W);
}

/* Nor do they bring what cannot be mapped. */
static void neighbours_end_where_nothing_can_be(void **state)
{
	(void)state;
	fake_map_many(FAKE_LOWEST - 4 * PAGE, PA, 8, U | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, FAKE_LOWEST, W);
	assert_host_maps(kernel, FAKE_LOWEST + 3 * PAGE, PA + 7 * PAGE, FAKE_R | FAKE_W);
	fake_map_many(VA, FAKE_MEMORY - PAGE, 3, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	fake_map_many(WEDGE_BASE - 2 * PAGE, PA, 4, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, WEDGE_BASE - PAGE, W);
	fake_map_many(USER_DOOR - 2 * PAGE, PA, 3, U | X86_PTE_A | X86_PTE_D);
	fake_touch(user, USER_DOOR - PAGE, W);
	assert_host_maps(user, USER_DOOR - PAGE, PA + PAGE, FAKE_R | FAKE_W | FAKE_X);
}

static void a_large_page_is_one_mapping(void **state)
{
	(void)state;
	fake_map_large(VA, 0, K);
	fake_touch(kernel, VA + 0x123456, 0);
	assert_int_equal(host.sets, 1);
	assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_X);
	assert_host_maps(kernel, VA + LARGE - PAGE, LARGE - PAGE, FAKE_R | FAKE_X);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA + 7 * PAGE, 7 * PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_int_equal(host_prot(kernel, VA + LARGE), 0);
}

static void a_large_page_may_reach_beyond_memory(void **state)
{
	uint64_t base = FAKE_MEMORY / LARGE * LARGE, end = VA + FAKE_MEMORY - base;

	(void)state;
	fake_map_large(VA, base, K);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, end - PAGE, FAKE_MEMORY - PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_false(host_maps_any(kernel, end, VA + LARGE - end));
	assert_fatal("no memory", fake_touch(kernel, end, 0));
	fake_map_large(VA, base + LARGE, K);
	assert_fatal("no memory", fake_touch(kernel, VA, 0));
	guest_map(VA + LARGE, FAKE_MEMORY, K);
	assert_fatal("no memory", fake_touch(kernel, VA + LARGE, 0));
}

static void a_large_page_is_taken_away(void **state)
{
	(void)state;
	fake_map_large(VA, 0, K);
	fake_touch(kernel, VA, W);
	fake_map_large(VA, 0, X86_PTE_P | X86_PTE_A | X86_PTE_D);
	view_invalidate(kernel, VA + 5 * PAGE);
	assert_false(host_maps_any(kernel, VA, LARGE));
	fake_touch(kernel, VA, 0);
	assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_X);
	*guest_entry(VA, 2) = 0;
	guest_map(VA, PA, K);
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

/* PSE decides what an entry is. */
static void an_entry_changes_its_kind_with_cr4(void **state)
{
	(void)state;
	fake_map_large(VA, 0x400000, K);
	fake_touch(kernel, VA, 0);
	if (ARCH_LONG_MODE)
		return;
	vcpu.cr[4] &= ~(uint64_t)X86_CR4_PSE;
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
	((guest_pte *)guest_pointer(0x400000, PAGE))[3] = PA | K;
	assert_true(fake_touch(kernel, VA + 3 * PAGE, 0));
	assert_host_maps(kernel, VA + 3 * PAGE, PA, FAKE_R);
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
	assert_host_maps(user, USER_VA, PA + PAGE, FAKE_R | FAKE_W | FAKE_X);
	assert_int_equal(host_prot(user, USER_VA + PAGE), 0);
	*guest_entry(USER_VA, 1) &= ~(guest_pte)X86_PTE_U;
	view_sync(user, true);
	assert_int_equal(host_prot(user, USER_VA), 0);
	*guest_entry(USER_VA, 1) |= X86_PTE_U;
	fake_touch(user, USER_VA, W);
	*guest_entry(USER_VA, 2) &= ~(guest_pte)X86_PTE_U;
	view_invalidate(user, USER_VA);
	assert_int_equal(host_prot(user, USER_VA), 0);
}

static void invlpg_brings_one_page_in_line(void **state)
{
	(void)state;
	fake_map_many(VA, PA, 3, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	for (unsigned int i = 0; i < 3; i++)
		*guest_entry(VA + i * PAGE, 1) &= ~(guest_pte)X86_PTE_W;
	view_invalidate(kernel, VA + PAGE + 77);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_host_maps(kernel, VA + PAGE, PA + PAGE, FAKE_R);
	guest_map(VA + PAGE, PA + 9 * PAGE, K | X86_PTE_A | X86_PTE_D);
	view_invalidate(kernel, VA + PAGE);
	assert_host_maps(kernel, VA + PAGE, PA + 9 * PAGE, FAKE_R | FAKE_W);
	*guest_entry(VA + PAGE, 1) = 0;
	view_invalidate(kernel, VA + PAGE);
	assert_int_equal(host_prot(kernel, VA + PAGE), 0);
	assert_host_maps(kernel, VA + 2 * PAGE, PA + 2 * PAGE, FAKE_R | FAKE_W);
	view_invalidate(kernel, VA + LARGE);
}

static void a_table_without_pages_is_given_up(void **state)
{
	(void)state;
	fake_map_many(VA, PA, 2, K);
	fake_touch(kernel, VA, W);
	fake_touch(kernel, VA + PAGE, W);
	*guest_entry(VA, 1) = 0;
	view_sync(kernel, false);
	assert_int_equal(kernel->tables, 1);
	*guest_entry(VA + PAGE, 1) = 0;
	view_sync(kernel, false);
	assert_int_equal(kernel->tables, 0);
}

/* Rights come back when they are used, not with the invalidation. */
static void invlpg_gives_no_rights(void **state)
{
	(void)state;
	guest_map(VA, PA, X86_PTE_P | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, 0);
	*guest_entry(VA, 1) |= X86_PTE_W;
	view_invalidate(kernel, VA);
	assert_host_maps(kernel, VA, PA, FAKE_R);
	*guest_entry(VA, 1) &= ~(guest_pte)X86_PTE_W;
	view_invalidate(kernel, VA);
	assert_host_maps(kernel, VA, PA, FAKE_R);
}

static void adjacent_changes_are_one_call(void **state)
{
	(void)state;
	fake_map_many(VA, PA, 16, K | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, VA, W);
	for (unsigned int i = 2; i < 10; i++)
		*guest_entry(VA + i * PAGE, 1) &= ~(guest_pte)X86_PTE_W;
	for (unsigned int i = 10; i < 14; i++)
		*guest_entry(VA + i * PAGE, 1) = 0;
	view_sync(kernel, true);
	assert_int_equal(host.protects, 1);
	assert_int_equal(host.removes, 1);
	assert_host_maps(kernel, VA + PAGE, PA + PAGE, FAKE_R | FAKE_W);
	assert_host_maps(kernel, VA + 9 * PAGE, PA + 9 * PAGE, FAKE_R);
	assert_false(host_maps_any(kernel, VA + 10 * PAGE, 4 * PAGE));
	assert_host_maps(kernel, VA + 14 * PAGE, PA + 14 * PAGE, FAKE_R | FAKE_W);
}

/* However far apart; but what is between them stays. */
static void removals_with_nothing_between_are_one_call(void **state)
{
	uint64_t far = VA + 40ull * LARGE;

	(void)state;
	for (unsigned int between = 0; between < 4; between++) {
		uint64_t kept = between == 1 ? VA + 9 * PAGE : far - between * LARGE;

		guest_map(VA, PA, K);
		guest_map(VA + 5 * PAGE, PA, K);
		guest_map(far, PA + PAGE, K);
		fake_touch(kernel, VA, W);
		fake_touch(kernel, VA + 5 * PAGE, W);
		fake_touch(kernel, far, W);
		if (between == 3)
			fake_map_large(kept, 0, K | X86_PTE_G);
		else if (between)
			guest_map(kept, PA, K | (between == 2 ? X86_PTE_G : 0));
		if (between)
			fake_touch(kernel, kept, W);
		*guest_entry(VA, 1) = 0;
		*guest_entry(VA + 5 * PAGE, 1) = 0;
		*fake_pde(far) = 0;
		host.removes = 0;
		view_sync(kernel, false);
		assert_int_equal(host.removes, between ? 2 : 1);
		assert_int_equal(host_prot(kernel, VA), 0);
		assert_int_equal(host_prot(kernel, VA + 5 * PAGE), 0);
		assert_int_equal(host_prot(kernel, far), 0);
		if (!between)
			continue;
		assert_true(host_prot(kernel, kept) & FAKE_W);
		*guest_entry(kept, between == 3 ? 2 : 1) = 0;
		view_sync(kernel, true);
		assert_int_equal(host_prot(kernel, kept), 0);
	}
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
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
	assert_int_equal(host_prot(kernel, VA + LARGE), 0);
	view_sync(kernel, true);
	assert_int_equal(host_prot(kernel, VA), 0);
}

/* So a direct map costs a load nothing. */
static void a_load_keeps_global_large_pages(void **state)
{
	(void)state;
	fake_map_large(VA, 0, K | X86_PTE_G);
	fake_map_large(VA + LARGE, 0, K);
	fake_touch(kernel, VA, W);
	fake_touch(kernel, VA + LARGE, W);
	*guest_entry(VA, 2) = 0;
	*guest_entry(VA + LARGE, 2) = 0;
	view_sync(kernel, false);
	assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_W | FAKE_X);
	assert_false(host_maps_any(kernel, VA + LARGE, LARGE));
	view_sync(kernel, true);
	assert_false(host_maps_any(kernel, VA, LARGE));
}

/* A flush has seen that it is not: a load must find it. */
static void a_large_page_that_is_global_no_more_is_compared(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		fake_map_large(VA, 0, K | X86_PTE_G);
		fake_touch(kernel, VA, W);
		*guest_entry(VA, 2) &= ~(guest_pte)X86_PTE_G;
		if (i)
			view_sync(kernel, true);
		else
			view_invalidate(kernel, VA + PAGE);
		assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_W | FAKE_X);
		*guest_entry(VA, 2) = 0;
		view_sync(kernel, false);
		assert_false(host_maps_any(kernel, VA, LARGE));
	}
}

/* A table of global leaves that gets another. */
static void a_leaf_that_is_global_no_more_is_compared(void **state)
{
	(void)state;
	guest_map(VA, PA, K | X86_PTE_G);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 1) &= ~(guest_pte)X86_PTE_G;
	view_sync(kernel, true);
	*guest_entry(VA, 1) = 0;
	view_sync(kernel, false);
	assert_int_equal(host_prot(kernel, VA), 0);
}

/* Another address space: the buffer at the same place is the other's at once. */
static void few_pages_follow_into_another_space(void **state)
{
	guest_pte *table;

	(void)state;
	fake_map_many(USER_VA, PA, 3, U);
	fake_touch(kernel, USER_VA, W);
	fake_touch(kernel, USER_VA + PAGE, W);
	fake_touch(kernel, USER_VA + 2 * PAGE, W);
	table = other_space(USER_VA);
	table[slot_of(USER_VA)] = (PA + 5 * PAGE) | U | X86_PTE_A | X86_PTE_D;
	table[slot_of(USER_VA) + 1] = (PA + PAGE) | (U & ~(guest_pte)X86_PTE_W) | X86_PTE_A;
	load_root(OTHER_ROOT);
	assert_host_maps(kernel, USER_VA, PA + 5 * PAGE, FAKE_R | FAKE_W);
	assert_host_maps(kernel, USER_VA + PAGE, PA + PAGE, FAKE_R);
	assert_int_equal(host_prot(kernel, USER_VA + 2 * PAGE), 0);
}

/* Whether the kernel still uses what follows, a fault tells now and then. */
static void what_is_not_used_follows_for_a_while(void **state)
{
	uint64_t root = vcpu.cr[3];
	unsigned int changes = 0;
	guest_pte *table;

	(void)state;
	fake_map_many(USER_VA, PA, 1, U);
	fake_touch(kernel, USER_VA, W);
	table = other_space(USER_VA);
	table[slot_of(USER_VA)] = (PA + PAGE) | U | X86_PTE_A | X86_PTE_D;
	while (changes++ < 100 && host_prot(kernel, USER_VA))
		load_root(changes % 2 ? OTHER_ROOT : (uint32_t)root);
	assert_in_range(changes, 10, 99);
	load_root(OTHER_ROOT);
	assert_int_equal(host_prot(kernel, USER_VA), 0);
	fake_touch(kernel, USER_VA, W);
	load_root((uint32_t)root);
	assert_host_maps(kernel, USER_VA, PA, FAKE_R | FAKE_W);
}

static void many_pages_do_not_follow(void **state)
{
	guest_pte *table;

	(void)state;
	fake_map_many(USER_VA, PA, 7, U | X86_PTE_A | X86_PTE_D);
	fake_touch(kernel, USER_VA, W);
	table = other_space(USER_VA);
	memcpy(table, guest_entry(USER_VA & ~(LARGE - 1ull), 1), PAGE);
	load_root(OTHER_ROOT);
	assert_false(host_maps_any(kernel, USER_VA & ~(LARGE - 1ull), LARGE));
	assert_int_equal(host.removes, 1);
}

/* The entry above the table has a say in the rights. */
static void the_upper_entry_takes_rights_away(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 2) &= ~(guest_pte)X86_PTE_W;
	view_sync(kernel, false);
	assert_false(host_prot(kernel, VA) & FAKE_W);
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
		HOST_TEST(a_table_without_pages_is_given_up),
		HOST_TEST(invlpg_gives_no_rights),
		HOST_TEST(adjacent_changes_are_one_call),
		HOST_TEST(removals_with_nothing_between_are_one_call),
		HOST_TEST(a_load_keeps_global_pages),
		HOST_TEST(a_load_keeps_global_large_pages),
		HOST_TEST(a_large_page_that_is_global_no_more_is_compared),
		HOST_TEST(a_leaf_that_is_global_no_more_is_compared),
		HOST_TEST(few_pages_follow_into_another_space),
		HOST_TEST(what_is_not_used_follows_for_a_while),
		HOST_TEST(many_pages_do_not_follow),
		HOST_TEST(the_upper_entry_takes_rights_away),
	};

	return RUN_TAP(tests);
}
