/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physmap_test.c - a physmap that is smaller than memory: what is mapped in turns, on the
 * fake Xen, whose processor keeps what a slot has shown until the TLB is flushed.
 *
 * Invariant: every page of the guest's holds its own number, and is asked for through the physmap.
 */
#include "../fake_guest.h"

#include <i386/physmap.h>

enum {
	K = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D | X86_PTE_G,
	KEPT = ENTRIES, /* pages, the first block */
	SLIDING = 2,
	HEAP_BLOCKS = FAKE_HEAP_ENOUGH / ENTRIES,
	COUNT = KEPT / ENTRIES + SLIDING + HEAP_BLOCKS,
	GUEST_BLOCKS = FAKE_GUEST_PAGES / ENTRIES,
	ABOVE = GUEST_BLOCKS + HEAP_BLOCKS, /* the block behind the heap */
	BLOCKS = ABOVE + 1,
	FIRST_ENTRY = TABLES_OWN_FIRST + 1,
	PAGE_OF_BLOCK = 0x123, /* where each block has its number; no table, no wedge */
};

static uint64_t page_of(unsigned int block)
{
	return block * ENTRIES + PAGE_OF_BLOCK;
}

static const unsigned int guest_blocks[] = {0, 1, 2, 3, ABOVE};

static void begin(void)
{
	static uint64_t entries[ENTRIES];

	for (unsigned int i = 0; i < 5; i++)
		*(uint64_t *)backend_page(page_of(guest_blocks[i])) = guest_blocks[i];
	assert_true(physmap_choose(COUNT, KEPT, SLIDING));
	physmap_fill(entries, xen.kernel_l2[1]);
	for (unsigned int i = FIRST_ENTRY; i < FIRST_ENTRY + BLOCKS; i++)
		update_entry(xen.kernel_l2[1], i, entries[i]);
	update_flush_tlb();
	physmap_init();
}

static void assert_shown(unsigned int block)
{
	assert_int_equal(*(uint64_t *)backend_page(page_of(block)), block);
}

static uint64_t slides(void)
{
	return vcpu.counters[COUNT_PHYSMAP_SLIDES];
}

DEFINE_XEN_TEST(all_memory_is_reached_in_turns)
{
	begin();
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 5; i++)
			assert_shown(guest_blocks[i]);
	}
	/* The first block is kept; of four others, two have room. */
	assert_in_range(slides(), 2 + 4 + 4, 4 + 4 + 4);
}

DEFINE_XEN_TEST(the_block_that_was_not_used_for_longest_goes)
{
	uint64_t before, *first;

	begin();
	first = backend_page(page_of(1));
	assert_shown(2);
	assert_shown(1);
	before = slides();
	assert_shown(3); /* in place of 2 */
	assert_int_equal(slides(), before + 1);
	assert_int_equal(*first, 1);
	assert_shown(1);
	assert_int_equal(slides(), before + 1);
	assert_shown(2); /* in place of 3 */
	assert_int_equal(slides(), before + 2);
	assert_int_equal(*first, 1);
}

DEFINE_XEN_TEST(heap_and_first_blocks_stay)
{
	char *kept, *heap;

	begin();
	kept = xen_page(3);
	heap = xen_page(xen.heap_next);
	memset(heap, 0x5a, PAGE);
	for (unsigned int i = 0; i < 5; i++)
		assert_shown(guest_blocks[i]);
	assert_ptr_equal(kept, xen_page(3));
	assert_ptr_equal(heap, xen_page(xen.heap_next));
	assert_int_equal(heap[PAGE - 1], 0x5a);
}

/* Translations that the vCPU remembers are pointers into a slot. */
DEFINE_XEN_TEST(what_the_vcpu_remembers_is_dropped)
{
	struct guest_fault fault;
	uint64_t value;

	begin();
	for (unsigned int i = 0; i < 5; i++)
		guest_map(KERNEL_VA + i * PAGE, page_of(guest_blocks[i]) * PAGE, K);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 5; i++) {
			assert_true(guest_read(&vcpu, KERNEL_VA + i * PAGE, &value, 8, &fault));
			assert_int_equal(value, guest_blocks[i]);
		}
	}
}

/* Tables of the guest's are anywhere. */
DEFINE_XEN_TEST(tables_in_all_blocks_are_shadowed)
{
	uint64_t root;

	begin();
	root = new_root();
	load_root(root);
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t va = 0x400000 + i * SPAN,
			 table = (page_of(guest_blocks[i + 1]) + 1) * PAGE;

		memset(guest_page(table), 0, PAGE);
		*(guest_pte *)guest_page(table) =
			(guest_pte)(0x200000 + i * PAGE) | X86_PTE_P | X86_PTE_W | X86_PTE_U;
		*guest_entry(va, 2) = (guest_pte)table | X86_PTE_P | X86_PTE_W | X86_PTE_U;
		assert_true(touch(USER, va, X86_PF_WRITE));
	}
	load_root(root);
	for (unsigned int i = 0; i < 4; i++)
		assert_reaches(USER, 0x400000 + i * SPAN, 0x200000 + i * PAGE, R | W | X);
}

/* A root that is made later has a table of its own, and each sees all slides. */
DEFINE_XEN_TEST(all_tables_that_hook_it_follow)
{
	uint64_t page = memory_heap_page();

	begin();
	memset(xen_page(page), 0, PAGE);
	physmap_fill(xen_page(page), page);
	update_entry(xen.physmap_l1 + page / ENTRIES, page % ENTRIES,
		     xen_machine(page) | X86_PTE_P);
	update_extended(MMUEXT_PIN_L2_TABLE, xen.p2m[page]);
	for (unsigned int i = 0; i < 5; i++) {
		assert_shown(guest_blocks[i]);
		assert_memory_equal(fake_frame(xen.p2m[page]) + FIRST_ENTRY,
				    fake_frame(xen.p2m[xen.kernel_l2[1]]) + FIRST_ENTRY,
				    (COUNT - 1) * sizeof(uint64_t));
	}
	assert_int_equal(slides(), 2);
}

DEFINE_XEN_TEST(memory_that_fits_never_moves)
{
	for (unsigned int i = 0; i < 5; i++)
		assert_ptr_equal(backend_page(page_of(guest_blocks[i])),
				 (char *)XEN_PHYSMAP + page_of(guest_blocks[i]) * PAGE);
	assert_int_equal(slides(), 0);
}

DEFINE_XEN_TEST(a_physmap_without_room_is_refused)
{
	assert_true(physmap_choose(COUNT, KEPT, SLIDING));
	assert_false(physmap_choose(COUNT, KEPT, SLIDING + 1));
	assert_false(physmap_choose(COUNT, KEPT + 1, SLIDING));
	assert_false(physmap_choose(COUNT - 1, KEPT, SLIDING));
}

DEFINE_XEN_TEST(what_is_behind_memory_is_not_looked_for)
{
	begin();
	assert_null(backend_page(xen.pages));
	assert_fatal("behind the domain's last", physmap_page(xen.pages));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		XEN_TEST(all_memory_is_reached_in_turns),
		XEN_TEST(the_block_that_was_not_used_for_longest_goes),
		XEN_TEST(heap_and_first_blocks_stay),
		XEN_TEST(what_the_vcpu_remembers_is_dropped),
		XEN_TEST(tables_in_all_blocks_are_shadowed),
		XEN_TEST(all_tables_that_hook_it_follow),
		XEN_TEST(memory_that_fits_never_moves),
		XEN_TEST(a_physmap_without_room_is_refused),
		XEN_TEST(what_is_behind_memory_is_not_looked_for),
	};

	return RUN_TAP(tests);
}
