/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_test.c - address spaces on the fake Xen: what a program and the kernel reach of what the
 * guest's tables allow, each rule for itself (space_property_test.c has them together). For kernels
 * of either width; what only one has is in its folder.
 *
 * Invariant: every test also holds Xen's own rules, since a refused operation ends it.
 */
#include "fake_guest.h"
#include "fake_width.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PA = 0x200000,
	RESERVE = 128, /* pages of the heap that tables do not get (memory.c) */
};

#define VA 0x00400000ull

/* A block that holds pages of the wedge's too, and is split therefore. */
#define LARGE_PA (FAKE_WEDGE_PAGE * PAGE / SPAN * SPAN)

DEFINE_XEN_TEST(a_user_page_is_filled_in_both_views)
{
	uint64_t root = new_root();

	load_root(root);
	guest_map(VA, PA, U);
	assert_reaches_nothing(USER, VA);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_reaches(USER, VA, PA, R | W | X);
	assert_true(touch(KERNEL, VA, 0));
	assert_reaches(KERNEL, VA, PA, R | W | X);
}

/* One invlpg of the guest's covers the large page, of which Xen's tables have 512 pieces. */
DEFINE_XEN_TEST(an_invlpg_of_a_large_page_flushes_all_of_it)
{
	unsigned int flushes;

	load_root(new_root());
	guest_map(VA, PA, U);
	*guest_entry(VA, 2) = (guest_pte)(LARGE_PA) | U | X86_PTE_PS | X86_PTE_D;
	assert_true(touch(USER, VA + PAGE, X86_PF_WRITE));
	assert_reaches(USER, VA + PAGE, LARGE_PA + PAGE, R | W | X);
	*guest_entry(VA, 2) = 0;
	flushes = fake_xen.flushes;
	invlpg(VA);
	assert_reaches_nothing(USER, VA + PAGE);
	assert_true(fake_xen.flushes > flushes);
}

/* Its pieces have no entry of the guest's, whatever the memory that they map holds. */
DEFINE_XEN_TEST(a_clean_large_page_becomes_writable)
{
	load_root(new_root());
	guest_map(VA, PA, U);
	*guest_entry(VA, 2) = (guest_pte)(LARGE_PA) | U | X86_PTE_PS;
	memset(guest_page(LARGE_PA), 0xff, PAGE);
	assert_true(touch(USER, VA, 0));
	assert_reaches(USER, VA, LARGE_PA, R | X);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_reaches(USER, VA, LARGE_PA, R | W | X);
}

/* When the guest invalidates the first page, or all by a load of CR3, nothing is to be corrected.
 */
DEFINE_XEN_TEST(what_a_fill_takes_away_is_flushed_when_the_guest_asks)
{
	unsigned int flushes, invalidations;

	load_root(new_root());
	guest_map(KERNEL_VA, PA, K);
	guest_map(KERNEL_VA + PAGE, PA + PAGE, K);
	assert_true(touch(KERNEL, KERNEL_VA, 0));
	guest_map(KERNEL_VA, PA + 2 * PAGE, K);
	guest_map(KERNEL_VA + 2 * PAGE, PA, K);
	flushes = fake_xen.flushes;
	invalidations = fake_xen.invalidations;
	assert_true(touch(KERNEL, KERNEL_VA + 2 * PAGE, 0));
	assert_int_equal(reach(KERNEL, KERNEL_VA).page * PAGE, PA + 2 * PAGE);
	invlpg(KERNEL_VA);
	assert_int_equal(fake_xen.invalidations, invalidations + 1);
	assert_int_equal(fake_xen.invalidated, KERNEL_VA);
	assert_int_equal(fake_xen.flushes, flushes);
	load_root(vcpu.cr[3]);
	assert_int_equal(fake_xen.flushes, flushes + 1);
}

/* A fill that only adds must not pay for a flush. */
DEFINE_XEN_TEST(a_fill_that_adds_flushes_nothing)
{
	unsigned int flushes;

	load_root(new_root());
	guest_map(KERNEL_VA, PA, K);
	guest_map(VA, PA, U);
	flushes = fake_xen.flushes;
	assert_true(touch(KERNEL, KERNEL_VA, 0));
	assert_true(touch(USER, VA, 0));
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_int_equal(fake_xen.flushes, flushes);
	assert_int_equal(fake_xen.invalidations, 0);
}

/* A page of the kernel's that is not global, used in one space and changed in another. */
DEFINE_XEN_TEST(a_load_takes_away_what_is_not_global_whoever_filled_it)
{
	uint64_t first = new_root(), second = new_root();

	/* The stack of guest_setup is not global: it would be looked at anyhow. */
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	load_root(first);
	guest_map(KERNEL_VA, PA, K);
	fake_share_kernel(second, first);
	load_root(second);
	assert_true(touch(KERNEL, KERNEL_VA, 0));
	load_root(first);
	*guest_entry(KERNEL_VA, 1) = (PA + PAGE) | (K & ~X86_PTE_G);
	invlpg(KERNEL_VA);
	assert_int_equal(reach(KERNEL, KERNEL_VA).page * PAGE, PA + PAGE);
	load_root(second);
	*guest_entry(KERNEL_VA, 1) = (PA + 2 * PAGE) | (K & ~X86_PTE_G);
	load_root(second);
	assert_int_equal(reach(KERNEL, KERNEL_VA).page * PAGE, PA + 2 * PAGE);
}

