/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_parts_test.c - address spaces of 32-bit kernels on the fake Xen: a table of the guest's has
 * several of Xen's, one tree serves kernel and programs, and the kernel's half serves all spaces
 * (space_test.c has what both widths do).
 *
 * Invariant: every test also holds Xen's own rules, since a refused operation ends it.
 */
#include "../fake_guest.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PA = 0x200000,
	LARGE_PA = 0x400000,
	RESERVE = 128, /* pages of the heap that tables do not get (table_pool.c) */
};

#define VA     0x00400000ull
#define HALF   (1ull << 21)  /* of what a table of the guest's maps */
#define MIDDLE 0x80000000ull /* the kernel's half begins */

static void map_halves(uint64_t va, uint64_t pa, uint64_t flags)
{
	guest_map(va, pa, flags);
	guest_map(va + HALF, pa + PAGE, flags);
}

static void touch_halves(enum view view, uint64_t va)
{
	assert_true(touch(view, va, X86_PF_WRITE));
	assert_true(touch(view, va + HALF, X86_PF_WRITE));
}

static void assert_halves_absent(enum view view, uint64_t va)
{
	assert_reaches_nothing(view, va);
	assert_reaches_nothing(view, va + HALF);
}

DEFINE_XEN_TEST(both_halves_of_a_table_are_filled)
{
	load_root(new_root());
	map_halves(VA, PA, U);
	touch_halves(USER, VA);
	assert_reaches(USER, VA, PA, R | W | X);
	assert_reaches(USER, VA + HALF, PA + PAGE, R | W | X);
}

/* The guest replaces a table and tells of one address of its 4 MiB. */
DEFINE_XEN_TEST(an_invlpg_corrects_both_entries_for_a_table)
{
	for (unsigned int half = 0; half < 2; half++) {
		load_root(new_root());
		map_halves(VA, PA, U);
		touch_halves(USER, VA);
		*guest_entry(VA, 2) = 0;
		invlpg(VA + half * HALF);
		assert_halves_absent(USER, VA);
	}
}

DEFINE_XEN_TEST(both_entries_for_a_large_page)
{
	for (unsigned int half = 0; half < 2; half++) {
		unsigned int flushes;

		load_root(new_root());
		*guest_entry(VA, 2) = LARGE_PA | U | X86_PTE_PS;
		touch_halves(USER, VA);
		assert_reaches(USER, VA, LARGE_PA, R | W | X);
		assert_reaches(USER, VA + HALF, LARGE_PA + HALF, R | W | X);
		*guest_entry(VA, 2) = 0;
		flushes = fake_xen.flushes;
		invlpg(VA + half * HALF);
		assert_halves_absent(USER, VA);
		assert_true(fake_xen.flushes > flushes);
	}
}

DEFINE_XEN_TEST(what_has_no_u_is_the_kernels_alone)
{
	load_root(new_root());
	guest_map(VA, PA, K);
	guest_map(VA + PAGE, PA + PAGE, U);
	assert_false(touch(USER, VA, 0));
	assert_true(touch(KERNEL, VA, X86_PF_WRITE));
	assert_true(touch(KERNEL, VA + PAGE, X86_PF_WRITE));
	assert_int_equal(reach(KERNEL, VA).page * PAGE, PA);
	assert_reaches_nothing(USER, VA);
	assert_reaches(USER, VA + PAGE, PA + PAGE, R | W | X);
}

