/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * levels_test.c - a view of a 64-bit guest: what the upper levels of its tables, NX, large pages of
 * 2 MiB and addresses of 64 bits come to. What is the same on i386 is in the tests for both.
 *
 * Invariant: what is mapped is asked of the fake host alone.
 */
#include "../fake_host.h"

/* Nothing of guest_setup's is near. */
#define VA 0x408090000000

enum {
	K = X86_PTE_P | X86_PTE_W,
	U = K | X86_PTE_U,
	PAGE = X86_PAGE_SIZE,
	LARGE = FAKE_LARGE,
	W = X86_PF_WRITE,
	PA = 0x200000,
	TABLE = 0x580000, /* further tables, made by hand */
};

static struct view *const kernel = &fake_view[FAKE_KERNEL], *const user = &fake_view[1];

/* Maps a user page in both views, with all rights. */
static void map_for_both(uint64_t va)
{
	guest_map(va, PA, U);
	fake_kernel_text(PA / PAGE, true);
	assert_true(fake_touch(kernel, va, W));
	assert_true(fake_touch(user, va, W));
	assert_host_maps(kernel, va, PA, FAKE_R | FAKE_W | FAKE_X);
	assert_host_maps(user, va, PA, FAKE_R | FAKE_W | FAKE_X);
}

static void every_level_takes_rights_away(void **state)
{
	(void)state;
	for (unsigned int level = 1; level <= ARCH_PAGE_LEVELS; level++) {
		map_for_both(VA);
		*guest_entry(VA, level) &= ~X86_PTE_W;
		view_sync(kernel, false);
		view_sync(user, true);
		assert_false(host_prot(kernel, VA) & FAKE_W);
		assert_false(host_prot(user, VA) & FAKE_W);
		assert_false(fake_touch(user, VA, W));
		*guest_entry(VA, level) |= X86_PTE_W;

		map_for_both(VA);
		*guest_entry(VA, level) |= X86_PTE_NX;
		view_sync(kernel, false);
		view_sync(user, true);
		assert_false(host_prot(kernel, VA) & FAKE_X);
		assert_false(host_prot(user, VA) & FAKE_X);
		fake_touch(user, VA, W);
		assert_host_maps(user, VA, PA, FAKE_R | FAKE_W);
		*guest_entry(VA, level) &= ~X86_PTE_NX;

		map_for_both(VA);
		*guest_entry(VA, level) &= ~X86_PTE_U;
		view_sync(user, true);
		assert_int_equal(host_prot(user, VA), 0);
		*guest_entry(VA, level) |= X86_PTE_U;

		map_for_both(VA);
		*guest_entry(VA, level) &= ~X86_PTE_P;
		view_sync(kernel, false);
		view_sync(user, true);
		assert_int_equal(host_prot(kernel, VA), 0);
		assert_int_equal(host_prot(user, VA), 0);
		*guest_entry(VA, level) |= X86_PTE_P;
	}
}

static void invlpg_sees_every_level(void **state)
{
	(void)state;
	for (unsigned int level = 1; level <= ARCH_PAGE_LEVELS; level++) {
		map_for_both(VA);
		*guest_entry(VA, level) &= ~(X86_PTE_W | X86_PTE_U);
		view_invalidate(kernel, VA + 5);
		view_invalidate(user, VA + 5);
		assert_false(host_prot(kernel, VA) & FAKE_W);
		assert_int_equal(host_prot(user, VA), 0);
		*guest_entry(VA, level) |= X86_PTE_W | X86_PTE_U;
	}
}

/* The entry's other pages are there; this one is where the new tables say. */
static void an_upper_entry_names_another_table(void **state)
{
	(void)state;
	for (unsigned int level = 2; level <= ARCH_PAGE_LEVELS; level++) {
		guest_pte *entry, old;

		map_for_both(VA);
		entry = guest_entry(VA, level);
		old = *entry;
		*entry = 0;
		guest_map(VA, PA + PAGE, U | X86_PTE_A | X86_PTE_D);
		view_sync(kernel, false);
		view_sync(user, true);
		assert_host_maps(kernel, VA, PA + PAGE, FAKE_R | FAKE_W);
		assert_int_equal(host_prot(user, VA), 0);
		*entry = old;
	}
}

/* As a kernel does to change rights of one page: the same memory, page by page. */
static void a_large_page_is_split(void **state)
{
	(void)state;
	fake_map_large(VA, 0, K | X86_PTE_G);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 2) = 0;
	fake_map_many(VA, 0, 512, K | X86_PTE_G | X86_PTE_A | X86_PTE_D);
	*guest_entry(VA + 3 * PAGE, 1) &= ~X86_PTE_W;
	fake_touch(kernel, VA + LARGE - PAGE, W);
	assert_int_equal(host_prot(kernel, VA), 0);
	view_sync(kernel, true);
	fake_touch(kernel, VA + 3 * PAGE, 0);
	assert_false(fake_touch(kernel, VA + 3 * PAGE, W));
	assert_host_maps(kernel, VA + 3 * PAGE, 3 * PAGE, FAKE_R);
	assert_host_maps(kernel, VA + LARGE - PAGE, LARGE - PAGE, FAKE_R | FAKE_W);
}

static void a_large_page_obeys_nx(void **state)
{
	(void)state;
	fake_map_large(VA, 0, K | X86_PTE_NX);
	fake_touch(kernel, VA, W);
	assert_host_maps(kernel, VA, 0, FAKE_R | FAKE_W);
	assert_false(fake_touch(kernel, VA, X86_PF_FETCH));
	assert_false(view_holds(kernel, VA));
}

