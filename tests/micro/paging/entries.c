/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.c - a changed entry has effect once the TLB has been told, or at once where it only
 * allows more (SDM 3A section 4.10).
 *
 * Invariant: each check uses addresses of its own, at a different table from all others.
 */
#include "micro.h"
#include "paging.h"

/* Areas that the group's other files do not name, and not at the start of a table. */
static word fresh_area(void)
{
	static unsigned int next = 36;

	return AREA(next++) + 16 * PAGE;
}

static word in_lower_half(word va)
{
	return va & LOWER_HALF;
}

static void load(void *at)
{
	(void)*(volatile word *)at;
}

static void store(void *at)
{
	*(volatile word *)at = 0x1111;
}

static struct fault try(void (*access)(void *), word va)
{
	return attempt(access, (void *)va);
}

#define expect_works(access, va)                                                                   \
	do {                                                                                       \
		struct fault f_ = try(access, va);                                                 \
		if (f_.hit)                                                                        \
			fail("%s:%d: trap %lu error %lx", __FILE_NAME__, __LINE__, f_.regs.vector, \
			     f_.regs.error);                                                       \
	} while (0)

/* The kernel's half, then the user's. */
#define BOTH_HALVES(body)                                                                          \
	do {                                                                                       \
		word area_ = fresh_area();                                                         \
		body(area_);                                                                       \
		body(in_lower_half(area_));                                                        \
	} while (0)

static void absent_then_present(word va)
{
	expect_page_fault(try(load, va), va, 0);
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	expect_is(read_word(va), 0x1111);
}

CHECK(mapping_needs_no_flush)
{
	BOTH_HALVES(absent_then_present);
}

static void present_then_absent(word va)
{
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	unmap(va);
	invlpg(va);
	expect_page_fault(try(load, va), va, 0);
}

CHECK(unmapping_with_invlpg)
{
	BOTH_HALVES(present_then_absent);
}

static void other_page(word va)
{
	word *one = page_new(), *two = page_new();

	*one = 1;
	*two = 2;
	map(va, physical(one), PTE_W);
	expect_is(read_word(va), 1);
	map(va, physical(two), PTE_W);
	invlpg(va);
	expect_is(read_word(va), 2);
	write_word(va, 3);
	expect_is(*two, 3);
	expect_is(*one, 1);
	map(va, physical(one), PTE_W);
	write_cr3(read_cr3());
	expect_is(read_word(va), 1);
}

CHECK(remapping)
{
	BOTH_HALVES(other_page);
}

/* Only global entries may outlive a load of CR3. */
static void unmapped_by_cr3(word va)
{
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	unmap(va);
	write_cr3(read_cr3());
	expect_page_fault(try(load, va), va, 0);
}

CHECK(cr3_flushes)
{
	BOTH_HALVES(unmapped_by_cr3);
}

CHECK(pge_toggle_flushes_global)
{
	word va = fresh_area();

	map(va, physical(page_new()), PTE_W | PTE_G);
	expect_works(store, va);
	unmap(va);
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
	expect_page_fault(try(load, va), va, 0);
}

CHECK(invlpg_flushes_global)
{
	word va = fresh_area();

	map(va, physical(page_new()), PTE_W | PTE_G);
	expect_works(store, va);
	unmap(va);
	invlpg(va);
	expect_page_fault(try(load, va), va, 0);
}

static void upgraded(word va)
{
	map(va, physical(page_new()), 0);
	expect_works(load, va);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	*leaf(va) |= PTE_W;
	expect_works(store, va);
}

CHECK(write_upgrade_needs_no_flush)
{
	BOTH_HALVES(upgraded);
}

static void downgraded(word va)
{
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	*leaf(va) &= ~PTE_W;
	invlpg(va);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	expect_works(load, va);
	expect_is(read_word(va), 0x1111);
}

CHECK(write_downgrade_with_invlpg)
{
	BOTH_HALVES(downgraded);
}

/* Rights are the least of all levels. */
static void downgraded_above(word va)
{
	word *table;

	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	table = entry_of(root_now(), va, 2);
	*table &= ~PTE_W;
	invlpg(va);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	*table |= PTE_W;
	expect_works(store, va);
}

CHECK(write_downgrade_of_table)
{
	BOTH_HALVES(downgraded_above);
}

CHECK(write_protect_of_cr0)
{
	word va = fresh_area();

	map(va, physical(page_new()), 0);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	write_cr0(read_cr0() & ~CR0_WP);
	expect_works(store, va);
	write_cr0(read_cr0() | CR0_WP);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	expect_is(read_word(va), 0x1111);
}

static void two_views(word va)
{
	word *page = page_new();

	map(va, physical(page), PTE_W);
	map(va + PAGE, physical(page), PTE_W);
	write_word(va, 5);
	expect_is(read_word(va + PAGE), 5);
	expect_is(*page, 5);
	write_word(va + PAGE, 6);
	expect_is(read_word(va), 6);
}

CHECK(one_page_at_two_addresses)
{
	BOTH_HALVES(two_views);
}

static void many_pages(word va)
{
	word first = physical(page_new());

	for (unsigned int i = 0; i < 300; i++)
		*(word *)page_new() = i;
	for (unsigned int i = 0; i < 300; i++)
		map(va + i * PAGE, first + (i + 1) * PAGE, PTE_W);
	for (unsigned int i = 0; i < 300; i++)
		write_word(va + i * PAGE + 8, read_word(va + i * PAGE) * 3);
	for (unsigned int i = 0; i < 300; i += 2) {
		unmap(va + i * PAGE);
		invlpg(va + i * PAGE);
	}
	for (unsigned int i = 0; i < 300; i++) {
		struct fault f = try(load, va + i * PAGE);

		expect_is(f.hit, !(i & 1));
		if (!f.hit)
			expect_is(read_word(va + i * PAGE + 8), i * 3);
	}
}

CHECK(many_pages_come_and_go)
{
	/* Tables first, so that the pages are one run. */
	word va = fresh_area(), low = in_lower_half(va);

	entry_of(root_now(), va, 1);
	entry_of(root_now(), low, 1);
	many_pages(va);
	many_pages(low);
}