DEFINE_XEN_TEST(a_page_whose_u_goes_is_lost_for_programs)
{
	load_root(new_root());
	guest_map(VA, PA, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	*guest_entry(VA, 1) &= ~(guest_pte)X86_PTE_U;
	invlpg(VA);
	assert_reaches_nothing(USER, VA);
	assert_int_equal(reach(KERNEL, VA).page * PAGE, PA);
}

DEFINE_XEN_TEST(so_is_all_of_a_table)
{
	load_root(new_root());
	map_halves(VA, PA, U);
	touch_halves(USER, VA);
	*guest_entry(VA, 2) &= ~(guest_pte)X86_PTE_U;
	invlpg(VA);
	assert_halves_absent(USER, VA);
}

/*
 * One table, hooked for programs and for the kernel: by the second entry the page is the kernel's,
 * whatever its own says, and the kernel does not execute what nobody has looked at.
 */
DEFINE_XEN_TEST(a_table_for_programs_is_the_kernels_below_an_entry_without_u)
{
	load_root(new_root());
	guest_map(VA, PA, U);
	*guest_entry(VA + SPAN, 2) = *guest_entry(VA, 2) & ~(guest_pte)X86_PTE_U;
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_true(touch(KERNEL, VA + SPAN, X86_PF_WRITE));
	assert_reaches(USER, VA, PA, R | W | X);
	assert_reaches(KERNEL, VA + SPAN, PA, R | W);
	assert_reaches_nothing(USER, VA + SPAN);
	assert_true(backend_code_held(&vcpu, VA + SPAN));
	backend_code_release(&vcpu, VA + SPAN);
	assert_reaches(KERNEL, VA + SPAN, PA, R | W | X);
	*guest_entry(VA + SPAN, 2) |= X86_PTE_U;
	invlpg(VA + SPAN);
	assert_true(touch(USER, VA + SPAN, X86_PF_WRITE));
	assert_reaches(USER, VA + SPAN, PA, R | W | X);
	*guest_entry(VA + SPAN, 2) &= ~(guest_pte)X86_PTE_U;
	invlpg(VA + SPAN);
	touch(KERNEL, VA + SPAN, 0);
	assert_true(backend_code_held(&vcpu, VA + SPAN));
}

/* A block that holds pages of the wedge's too: its pieces have a table, among programs' as well. */
DEFINE_XEN_TEST(what_is_held_of_a_split_large_page_depends_on_u_alone)
{
	guest_pte large = (guest_pte)(FAKE_WEDGE_PAGE * PAGE / SPAN * SPAN) | K | X86_PTE_PS;
	uint64_t kernels = VA + HALF, programs = MIDDLE + HALF;

	load_root(new_root());
	*guest_entry(kernels, 2) = large;
	*guest_entry(programs, 2) = large | X86_PTE_U;
	touch(KERNEL, kernels, 0);
	touch(KERNEL, programs, 0);
	assert_true(backend_code_held(&vcpu, kernels));
	assert_int_equal(reach(KERNEL, kernels).prot, R | W);
	assert_int_equal(reach(USER, programs).prot, R | W | X);
	backend_code_release(&vcpu, kernels);
	assert_int_equal(reach(KERNEL, kernels).prot, R | W | X);
}

/* As the vsyscall page of old kernels was. */
DEFINE_XEN_TEST(a_page_of_programs_in_the_kernels_half_is_reached)
{
	load_root(new_root());
	guest_map(KERNEL_VA, PA, U);
	guest_map(KERNEL_VA + PAGE, PA + PAGE, K);
	assert_true(touch(USER, KERNEL_VA, 0));
	assert_reaches(USER, KERNEL_VA, PA, R | X);
	assert_reaches_nothing(USER, KERNEL_VA + PAGE);
}

/* Two directories that differ where the kernel is: the one that is loaded counts. */
DEFINE_XEN_TEST(the_kernels_half_follows_the_directory_that_is_loaded)
{
	uint64_t first = new_root(), second = new_root(), last = WEDGE_BASE - SPAN;

	load_root(first);
	guest_map(MIDDLE, PA, K);
	guest_map(last, PA + PAGE, K);
	load_root(first);
	assert_int_equal(reach(KERNEL, MIDDLE).page * PAGE, PA);
	assert_int_equal(reach(KERNEL, last).page * PAGE, PA + PAGE);
	load_root(second);
	assert_reaches_nothing(KERNEL, MIDDLE);
	assert_reaches_nothing(KERNEL, last);
	load_root(first);
	assert_int_equal(reach(KERNEL, MIDDLE).page * PAGE, PA);
	assert_int_equal(reach(KERNEL, last).page * PAGE, PA + PAGE);
}

/* A fault made it present, and the guest puts back what was there when it loaded CR3 before. */
DEFINE_XEN_TEST(an_entry_that_a_fault_made_is_compared_too)
{
	load_root(new_root());
	guest_map(MIDDLE, PA, K);
	assert_true(touch(KERNEL, MIDDLE, X86_PF_WRITE));
	*guest_entry(MIDDLE, 2) = 0;
	load_root(vcpu.cr[3]);
	assert_reaches_nothing(KERNEL, MIDDLE);
}

DEFINE_XEN_TEST(a_large_page_that_is_clean_in_one_directory_is_not_written_by_programs)
{
	uint64_t first = new_root(), second = new_root();
	guest_pte clean = LARGE_PA | U | X86_PTE_A | X86_PTE_PS;

	load_root(first);
	*guest_entry(MIDDLE, 2) = clean | X86_PTE_D;
	((guest_pte *)guest_page(second))[MIDDLE / SPAN] = clean;
	load_root(first);
	assert_int_equal(reach(USER, MIDDLE).prot & W, W);
	load_root(second);
	assert_int_equal(reach(USER, MIDDLE).prot & W, 0);
}

/* With CR0.WP clear the kernel writes to what is read-only, and programs do not. */
DEFINE_XEN_TEST(a_write_that_only_the_kernel_may_gives_programs_nothing)
{
	vcpu.cr[0] &= ~(uint64_t)X86_CR0_WP;
	load_root(new_root());
	guest_map(VA, PA, U & ~X86_PTE_W);
	assert_true(touch(USER, VA, 0));
	assert_true(touch(KERNEL, VA, X86_PF_WRITE));
	assert_int_equal(reach(KERNEL, VA).prot & W, W);
	assert_int_equal(reach(USER, VA).prot & W, 0);
	assert_true(touch(USER, VA, 0));
	assert_reaches(USER, VA, PA, R | X);
}

/* What the guest has where the wedge is stays away, in every space. */
DEFINE_XEN_TEST(the_wedge_stays_where_it_is)
{
	uint64_t wedge = WEDGE_BASE;
	struct reach before = reach(KERNEL, wedge);

	load_root(new_root());
	guest_map(wedge, PA, U);
	load_root(vcpu.cr[3]);
	touch(KERNEL, wedge, X86_PF_WRITE);
	assert_int_equal(reach(KERNEL, wedge).page, before.page);
	assert_reaches_nothing(USER, wedge);
}

DEFINE_XEN_TEST(programs_have_their_own_half)
{
	uint64_t first = new_root(), second = new_root(), last = MIDDLE - PAGE;

	load_root(first);
	guest_map(VA, PA, U);
	guest_map(last, PA + PAGE, U);
	assert_true(touch(USER, VA, 0));
	assert_true(touch(USER, last, 0));
	load_root(second);
	assert_reaches_nothing(USER, VA);
	assert_reaches_nothing(USER, last);
	load_root(first);
	assert_reaches(USER, VA, PA, R | X);
	assert_reaches(USER, last, PA + PAGE, R | X);
}

/* The guest changes CR4.PSE, which flushes the TLB. */
static void switch_pse(void)
{
	vcpu.cr[4] ^= X86_CR4_PSE;
	guest_forget_all(&vcpu);
	backend_space_flush(&vcpu);
}

/* What is a large page while CR4.PSE is 1 leads to a table while it is 0. */
static void be_large_and_table(uint64_t va)
{
	guest_pte *table = guest_page(LARGE_PA);

	load_root(new_root());
	table[3] = PA | K;
	*guest_entry(va, 2) = LARGE_PA | K | X86_PTE_PS;
	for (unsigned int i = 0; i < 2; i++) {
		touch(KERNEL, va + 3 * PAGE, 0);
		assert_int_equal(reach(KERNEL, va + 3 * PAGE).page * PAGE, LARGE_PA + 3 * PAGE);
		touch(KERNEL, va + HALF, 0);
		assert_int_equal(reach(KERNEL, va + HALF).page * PAGE, LARGE_PA + HALF);
		switch_pse();
		assert_reaches_nothing(KERNEL, va + 4 * PAGE);
		touch(KERNEL, va + 3 * PAGE, 0);
		assert_int_equal(reach(KERNEL, va + 3 * PAGE).page * PAGE, PA);
		assert_reaches_nothing(KERNEL, va + HALF);
		switch_pse();
	}
}

DEFINE_XEN_TEST(cr4_pse_decides_what_an_entry_is)
{
	be_large_and_table(MIDDLE);
}

DEFINE_XEN_TEST(also_of_programs)
{
	be_large_and_table(VA);
}

/* Another space was compared last while the bit was otherwise. */
DEFINE_XEN_TEST(it_decides_when_a_space_is_loaded_again)
{
	uint64_t first = new_root();
	guest_pte *table = guest_page(LARGE_PA);

	load_root(first);
	table[3] = PA | U;
	*guest_entry(VA, 2) = LARGE_PA | U | X86_PTE_PS;
	assert_true(touch(USER, VA + 3 * PAGE, 0));
	assert_int_equal(reach(USER, VA + 3 * PAGE).page * PAGE, LARGE_PA + 3 * PAGE);
	load_root(new_root());
	switch_pse();
	load_root(first);
	assert_reaches_nothing(USER, VA + 4 * PAGE);
	assert_true(touch(USER, VA + 3 * PAGE, 0));
	assert_int_equal(reach(USER, VA + 3 * PAGE).page * PAGE, PA);
}

/* There is a root for each space that fits, and then they go from one to another. */
DEFINE_XEN_TEST(a_root_has_nothing_of_the_space_that_had_it_before)
{
	uint64_t last = WEDGE_BASE - SPAN;

	load_root(new_root());
	xen.heap_next = xen.heap_end - RESERVE - 60;
	for (unsigned int i = 0; i < 20; i++) {
		load_root(new_root());
		assert_reaches_nothing(USER, VA);
		assert_reaches_nothing(KERNEL, last);
		guest_map(VA, PA + i * PAGE, U);
		guest_map(last, PA + i * PAGE, K);
		assert_true(touch(USER, VA, 0));
		assert_true(touch(KERNEL, last, 0));
		assert_reaches(USER, VA, PA + i * PAGE, R | X);
		assert_int_equal(reach(KERNEL, last).page, PA / PAGE + i);
	}
	assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] > 0);
}