/* Nobody waits for the core to look at code that is none. */
static void data_is_not_held(void **state)
{
	(void)state;
	guest_map(VA, PA, K | X86_PTE_NX);
	fake_touch(kernel, VA, W);
	assert_false(view_holds(kernel, VA));
	*guest_entry(VA, 1) &= ~X86_PTE_NX;
	view_invalidate(kernel, VA);
	assert_true(view_holds(kernel, VA));
	view_release(kernel, VA);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W | FAKE_X);
	*guest_entry(VA, 1) |= X86_PTE_NX;
	view_invalidate(kernel, VA);
	assert_host_maps(kernel, VA, PA, FAKE_R | FAKE_W);
}

static void nx_is_reserved_until_it_is_enabled(void **state)
{
	(void)state;
	guest_map(VA, PA, K | X86_PTE_NX);
	guest_map(VA + LARGE, PA, K);
	*guest_entry(VA + LARGE, 2) |= X86_PTE_NX;
	fake_touch(kernel, VA, W);
	fake_touch(kernel, VA + LARGE, W);
	assert_host_maps(kernel, VA + LARGE, PA, FAKE_R | FAKE_W);
	vcpu.efer &= ~(uint64_t)X86_EFER_NX;
	*guest_entry(VA, 1) |= X86_PTE_G;
	view_sync(kernel, true);
	assert_int_equal(host_prot(kernel, VA), 0);
	assert_int_equal(host_prot(kernel, VA + LARGE), 0);
}

/* Calls of gates by code that runs where it was loaded must fault. */
static void the_windows_alias_is_not_executed(void **state)
{
	uint64_t alias = machine.window_alias & ~(LARGE - 1ull);

	(void)state;
	fake_map_large(alias, 0, K);
	fake_map_large(alias - LARGE, 0, K);
	fake_touch(kernel, alias, W);
	fake_touch(kernel, alias - LARGE, W);
	assert_host_maps(kernel, alias, 0, FAKE_R | FAKE_W);
	assert_host_maps(kernel, alias - LARGE, 0, FAKE_R | FAKE_W | FAKE_X);
}

/* CPUID does not show them. */
static void pages_of_1_gib_are_refused(void **state)
{
	(void)state;
	guest_map(VA, PA, K);
	fake_touch(kernel, VA, W);
	*guest_entry(VA, 3) |= X86_PTE_PS;
	view_sync(kernel, false);
	assert_int_equal(host_prot(kernel, VA), 0);
	assert_fatal("1 GiB", fake_touch(kernel, VA, W));
}

static void assert_refused(uint64_t va)
{
	struct guest_walk walk;

	guest_map(va, PA, U);
	assert_fatal("the guest uses", fake_touch(kernel, va, W));
	assert_fatal("the guest uses", fake_touch(user, va, 0));
	assert_true(guest_lookup(&vcpu, va, &walk));
	assert_false(view_has(user, va, &walk));
	assert_false(view_holds(kernel, va));
	view_invalidate(kernel, va);
	view_invalidate(user, va);
}

static void no_view_has_the_wedges_half(void **state)
{
	(void)state;
	assert_refused(LAUNCH_WEDGE_BASE);
	assert_refused(0x800000000000);
	assert_refused(GUEST_DATA);
	assert_refused(~0xfffull);
	guest_map(USER_END - PAGE, PA, U);
	guest_map(USER_END, PA, U);
	fake_touch(user, USER_END - PAGE, W);
	assert_host_maps(user, USER_END - PAGE, PA, FAKE_R | FAKE_W | FAKE_X);
	assert_fatal("the guest uses", fake_touch(user, USER_END, 0));
	fake_touch(kernel, USER_END, W);
	assert_host_maps(kernel, USER_END, PA, FAKE_R | FAKE_W);
}

/* In each of very many places, one after the other, a page is mapped and taken away again. */
static void map_everywhere(bool by_invlpg)
{
	guest_pte *top = guest_pointer(vcpu.cr[3], PAGE);

	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t va = (i % 128) << 39 | (i / 128 % 512) << 30 | i % 7 * LARGE | 0x10000;

		for (unsigned int level = 3; level; level--) {
			guest_pte *table = guest_pointer(TABLE + level * PAGE, PAGE);
			uint64_t below = level > 1 ? TABLE + (level - 1) * PAGE : PA;

			table[va >> (3 + 9 * level) & 511] = below | U;
		}
		top[va >> 39] = (TABLE + 3 * PAGE) | U;
		assert_true(fake_touch(kernel, va, W));
		assert_int_equal(kernel->tables, 1);
		top[va >> 39] = 0;
		if (by_invlpg)
			view_invalidate(kernel, va);
		else
			view_sync(kernel, i % 2);
		assert_int_equal(kernel->tables, 0);
	}
}

/* The heap would not last if they were not given up, however the tables go away. */
static void nodes_are_used_again(void **state)
{
	(void)state;
	map_everywhere(true);
	map_everywhere(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(every_level_takes_rights_away),
		HOST_TEST(invlpg_sees_every_level),
		HOST_TEST(an_upper_entry_names_another_table),
		HOST_TEST(a_large_page_is_split),
		HOST_TEST(a_large_page_obeys_nx),
		HOST_TEST(data_is_not_held),
		HOST_TEST(nx_is_reserved_until_it_is_enabled),
		HOST_TEST(the_windows_alias_is_not_executed),
		HOST_TEST(pages_of_1_gib_are_refused),
		HOST_TEST(no_view_has_the_wedges_half),
		HOST_TEST(nodes_are_used_again),
	};

	return RUN_TAP(tests);
}
