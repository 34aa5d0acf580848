/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * low_kernel_test.c - a kernel that is linked in a GiB of its own among its programs' addresses
 * (layout.h): which kernels count as such, and what its programs and it reach, each rule for itself
 * (space_property_test.c has them together).
 *
 * Invariant: as in space_test.c, every test also holds Xen's own rules.
 */
#include <space.h>

#include "../fake_guest.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PA = 0x200000,
	RESERVE = 128, /* pages of the heap that tables do not get (memory.c) */
};

#define VA	  0x00400000ull
#define MIB_2	  (1ull << 21)
#define GIB	  (1ull << 30)
#define DIRECT_VA (129ull << 39)

/* ---- which kernels ---- */

static void assert_upper(struct layout l)
{
	assert_int_equal(l.first, 256);
	assert_int_equal(l.image, 0);
}

DEFINE_XEN_TEST(the_place_of_its_code_decides)
{
	struct layout l = layout_of(0x41000000, 0x42000000);

	assert_int_equal(l.first, 128);
	assert_int_equal(l.image, 1);
	assert_int_equal(layout_of(511 * GIB, 511 * GIB + MIB_2).image, 511);
	assert_upper(layout_of(0xffffffff81000000, 0xffffffff82000000));
	assert_upper(layout_of(0xffff900000100000, 0xffff900000200000));
}

DEFINE_XEN_TEST(code_that_has_no_gib_of_its_own_counts_as_upper)
{
	assert_upper(layout_of(0, 0));
	assert_upper(layout_of(0x100000, 0x200000));
	assert_upper(layout_of(0x100000, 0x41000000));
	assert_upper(layout_of(0x41000000, 0x81000000));
	assert_upper(layout_of(GIB, 2 * GIB));
	assert_upper(layout_of(512 * GIB, 512 * GIB));
}

/* ---- what is reached ---- */

/* A low kernel that runs in its second space: the first is its own, with no programs. */
static uint64_t start(void)
{
	uint64_t root;

	be_low();
	load_root(vcpu.cr[3]);
	assert_true(touch(KERNEL, IMAGE_VA, 0));
	root = new_root();
	load_root(root);
	return root;
}

DEFINE_XEN_TEST(both_views_have_programs_on_all_sides_of_the_kernel)
{
	static const uint64_t places[] = {VA, 2 * GIB, 511 * GIB, 512 * GIB, 127ull << 39};

	start();
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		guest_map(places[i], PA + i * PAGE, U);
		assert_reaches_nothing(USER, places[i]);
		assert_true(touch(USER, places[i], X86_PF_WRITE));
		assert_reaches(USER, places[i], PA + i * PAGE, R | W | X);
		assert_reaches(KERNEL, places[i], PA + i * PAGE, R | W | X);
	}
	assert_int_equal(vcpu.counters[COUNT_SPACES_SPLIT], 0);
}

/* Whatever the guest's entries allow. */
DEFINE_XEN_TEST(programs_do_not_reach_the_kernel)
{
	static const uint64_t places[] = {IMAGE_VA, DIRECT_VA, 236ull << 39};

	start();
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		guest_map(places[i], PA, U);
		for (unsigned int level = 4; level > 1; level--)
			*guest_entry(places[i], level) |= X86_PTE_U;
		assert_true(touch(USER, places[i], 0));
		assert_true(touch(KERNEL, places[i], 0));
		assert_reaches_nothing(USER, places[i]);
		assert_int_equal(reach(KERNEL, places[i]).page * PAGE, PA);
	}
	load_root(vcpu.cr[3]);
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_reaches_nothing(USER, places[i]);
}

/* Nobody asks for the kernel's entry in the user view; nor would it be made. */
DEFINE_XEN_TEST(the_user_view_refuses_the_kernels_entry)
{
	struct shadow *mixed;

	start();
	guest_map(VA, PA, U);
	guest_map(IMAGE_VA, PA, U);
	assert_true(touch(USER, VA, 0));
	mixed = shadow_child(space_current()->user, 0);
	assert_int_equal(tables_entry(mixed, xen.layout.image) & U, U);
	shadow_update(mixed, xen.layout.image, true);
	assert_false(shadow_present(mixed, xen.layout.image));
	assert_int_equal(shadow_value(mixed, xen.layout.image), 0);
}