/* Without paging the guest reaches its memory, and none of the wedge's. */
DEFINE_XEN_TEST(a_guest_without_paging_sees_physical_addresses)
{
	uint64_t root = vcpu.cr[3];

	vcpu.cr[0] &= ~(uint64_t)X86_CR0_PG;
	vcpu.cr[4] &= ~(uint64_t)X86_CR4_PSE;
	load_root(root);
	assert_true(touch(KERNEL, PA, X86_PF_WRITE));
	assert_int_equal(reach(KERNEL, PA).page * PAGE, PA);
	for (uint64_t page = 0; page < xen.pages; page++) {
		struct reach r = reach(KERNEL, page * PAGE);

		assert_true(!r.prot || (r.page == page && memory_is_guest(page)));
	}
	vcpu.cr[0] |= X86_CR0_PG;
	load_root(root);
	assert_reaches_nothing(KERNEL, PA);
	assert_int_equal(reach(KERNEL, GUEST_CODE).page * PAGE, GUEST_CODE_PA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(both_halves_of_a_table_are_filled),
		XEN_TEST(an_invlpg_corrects_both_entries_for_a_table),
		XEN_TEST(both_entries_for_a_large_page),
		XEN_TEST(what_has_no_u_is_the_kernels_alone),
		XEN_TEST(a_page_whose_u_goes_is_lost_for_programs),
		XEN_TEST(so_is_all_of_a_table),
		XEN_TEST(a_table_for_programs_is_the_kernels_below_an_entry_without_u),
		XEN_TEST(what_is_held_of_a_split_large_page_depends_on_u_alone),
		XEN_TEST(a_page_of_programs_in_the_kernels_half_is_reached),
		XEN_TEST(the_kernels_half_follows_the_directory_that_is_loaded),
		XEN_TEST(an_entry_that_a_fault_made_is_compared_too),
		XEN_TEST(a_large_page_that_is_clean_in_one_directory_is_not_written_by_programs),
		XEN_TEST(a_write_that_only_the_kernel_may_gives_programs_nothing),
		XEN_TEST(the_wedge_stays_where_it_is),
		XEN_TEST(programs_have_their_own_half),
		XEN_TEST(cr4_pse_decides_what_an_entry_is),
		XEN_TEST(also_of_programs),
		XEN_TEST(it_decides_when_a_space_is_loaded_again),
		XEN_TEST(a_root_has_nothing_of_the_space_that_had_it_before),
		XEN_TEST(a_guest_without_paging_sees_physical_addresses),
	};

	return RUN_TAP(tests);
}