/* Loads the same space again, and counts the tables that this compares. */
static uint64_t tables_compared_by_a_load(void)
{
	uint64_t before = vcpu.counters[COUNT_TABLES_COMPARED];

	load_root(vcpu.cr[3]);
	return vcpu.counters[COUNT_TABLES_COMPARED] - before;
}

/* As a kernel's first pages do, when it turns CR4.PGE on. */
DEFINE_XEN_TEST(a_table_whose_pages_became_global_is_compared_no_more)
{
	uint64_t without;

	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	load_root(new_root());
	guest_map(KERNEL_VA, PA, K);
	assert_true(touch(KERNEL, KERNEL_VA, 0));
	load_root(vcpu.cr[3]);
	without = tables_compared_by_a_load();
	guest_map(KERNEL_VA + PAGE, PA + PAGE, K & ~X86_PTE_G);
	assert_true(touch(KERNEL, KERNEL_VA + PAGE, 0));
	load_root(vcpu.cr[3]);
	assert_true(tables_compared_by_a_load() > without);
	guest_map(KERNEL_VA + PAGE, PA + PAGE, K);
	load_root(vcpu.cr[3]);
	assert_int_equal(tables_compared_by_a_load(), without);

	/* And again, when one of its pages is not. */
	guest_map(KERNEL_VA + PAGE, PA + PAGE, K & ~X86_PTE_G);
	invlpg(KERNEL_VA + PAGE);
	guest_map(KERNEL_VA + PAGE, PA + 2 * PAGE, K & ~X86_PTE_G);
	load_root(vcpu.cr[3]);
	assert_int_equal(reach(KERNEL, KERNEL_VA + PAGE).page * PAGE, PA + 2 * PAGE);
}

/* Touches a page below each of so many last-level tables, all of them apart. */
static void touch_many(uint64_t first, unsigned int tables)
{
	for (unsigned int i = 0; i < tables; i++) {
		guest_map(first + i * SPAN, PA, U);
		assert_true(touch(USER, first + i * SPAN, 0));
		assert_reaches(USER, first + i * SPAN, PA, R | X);
	}
}

/* The heap has room for some of a program's tables only: the others make place. */
DEFINE_XEN_TEST(a_program_with_too_many_tables_goes_on)
{
	load_root(new_root());
	xen.heap_next = xen.heap_end - RESERVE - 60;
	touch_many(VA, 100);
	assert_true(vcpu.counters[COUNT_SPACES_EMPTIED] > 0);
}

/* More spaces than tables: the oldest go, and come back when they are loaded. */
DEFINE_XEN_TEST(spaces_come_and_go)
{
	uint64_t roots[20];

	for (unsigned int i = 0; i < 20; i++)
		roots[i] = new_root();
	load_root(roots[0]);
	xen.heap_next = xen.heap_end - RESERVE - 60;
	for (unsigned int i = 0; i < 60; i++) {
		load_root(roots[i % 20]);
		guest_map(VA, PA + i % 20 * PAGE, U);
		assert_true(touch(USER, VA, 0));
		assert_reaches(USER, VA, PA + i % 20 * PAGE, R | X);
	}
	assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] > 0);
}

/* What the kernel itself needs is too much: no table is wrong, the guest ends. */
DEFINE_XEN_TEST(a_kernel_with_too_many_tables_ends)
{
	load_root(new_root());
	xen.heap_next = xen.heap_end - RESERVE;
	for (unsigned int i = 0; i < 100; i++)
		guest_map(KERNEL_VA + i * SPAN, PA, K);
	assert_fatal("heap",
		     for (unsigned int i = 0; i < 100; i++) touch(KERNEL, KERNEL_VA + i * SPAN, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(a_user_page_is_filled_in_both_views),
		XEN_TEST(an_invlpg_of_a_large_page_flushes_all_of_it),
		XEN_TEST(a_clean_large_page_becomes_writable),
		XEN_TEST(what_a_fill_takes_away_is_flushed_when_the_guest_asks),
		XEN_TEST(a_fill_that_adds_flushes_nothing),
		XEN_TEST(a_load_takes_away_what_is_not_global_whoever_filled_it),
		XEN_TEST(a_table_whose_pages_became_global_is_compared_no_more),
		XEN_TEST(a_program_with_too_many_tables_goes_on),
		XEN_TEST(spaces_come_and_go),
		XEN_TEST(a_kernel_with_too_many_tables_ends),
	};

	return RUN_TAP(tests);
}
