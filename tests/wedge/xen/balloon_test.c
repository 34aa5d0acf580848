/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon_test.c - pages that a guest gives to Xen and gets back, against a Xen that refuses to
 * take a frame which anything maps.
 *
 * Invariant: behind each test what has memory is the guest's, and what has none is mapped nowhere.
 */
#include "fake_guest.h"
#include "fake_width.h"

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	U = X86_PTE_P | X86_PTE_W | X86_PTE_U,
	PAGE_A = 0x300,
	PAGE_B = 0x301,
	LARGE = 0x400, /* a block that is the guest's alone */
	SPLIT = 0x600, /* one that holds pages of the wedge's too, and is split therefore */
};

#define VA	 0x00400000ull
#define LARGE_VA (KERNEL_VA + SPAN)

static void give(uint32_t page)
{
	assert_true(balloon_take(&page, 1));
}

static void get(uint32_t page)
{
	assert_int_equal(balloon_return(&page, 1), 1);
}

static void begin(void)
{
	assert_true(balloon_init());
	load_root(new_root());
}

DEFINE_XEN_TEST(a_page_goes_and_comes_back)
{
	uint64_t frame;

	begin();
	frame = xen.p2m[PAGE_A];
	give(PAGE_A);
	assert_int_equal(fake_xen.given, 1);
	assert_null(fake_frame(frame));
	assert_false(memory_is_guest(PAGE_A));
	assert_null(backend_page(PAGE_A));
	assert_true(memory_is_guest(PAGE_B));
	get(PAGE_A);
	assert_int_equal(fake_xen.given, 0);
	assert_true(memory_is_guest(PAGE_A));
	memset(backend_page(PAGE_A), 0x77, PAGE);
}

/* Each mapping of the page leads to the page of all ones, and then to the page's new frame. */
DEFINE_XEN_TEST(what_maps_it_follows)
{
	uint32_t pages[] = {PAGE_A, PAGE_B};

	begin();
	guest_map(KERNEL_VA, PAGE_A * PAGE, K);
	guest_map(KERNEL_VA + PAGE, PAGE_B * PAGE, K);
	guest_map(VA, PAGE_A * PAGE, U);
	assert_true(touch(KERNEL, KERNEL_VA, X86_PF_WRITE));
	assert_true(touch(KERNEL, KERNEL_VA + PAGE, X86_PF_WRITE));
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_true(balloon_take(pages, 2));
	assert_reaches(KERNEL, KERNEL_VA, xen.absent_page * PAGE, R);
	assert_reaches(KERNEL, KERNEL_VA + PAGE, xen.absent_page * PAGE, R);
	assert_reaches(USER, VA, xen.absent_page * PAGE, R);
	assert_fatal("writes to", touch(KERNEL, KERNEL_VA, X86_PF_WRITE));
	/* In the other order, so that each gets another frame than it had. */
	get(PAGE_B);
	get(PAGE_A);
	assert_reaches(KERNEL, KERNEL_VA, PAGE_A * PAGE, R | W);
	assert_reaches(KERNEL, KERNEL_VA + PAGE, PAGE_B * PAGE, R | W);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	assert_reaches(USER, VA, PAGE_A * PAGE, R | W | X);
}

/* A large page of the kernel's hooks the physmap's own table, which is changed in place. */
DEFINE_XEN_TEST(a_large_page_loses_one_of_its_pages)
{
	uint64_t va, other = new_root();

	begin();
	va = map_large(LARGE_VA, LARGE * PAGE, K);
	assert_true(touch(KERNEL, va, X86_PF_WRITE));
	give(LARGE + 5);
	assert_reaches(KERNEL, va + 5 * PAGE, xen.absent_page * PAGE, R);
	assert_reaches(KERNEL, va + 6 * PAGE, (LARGE + 6) * PAGE, R | W);
	fake_share_kernel(other, vcpu.cr[3]);
	load_root(other);
	assert_reaches(KERNEL, va + 5 * PAGE, xen.absent_page * PAGE, R);
	get(LARGE + 5);
	assert_reaches(KERNEL, va + 5 * PAGE, (LARGE + 5) * PAGE, R | W);
}

DEFINE_XEN_TEST(a_split_large_page_loses_one_of_its_pages)
{
	uint64_t va;

	begin();
	va = map_large(LARGE_VA, SPLIT * PAGE, K);
	assert_true(touch(KERNEL, va, X86_PF_WRITE));
	give(SPLIT + 0x80);
	assert_int_equal(fake_xen.given, 1);
	assert_reaches_nothing(KERNEL, va + 0x80 * PAGE);
	assert_reaches(KERNEL, va + 0x81 * PAGE, (SPLIT + 0x81) * PAGE, R | W);
	get(SPLIT + 0x80);
	assert_reaches(KERNEL, va + 0x80 * PAGE, (SPLIT + 0x80) * PAGE, R | W);
}

/* ---- what does not go ---- */

static void assert_refused(uint32_t page)
{
	uint32_t pages[] = {PAGE_A, page, PAGE_B};

	assert_false(balloon_take(pages, 3));
	assert_int_equal(fake_xen.given, 0);
	assert_true(memory_is_guest(PAGE_A));
	give(PAGE_A); /* nothing was marked */
	get(PAGE_A);
}