/* Nothing is touched there since the space is new. */
DEFINE_XEN_TEST(a_new_space_has_the_image_at_once)
{
	start();
	assert_reaches(KERNEL, IMAGE_VA, GUEST_CODE_PA, R | W);
	assert_reaches_nothing(USER, IMAGE_VA);
	assert_int_equal(vcpu.counters[COUNT_SPACES_SPLIT], 0);
}

/* The frame of the table of level 2 on the way to an address. */
static uint64_t table_on_the_way(enum view view, uint64_t va)
{
	uint64_t frame = view == USER ? fake_xen.user : fake_xen.kernel;

	for (unsigned int level = 4; level > 2; level--)
		frame = (fake_frame(frame)[va >> (3 + 9 * level) & 511] & X86_PTE_ADDRESS) / PAGE;
	return frame;
}

DEFINE_XEN_TEST(both_views_share_the_tables_of_programs)
{
	start();
	guest_map(VA, PA, U);
	guest_map(512 * GIB, PA, U);
	assert_true(touch(USER, VA, 0));
	assert_true(touch(USER, 512 * GIB, 0));
	assert_int_equal(table_on_the_way(USER, VA), table_on_the_way(KERNEL, VA));
	assert_int_equal(table_on_the_way(USER, 512 * GIB), table_on_the_way(KERNEL, 512 * GIB));
}

/* A table of the kernel's beyond the image, used in one space, is there in all. */
DEFINE_XEN_TEST(spaces_share_the_direct_map)
{
	uint64_t first, second;

	be_low();
	guest_map(DIRECT_VA, PA, K);
	first = new_root();
	second = new_root();
	load_root(first);
	assert_true(touch(KERNEL, DIRECT_VA, X86_PF_WRITE));
	load_root(second);
	assert_reaches(KERNEL, DIRECT_VA, PA, R | W);
}

