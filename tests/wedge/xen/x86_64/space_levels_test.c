/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_levels_test.c - address spaces of 64-bit kernels on the fake Xen: what tables above those
 * of the last levels do, and the views apart (space_test.c has what both widths do).
 *
 * Invariant: every test also holds Xen's own rules, since a refused operation ends it.
 */
#include "../fake_guest.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PA = 0x200000,
	LARGE_PA = 0x400000,
	TABLE_FLAGS = U | X86_PTE_A,
	RESERVE = 128, /* pages of the heap that tables do not get (memory.c) */
};

#define VA    0x00400000ull
#define MIB_2 (1ull << 21)
#define GIB   (1ull << 30)

static uint64_t *entries(uint64_t table)
{
	return guest_page(table & X86_PTE_ADDRESS);
}

/*
 * A program's tables go to another program, and one of them still belongs to the space that is
 * given up while the other hooks it.
 */
DEFINE_XEN_TEST(a_table_that_is_about_to_be_hooked_is_not_given_up)
{
	uint64_t first = new_root(), second = new_root(), reused, other = guest_table();

	load_root(first);
	guest_map(VA, PA, U);
	assert_true(touch(USER, VA, 0));
	reused = *guest_entry(VA, 3);

	load_root(second);
	guest_map(VA + GIB, PA + PAGE, U);
	assert_true(touch(USER, VA + GIB, 0));
	*guest_entry(VA, 3) = reused;
	entries(reused)[VA / MIB_2] = other | TABLE_FLAGS;
	entries(other)[0] = (PA + 2 * PAGE) | U;

	xen.heap_next = xen.heap_end - RESERVE;
	assert_true(touch(USER, VA, 0));
	guest_map(VA + 2 * GIB, PA + 3 * PAGE, U);
	assert_true(touch(USER, VA + 2 * GIB, 0));
	assert_reaches(USER, VA, PA + 2 * PAGE, R | X);
	assert_reaches(USER, VA + GIB, PA + PAGE, R | X);
	assert_reaches(USER, VA + 2 * GIB, PA + 3 * PAGE, R | X);
}

/* All of this is global: the space that is not loaded keeps its entry, and the table that leads to.
 */
DEFINE_XEN_TEST(a_flush_also_takes_away_what_only_another_space_has)
{
	uint64_t first = new_root(), second = new_root(), entry, *top = guest_page(first);
	const uint64_t va = KERNEL_VA - (1ull << 39);
	unsigned int slot = va >> 39 & (ENTRIES - 1);

	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	load_root(first);
	guest_map(va, PA, K);
	entry = top[slot];
	((uint64_t *)guest_page(second))[slot] = entry;
	assert_true(touch(KERNEL, va, 0));
	load_root(second);
	assert_true(touch(KERNEL, va, 0));
	load_root(first);
	top[slot] = ((uint64_t *)guest_page(second))[slot] = 0;
	guest_forget_all(&vcpu);
	backend_space_flush(&vcpu);
	entries(entry)[va / GIB % ENTRIES] = 0;
	top[slot] = ((uint64_t *)guest_page(second))[slot] = entry;
	load_root(second);
	assert_reaches_nothing(KERNEL, va);
}

DEFINE_XEN_TEST(both_views_follow_the_rights_of_the_top_level)
{
	load_root(new_root());
	guest_map(VA, PA, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	*guest_entry(VA, 4) &= ~(uint64_t)X86_PTE_W;
	invlpg(VA);
	assert_int_equal(reach(USER, VA).prot & W, 0);
	assert_int_equal(reach(KERNEL, VA).prot & W, 0);
}

/* Entries of 32 bits have no such right. */
DEFINE_XEN_TEST(a_large_page_without_right_to_execute_is_not_held)
{
	uint64_t va;

	load_root(new_root());
	va = map_large(KERNEL_VA + SPAN, LARGE_PA, K | X86_PTE_NX);
	assert_true(touch(KERNEL, va, 0));
	assert_false(backend_code_held(&vcpu, va));
	assert_reaches(KERNEL, va, LARGE_PA, R | W);
}

/*
 * Last-level tables by the hundred are given up for tables of upper levels, which need memory to
 * note the tables below them: more than is kept for that.
 */
DEFINE_XEN_TEST(tables_change_their_level)
{
	load_root(new_root());
	guest_map(VA, PA, U);
	xen.heap_next = xen.heap_end - RESERVE - 900;
	for (unsigned int i = 0; i < 400; i++) {
		uint64_t table = (i < 200 ? 0x110 + i : 0x210 + i - 200) * PAGE;

		entries(table)[0] = PA | U;
		*guest_entry(VA + i * MIB_2, 2) = table | TABLE_FLAGS;
		assert_true(touch(USER, VA + i * MIB_2, 0));
	}
	for (unsigned int i = 0; i < 50; i++) {
		load_root(new_root());
		guest_map(VA, PA, U);
		assert_true(touch(USER, VA, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(a_table_that_is_about_to_be_hooked_is_not_given_up),
		XEN_TEST(a_flush_also_takes_away_what_only_another_space_has),
		XEN_TEST(both_views_follow_the_rights_of_the_top_level),
		XEN_TEST(a_large_page_without_right_to_execute_is_not_held),
		XEN_TEST(tables_change_their_level),
	};

	return RUN_TAP(tests);
}
