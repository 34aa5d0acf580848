/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code_test.c - what the kernel maps executable is held back until its code was seen, page by page,
 * and held again if other code may have come there.
 *
 * Invariant: whether code is held is read from Xen's tables too, never from the back end alone.
 */
#include "fake_guest.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	PA = 0x200000,
	BLOCK_PA = 0x400000, /* all of this block is the guest's */
	MIXED_PA = 0x600000, /* this one holds pages of the wedge's too */
	/* No page of this one, or of its neighbour, is the wedge's. */
	WHOLE_PA = XEN_LEVELS == 4 ? BLOCK_PA : 0,
	THIRD = 3 * PAGE,
};

#define LARGE_VA (KERNEL_VA + SPAN)

/* Maps a block by a large page, and touches it; its address. */
static uint64_t map_block(uint64_t pa)
{
	uint64_t va = map_large(LARGE_VA, pa, K);

	backend_space_flush(&vcpu);
	touch(KERNEL, va + THIRD, 0);
	return va;
}

static void assert_held(uint64_t va)
{
	assert_int_equal(reach(KERNEL, va).prot & X, 0);
	assert_true(backend_code_held(&vcpu, va));
}

static void assert_runs(uint64_t va)
{
	assert_int_equal(reach(KERNEL, va).prot & X, X);
	assert_false(backend_code_held(&vcpu, va));
}

static void see(uint64_t va)
{
	assert_held(va);
	backend_code_release(&vcpu, va);
	assert_runs(va);
}

static void start(void)
{
	load_root(new_root());
}

DEFINE_XEN_TEST(a_small_page_is_held_until_it_was_seen)
{
	start();
	guest_map(KERNEL_VA, PA, K);
	touch(KERNEL, KERNEL_VA, 0);
	see(KERNEL_VA);
	*guest_entry(KERNEL_VA, 1) = 0;
	invlpg(KERNEL_VA);
	guest_map(KERNEL_VA, PA, K);
	touch(KERNEL, KERNEL_VA, 0);
	assert_held(KERNEL_VA);
}

DEFINE_XEN_TEST(a_large_page_is_seen_page_by_page)
{
	uint64_t va;

	start();
	va = map_block(BLOCK_PA);
	see(va + THIRD);
	assert_held(va);
	assert_held(va + THIRD + PAGE);
	see(va);
	assert_runs(va + THIRD);
	assert_reaches(KERNEL, va + THIRD, BLOCK_PA + THIRD, R | W | X);
}

static void take_right_away(uint64_t pa)
{
	uint64_t va;

	start();
	va = map_block(pa);
	see(va + THIRD);
	forbid_to_execute(guest_entry(va, 2));
	invlpg(va + THIRD);
	assert_int_equal(reach(KERNEL, va + THIRD).prot & X, 0);
	allow_to_execute(guest_entry(va, 2));
	invlpg(va + THIRD);
	touch(KERNEL, va + THIRD, 0);
	assert_held(va + THIRD);
}

DEFINE_XEN_TEST(a_large_page_that_could_not_be_executed_meanwhile_is_held_again)
{
	take_right_away(BLOCK_PA);
}

DEFINE_XEN_TEST(one_that_holds_pages_of_the_wedge_too)
{
	take_right_away(MIXED_PA);
}

/* Both addresses have one table for the pieces: what one loses, the other does not keep. */
DEFINE_XEN_TEST(a_block_that_two_addresses_map_is_held_again_for_both)
{
	uint64_t va, other;

	start();
	va = map_block(MIXED_PA);
	other = map_large(LARGE_VA + SPAN, MIXED_PA, K);
	touch(KERNEL, other + THIRD, 0);
	see(va + THIRD);
	assert_runs(other + THIRD);
	*guest_entry(va, 2) = 0;
	invlpg(va);
	assert_held(other + THIRD);
}

/* Its pieces have the same content, and may run on. As Linux 7.2 does before it writes a module. */
DEFINE_XEN_TEST(a_piece_of_a_large_page_that_became_small_is_held_once_it_could_be_changed)
{
	uint64_t table, va;

	start();
	table = guest_table();
	va = map_block(BLOCK_PA);
	see(va + THIRD);
	for (unsigned int i = 0; i < SPAN / PAGE; i++)
		((guest_pte *)guest_page(table))[i] =
			(guest_pte)((BLOCK_PA & ~(SPAN - 1)) + i * (uint64_t)PAGE) | K;
	*guest_entry(va, 2) = (guest_pte)table | (K & ~X86_PTE_G);
	backend_space_flush(&vcpu);
	touch(KERNEL, va + THIRD, 0);
	forbid_to_execute(guest_entry(va + THIRD, 1));
	invlpg(va + THIRD);
	allow_to_execute(guest_entry(va + THIRD, 1));
	invlpg(va + THIRD);
	touch(KERNEL, va + THIRD, 0);
	see(va + THIRD);
}

/* Two addresses of one page, small and large: the page is seen by one, and then executed by the
 * other. */
static void see_by_both(uint64_t pa)
{
	uint64_t other = KERNEL_VA + 2 * SPAN, va;

	start();
	guest_map(other, pa + THIRD, K);
	touch(KERNEL, other, 0);
	va = map_block(pa);
	see(other);
	see(va + THIRD);
	assert_runs(other);
}

DEFINE_XEN_TEST(a_page_that_was_seen_by_another_address_runs_too)
{
	see_by_both(BLOCK_PA);
}

DEFINE_XEN_TEST(also_in_a_block_that_holds_pages_of_the_wedge)
{
	see_by_both(MIXED_PA);
}

static void see_block(void)
{
	for (uint64_t i = 0; i < ENTRIES; i++)
		memory_set_code_seen(WHOLE_PA / PAGE + i);
}

DEFINE_XEN_TEST(a_block_that_was_seen_as_a_whole_costs_no_table)
{
	uint64_t taken;

	start();
	guest_map(LARGE_VA, PA, K);
	touch(KERNEL, LARGE_VA, 0);
	see_block();
	taken = vcpu.counters[COUNT_TABLES_TAKEN];
	assert_runs(map_block(WHOLE_PA) + THIRD);
	assert_int_equal(vcpu.counters[COUNT_TABLES_TAKEN], taken);
}

DEFINE_XEN_TEST(it_runs_on_with_other_rights_until_it_goes)
{
	uint64_t va;

	start();
	see_block();
	va = map_block(WHOLE_PA);
	for (unsigned int i = 0; i < 2; i++) {
		*guest_entry(va, 2) ^= X86_PTE_W;
		backend_space_flush(&vcpu);
		assert_runs(va + THIRD);
	}
	*guest_entry(va, 2) = 0;
	backend_space_flush(&vcpu);
	assert_held(map_block(WHOLE_PA) + THIRD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(a_small_page_is_held_until_it_was_seen),
		XEN_TEST(a_large_page_is_seen_page_by_page),
		XEN_TEST(a_large_page_that_could_not_be_executed_meanwhile_is_held_again),
		XEN_TEST(one_that_holds_pages_of_the_wedge_too),
		XEN_TEST(a_block_that_two_addresses_map_is_held_again_for_both),
		XEN_TEST(
			a_piece_of_a_large_page_that_became_small_is_held_once_it_could_be_changed),
		XEN_TEST(a_page_that_was_seen_by_another_address_runs_too),
		XEN_TEST(also_in_a_block_that_holds_pages_of_the_wedge),
		XEN_TEST(a_block_that_was_seen_as_a_whole_costs_no_table),
		XEN_TEST(it_runs_on_with_other_rights_until_it_goes),
	};

	return RUN_TAP(tests);
}