/* The kernel maps a page for itself among its programs', as text patching does. */
DEFINE_XEN_TEST(a_split_space_keeps_the_image_and_the_programs)
{
	start();
	guest_map(VA, PA, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	guest_map(VA + PAGE, PA + PAGE, K);
	assert_true(touch(KERNEL, VA + PAGE, X86_PF_WRITE));
	assert_int_equal(vcpu.counters[COUNT_SPACES_SPLIT], 1);
	assert_reaches(KERNEL, VA + PAGE, PA + PAGE, R | W);
	assert_reaches(KERNEL, IMAGE_VA, GUEST_CODE_PA, R | W);
	assert_reaches(USER, VA, PA, R | W | X);
	assert_reaches_nothing(USER, VA + PAGE);
	assert_reaches_nothing(USER, IMAGE_VA);
}

static unsigned int updates_flushed;

static void note_updates(void)
{
	updates_flushed = fake_xen.updates;
}

/* The processor may go on through the tables that a split takes out of use, if it is not told. */
DEFINE_XEN_TEST(the_last_step_of_a_split_is_a_flush)
{
	start();
	guest_map(VA, PA, K);
	fake_xen.flushed = note_updates;
	assert_true(touch(KERNEL, VA, 0));
	assert_int_equal(updates_flushed, fake_xen.updates);
}

/* One table of a program's at two places of the table that it shares with the kernel. */
DEFINE_XEN_TEST(what_an_alias_changes_is_invalidated_later)
{
	static const uint64_t other = VA + 2 * GIB;

	start();
	guest_map(VA, PA, U);
	*guest_entry(other, 3) = *guest_entry(VA, 3);
	assert_true(touch(USER, VA, 0));
	assert_true(touch(USER, other, 0));
	*guest_entry(VA, 1) = 0;
	invlpg(VA);
	assert_reaches_nothing(USER, other);
	invlpg(other);
	assert_int_equal(fake_xen.invalidated, other);
}

/* Spaces come and go; of all that had the image's table, only those that are left keep it. */
DEFINE_XEN_TEST(a_space_that_is_given_up_keeps_nothing)
{
	enum { SPACES = 48 }; /* as space.c has */

	start();
	for (unsigned int i = 0; i < 2 * SPACES; i++)
		load_root(new_root());
	assert_true(vcpu.counters[COUNT_SPACES_GIVEN_UP] >= SPACES);
	assert_in_range(space_current()->image->links, 1, 2 * SPACES);
}

/* Its only way there is replaced while the kernel runs on a small page of it. */
DEFINE_XEN_TEST(the_image_stays_when_the_table_above_is_replaced)
{
	uint64_t *top, *old, *new, table;

	be_low();
	load_root(vcpu.cr[3]);
	assert_true(touch(KERNEL, IMAGE_VA, 0));
	table = guest_table();
	top = guest_page(vcpu.cr[3]);
	old = guest_page(top[0] & X86_PTE_ADDRESS);
	new = guest_page(table);
	new[xen.layout.image] = old[xen.layout.image];
	top[0] = table | (top[0] & ~X86_PTE_ADDRESS);
	load_root(vcpu.cr[3]);
	assert_reaches(KERNEL, IMAGE_VA, GUEST_CODE_PA, R | W);
}

DEFINE_XEN_TEST(a_program_with_too_many_tables_leaves_the_image)
{
	start();
	xen.heap_next = xen.heap_end - RESERVE - 60;
	for (unsigned int i = 0; i < 100; i++) {
		guest_map(VA + i * MIB_2, PA, U);
		assert_true(touch(USER, VA + i * MIB_2, 0));
		assert_reaches(USER, VA + i * MIB_2, PA, R | X);
		assert_reaches(KERNEL, IMAGE_VA, GUEST_CODE_PA, R | W);
	}
	assert_true(vcpu.counters[COUNT_SPACES_EMPTIED] > 0);
}

/* ---- what it costs ---- */

/* Both views hook a program's table: that is no alias, whose changes would have to be flushed. */
DEFINE_XEN_TEST(an_invlpg_in_the_first_table_costs_no_flush)
{
	unsigned int flushes;

	start();
	guest_map(VA, PA, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	flushes = fake_xen.flushes;
	*guest_entry(VA, 1) = (PA + PAGE) | U | X86_PTE_A | X86_PTE_D;
	invlpg(VA);
	assert_int_equal(fake_xen.invalidated, VA);
	assert_reaches(USER, VA, PA + PAGE, R | W | X);
	assert_reaches(KERNEL, VA, PA + PAGE, R | W | X);
	load_root(vcpu.cr[3]);
	assert_int_equal(fake_xen.flushes, flushes);
}

/* How many tables the next load compares. */
static uint64_t compared_by_load(void)
{
	uint64_t before = vcpu.counters[COUNT_TABLES_COMPARED];

	load_root(vcpu.cr[3]);
	return vcpu.counters[COUNT_TABLES_COMPARED] - before;
}

/* Its tables count only while one of its pages is not global: two, of levels 2 and 1. */
DEFINE_XEN_TEST(a_load_compares_no_global_table_of_the_image)
{
	uint64_t compared;

	start();
	compared_by_load();
	compared = compared_by_load();
	*guest_entry(IMAGE_VA, 1) &= ~(uint64_t)X86_PTE_G;
	invlpg(IMAGE_VA);
	compared_by_load();
	assert_int_equal(compared_by_load(), compared + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(the_place_of_its_code_decides),
		XEN_TEST(code_that_has_no_gib_of_its_own_counts_as_upper),
		XEN_TEST(both_views_have_programs_on_all_sides_of_the_kernel),
		XEN_TEST(programs_do_not_reach_the_kernel),
		XEN_TEST(the_user_view_refuses_the_kernels_entry),
		XEN_TEST(a_new_space_has_the_image_at_once),
		XEN_TEST(both_views_share_the_tables_of_programs),
		XEN_TEST(spaces_share_the_direct_map),
		XEN_TEST(a_split_space_keeps_the_image_and_the_programs),
		XEN_TEST(the_last_step_of_a_split_is_a_flush),
		XEN_TEST(what_an_alias_changes_is_invalidated_later),
		XEN_TEST(a_space_that_is_given_up_keeps_nothing),
		XEN_TEST(the_image_stays_when_the_table_above_is_replaced),
		XEN_TEST(a_program_with_too_many_tables_leaves_the_image),
		XEN_TEST(an_invlpg_in_the_first_table_costs_no_flush),
		XEN_TEST(a_load_compares_no_global_table_of_the_image),
	};

	return RUN_TAP(tests);
}