DEFINE_XEN_TEST(what_is_not_the_guests_is_refused)
{
	begin();
	assert_refused(FAKE_WEDGE_PAGE);
	assert_refused((uint32_t)xen.heap);
	assert_refused((uint32_t)xen.pages);
	assert_refused(UINT32_MAX);
	assert_refused(PAGE_A); /* twice */
	give(PAGE_B);
	assert_false(balloon_take(&(uint32_t){PAGE_B}, 1));
}

DEFINE_XEN_TEST(what_was_not_given_does_not_come_back)
{
	begin();
	assert_int_equal(balloon_return(&(uint32_t){PAGE_A}, 1), -1);
	assert_int_equal(balloon_return(&(uint32_t){FAKE_WEDGE_PAGE}, 1), -1);
	assert_int_equal(balloon_return(&(uint32_t){UINT32_MAX}, 1), -1);
	give(PAGE_A);
	get(PAGE_A);
	assert_int_equal(balloon_return(&(uint32_t){PAGE_A}, 1), -1);
}

/* The guest would end itself if it were so; as it is, the page keeps its memory. */
DEFINE_XEN_TEST(a_table_in_use_stays)
{
	uint32_t table;

	begin();
	guest_map(VA, PAGE_A * PAGE, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	table = (uint32_t)((*guest_entry(VA, 2) & X86_PTE_ADDRESS) / PAGE);
	give(table);
	assert_int_equal(fake_xen.given, 0);
	assert_true(memory_is_guest(table));
	assert_reaches(USER, VA, PAGE_A * PAGE, R | W | X);
	get(table);
}

/* A space that is kept, in case that it is loaded again, does not keep its tables from going. */
DEFINE_XEN_TEST(a_table_of_an_old_space_goes)
{
	uint32_t table;

	begin();
	guest_map(VA, PAGE_A * PAGE, U);
	assert_true(touch(USER, VA, X86_PF_WRITE));
	table = (uint32_t)((*guest_entry(VA, 2) & X86_PTE_ADDRESS) / PAGE);
	load_root(new_root());
	give(table);
	assert_int_equal(fake_xen.given, 1);
	get(table);
}

DEFINE_XEN_TEST(code_stays)
{
	begin();
	memory_set_code_seen(PAGE_A);
	give(PAGE_A);
	assert_int_equal(fake_xen.given, 0);
	assert_true(memory_is_guest(PAGE_A));
	get(PAGE_A);
}

/* ---- a Xen that does less ---- */

DEFINE_XEN_TEST(what_xen_does_not_take_keeps_its_memory)
{
	uint32_t pages[] = {PAGE_A, PAGE_B, PAGE_B + 1};

	begin();
	guest_map(KERNEL_VA, PAGE_B * PAGE, K);
	assert_true(touch(KERNEL, KERNEL_VA, X86_PF_WRITE));
	fake_xen.memory_limit = 1;
	assert_true(balloon_take(pages, 3));
	assert_int_equal(fake_xen.given, 1);
	assert_false(memory_is_guest(PAGE_A));
	assert_true(memory_is_guest(PAGE_B));
	assert_reaches(KERNEL, KERNEL_VA, PAGE_B * PAGE, R | W);
	memset(backend_page(PAGE_B), 1, PAGE);
	assert_int_equal(balloon_return(pages, 3), 3);
	assert_int_equal(fake_xen.given, 0);
}

DEFINE_XEN_TEST(what_xen_lacks_comes_later)
{
	uint32_t pages[] = {PAGE_A, PAGE_B, PAGE_B + 1};

	begin();
	assert_true(balloon_take(pages, 3));
	fake_xen.memory_refused = true;
	assert_int_equal(balloon_return(pages, 3), 0);
	fake_xen.memory_refused = false;
	fake_xen.memory_limit = 2;
	assert_int_equal(balloon_return(pages, 3), 2);
	assert_true(memory_is_guest(PAGE_B));
	assert_false(memory_is_guest(PAGE_B + 1));
	assert_int_equal(balloon_return(pages + 2, 1), 1);
}

DEFINE_XEN_TEST(all_comes_back)
{
	begin();
	for (uint32_t page = PAGE_A; page < PAGE_A + 3 * XEN_BALLOON_PIECE / 2; page++)
		if (memory_is_guest(page))
			give(page);
	fake_xen.memory_limit = 100;
	assert_false(balloon_return_all());
	fake_xen.memory_limit = 0;
	assert_true(balloon_return_all());
	assert_int_equal(fake_xen.given, 0);
	assert_true(balloon_return_all());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(a_page_goes_and_comes_back),
		XEN_TEST(what_maps_it_follows),
		XEN_TEST(a_large_page_loses_one_of_its_pages),
		XEN_TEST(a_split_large_page_loses_one_of_its_pages),
		XEN_TEST(what_is_not_the_guests_is_refused),
		XEN_TEST(what_was_not_given_does_not_come_back),
		XEN_TEST(a_table_in_use_stays),
		XEN_TEST(a_table_of_an_old_space_goes),
		XEN_TEST(code_stays),
		XEN_TEST(what_xen_does_not_take_keeps_its_memory),
		XEN_TEST(what_xen_lacks_comes_later),
		XEN_TEST(all_comes_back),
	};

	return RUN_TAP(tests);
}
