/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_test.c - what a domain's memory is used for, in domains of all sizes, and what of it the
 * guest is shown and reaches.
 */
#include "fake_guest.h"

enum {
	MIB = 256, /* pages */
	GIB = 1024 * MIB,
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
};

/* A domain that is too large is laid out as the largest one. */
static void assert_layout(uint64_t pages, uint64_t heap, uint64_t heap_end)
{
	struct memory_layout l = memory_layout_of(pages), largest;

	if (pages > XEN_MEMORY_PAGES_MAX) {
		largest = memory_layout_of(XEN_MEMORY_PAGES_MAX);
		pages = XEN_MEMORY_PAGES_MAX;
		heap = largest.heap;
		heap_end = largest.heap_end;
	}
	assert_int_equal(l.pages, pages);
	assert_int_equal(l.heap, heap);
	assert_int_equal(l.heap_end, heap_end);
}

static void small_domains_have_the_heap_at_the_end(void **state)
{
	(void)state;
	assert_layout(44 * MIB, 32 * MIB, 44 * MIB);
	assert_layout(45 * MIB, 32 * MIB, 45 * MIB);
	assert_layout(256 * MIB, 240 * MIB, 256 * MIB);
	assert_layout(832 * MIB, 780 * MIB, 832 * MIB);
	assert_layout(3 * GIB, 3 * GIB - 192 * MIB, 3 * GIB);
	assert_layout(4 * GIB, 4 * GIB - 256 * MIB, 4 * GIB);
}

/* Where a PC has its devices. */
static void large_ones_have_it_below_4_gib(void **state)
{
	(void)state;
	assert_layout(4 * GIB + 1, 4 * GIB - 256 * MIB, 4 * GIB);
	assert_layout(6 * GIB, 4 * GIB - 288 * MIB, 4 * GIB);
	assert_layout(16 * GIB, 4 * GIB - 448 * MIB, 4 * GIB);
	assert_layout(64ull * GIB, 4 * GIB - 1216 * MIB, 4 * GIB);
	assert_layout(444ull * GIB, 2 * GIB, 4 * GIB);
}

/* The physmap's tables are the first that the heap must have room for. */
static void every_heap_has_room_for_the_physmap(void **state)
{
	(void)state;
	for (uint64_t pages = memory_layout_least(); pages < XEN_MEMORY_PAGES_MAX;
	     pages += pages / 3) {
		struct memory_layout l = memory_layout_of(pages);

		assert_true(l.heap_end - l.heap > pages / ENTRIES * 5 / 4 + 64);
	}
}

static void too_few_pages_are_refused(void **state)
{
	(void)state;
	assert_int_equal(memory_layout_least(), 44 * MIB);
	assert_int_equal(memory_layout_of(44 * MIB - 1).pages, 0);
	assert_int_equal(memory_layout_of(0).pages, 0);
}

static void what_the_physmap_does_not_reach_stays_unused(void **state)
{
	(void)state;
	assert_int_equal(XEN_MEMORY_PAGES_MAX, XEN_LEVELS == 4 ? 444ull * GIB : 3 * GIB);
	assert_int_equal(memory_layout_of(445ull * GIB).pages, XEN_MEMORY_PAGES_MAX);
	assert_int_equal(memory_layout_of(UINT64_MAX).pages, XEN_MEMORY_PAGES_MAX);
}

/* The heap is a hole of the memory map, and so is what Xen's builder put behind the wedge. */
DEFINE_XEN_TEST(the_guest_is_shown_all_but_the_wedges)
{
	static const uint64_t expected[] = {0, FAKE_WEDGE_PAGE, FAKE_WEDGE_END, FAKE_GUEST_PAGES};
	uint64_t start, end = 0;

	for (unsigned int i = 0; i < 4; i += 2) {
		assert_true(backend_memory_next(end, &start, &end));
		assert_int_equal(start, expected[i] * PAGE);
		assert_int_equal(end, expected[i + 1] * PAGE);
	}
	assert_true(backend_memory_next(end, &start, &end));
	assert_int_equal(start, xen.heap_end * PAGE);
	assert_int_equal(end, xen.pages * PAGE);
	assert_false(backend_memory_next(end, &start, &end));
}

DEFINE_XEN_TEST(memory_behind_the_heap_is_the_guests)
{
	uint64_t last = (xen.pages - 1) * PAGE;

	load_root(new_root());
	guest_map(KERNEL_VA, last, K);
	assert_true(touch(KERNEL, KERNEL_VA, X86_PF_WRITE));
	assert_reaches(KERNEL, KERNEL_VA, last, R | W);
	assert_null(backend_page(xen.heap_end - 1));
	assert_non_null(backend_page(xen.heap_end));
	assert_null(backend_page(xen.pages));
}

/* A large page that begins in the heap and ends in the guest's memory. */
static void split_large_page(void)
{
	uint64_t block = xen.heap_end / ENTRIES * ENTRIES, first, behind;

	load_root(new_root());
	first = map_large(KERNEL_VA + SPAN, block * PAGE, K);
	behind = first + (xen.heap_end - block) * PAGE;
	assert_true(touch(KERNEL, behind, 0));
	assert_reaches(KERNEL, behind, xen.heap_end * PAGE, R | W);
	assert_reaches_nothing(KERNEL, first);
	assert_fatal("reads by a large page", touch(KERNEL, first, 0));
}

DEFINE_XEN_TEST(where_there_is_no_memory_all_ones_are_read)
{
	uint64_t va = KERNEL_VA, device = 0xfed80000;

	load_root(new_root());
	guest_map(va, device, K);
	assert_true(touch(KERNEL, va, 0));
	assert_reaches(KERNEL, va, xen.absent_page * PAGE, R);
	for (unsigned int i = 0; i < PAGE; i++)
		assert_int_equal(((uint8_t *)xen_page(xen.absent_page))[i], 0xff);
	assert_fatal("writes to", touch(KERNEL, va, X86_PF_WRITE));
	/* A 32-bit processor's error code does not tell a fetch from a read. */
	if (ARCH_LONG_MODE)
		assert_fatal("executes", touch(KERNEL, va, X86_PF_FETCH));
	else
		assert_true(touch(KERNEL, va, X86_PF_FETCH));
	assert_reaches(KERNEL, va, xen.absent_page * PAGE, R);
}

static void a_large_page_across_the_heaps_end_is_split(void **state)
{
	(void)state;
	fake_xen_run(split_large_page, FAKE_HEAP_ENOUGH - 0x100);
}

DEFINE_XEN_TEST(the_heap_ends_where_the_guests_memory_begins)
{
	xen.heap_next = xen.heap_end - 1;
	assert_false(memory_heap_has(1));
	assert_int_equal(memory_heap_page(), xen.heap_end - 1);
	assert_null(backend_allocate(PAGE));
	assert_fatal("heap", memory_heap_page());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_domains_have_the_heap_at_the_end),
		cmocka_unit_test(large_ones_have_it_below_4_gib),
		cmocka_unit_test(every_heap_has_room_for_the_physmap),
		cmocka_unit_test(too_few_pages_are_refused),
		cmocka_unit_test(what_the_physmap_does_not_reach_stays_unused),
		XEN_TEST(the_guest_is_shown_all_but_the_wedges),
		XEN_TEST(memory_behind_the_heap_is_the_guests),
		XEN_TEST(where_there_is_no_memory_all_ones_are_read),
		cmocka_unit_test(a_large_page_across_the_heaps_end_is_split),
		XEN_TEST(the_heap_ends_where_the_guests_memory_begins),
	};

	return RUN_TAP(tests);
}
