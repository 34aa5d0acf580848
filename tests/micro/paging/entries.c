/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.c - a changed entry has effect once the TLB has been told, or at once where it only
 * allows more (SDM 3A section 4.10).
 *
 * Invariant: each check uses addresses of its own, at a different table from all others.
 */
#include "micro.h"
#include "paging.h"

static uint64_t fresh_area(void)
{
	static uint64_t next = TEST_AREA + 0x100000000;

	return next += 0x40200000;
}

static void load(void *at)
{
	(void)*(volatile uint64_t *)at;
}

static void store(void *at)
{
	*(volatile uint64_t *)at = 0x1111;
}

static void execute(void *at)
{
	((void (*)(void))at)();
}

static struct fault try(void (*access)(void *), uint64_t va)
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
	body(fresh_area());                                                                        \
	body(fresh_area() & 0x7fffffffffff)

static void absent_then_present(uint64_t va)
{
	expect_page_fault(try(load, va), va, 0);
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	expect_is(read64(va), 0x1111);
}

CHECK(mapping_needs_no_flush)
{
	BOTH_HALVES(absent_then_present);
}

static void present_then_absent(uint64_t va)
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

static void other_page(uint64_t va)
{
	uint64_t *one = page_new(), *two = page_new();

	*one = 1;
	*two = 2;
	map(va, physical(one), PTE_W);
	expect_is(read64(va), 1);
	map(va, physical(two), PTE_W);
	invlpg(va);
	expect_is(read64(va), 2);
	write64(va, 3);
	expect_is(*two, 3);
	expect_is(*one, 1);
	map(va, physical(one), PTE_W);
	write_cr3(read_cr3());
	expect_is(read64(va), 1);
}

CHECK(remapping)
{
	BOTH_HALVES(other_page);
}

/* Only global entries may outlive a load of CR3. */
static void unmapped_by_cr3(uint64_t va)
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
	uint64_t va = fresh_area();

	map(va, physical(page_new()), PTE_W | PTE_G);
	expect_works(store, va);
	unmap(va);
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
	expect_page_fault(try(load, va), va, 0);
}

CHECK(invlpg_flushes_global)
{
	uint64_t va = fresh_area();

	map(va, physical(page_new()), PTE_W | PTE_G);
	expect_works(store, va);
	unmap(va);
	invlpg(va);
	expect_page_fault(try(load, va), va, 0);
}

static void upgraded(uint64_t va)
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

static void downgraded(uint64_t va)
{
	map(va, physical(page_new()), PTE_W);
	expect_works(store, va);
	*leaf(va) &= ~PTE_W;
	invlpg(va);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	expect_works(load, va);
	expect_is(read64(va), 0x1111);
}

CHECK(write_downgrade_with_invlpg)
{
	BOTH_HALVES(downgraded);
}

/* Rights are the least of all levels. */
static void downgraded_above(uint64_t va)
{
	uint64_t *table;

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

static void not_executable(uint64_t va)
{
	uint8_t *code = page_new();

	code[0] = 0xc3; /* ret */
	map(va, physical(code), 0);
	expect_works(execute, va);
	*leaf(va) |= PTE_NX;
	invlpg(va);
	expect_page_fault(try(execute, va), va, PF_PRESENT | PF_FETCH);
	expect_works(load, va);
	*leaf(va) &= ~PTE_NX;
	invlpg(va);
	expect_works(execute, va);
	*entry_of(root_now(), va, 3) |= PTE_NX;
	write_cr3(read_cr3());
	invlpg(va);
	expect_page_fault(try(execute, va), va, PF_PRESENT | PF_FETCH);
}

CHECK(no_execute)
{
	BOTH_HALVES(not_executable);
}

CHECK(write_protect_of_cr0)
{
	uint64_t va = fresh_area();

	map(va, physical(page_new()), 0);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	write_cr0(read_cr0() & ~CR0_WP);
	expect_works(store, va);
	write_cr0(read_cr0() | CR0_WP);
	expect_page_fault(try(store, va), va, PF_PRESENT | PF_WRITE);
	expect_is(read64(va), 0x1111);
}

static void two_views(uint64_t va)
{
	uint64_t *page = page_new();

	map(va, physical(page), PTE_W);
	map(va + PAGE, physical(page), PTE_W);
	write64(va, 5);
	expect_is(read64(va + PAGE), 5);
	expect_is(*page, 5);
	write64(va + PAGE, 6);
	expect_is(read64(va), 6);
}

CHECK(one_page_at_two_addresses)
{
	BOTH_HALVES(two_views);
}

static void many_pages(uint64_t va)
{
	uint64_t first = physical(page_new());

	for (unsigned int i = 0; i < 300; i++)
		*(uint64_t *)page_new() = i;
	for (unsigned int i = 0; i < 300; i++)
		map(va + i * PAGE, first + (i + 1) * PAGE, PTE_W);
	for (unsigned int i = 0; i < 300; i++)
		write64(va + i * PAGE + 8, read64(va + i * PAGE) * 3);
	for (unsigned int i = 0; i < 300; i += 2) {
		unmap(va + i * PAGE);
		invlpg(va + i * PAGE);
	}
	for (unsigned int i = 0; i < 300; i++) {
		struct fault f = try(load, va + i * PAGE);

		expect_is(f.hit, !(i & 1));
		if (!f.hit)
			expect_is(read64(va + i * PAGE + 8), i * 3);
	}
}

CHECK(many_pages_come_and_go)
{
	/* Tables first, so that the pages are one run. */
	uint64_t va = fresh_area(), low = fresh_area() & 0x7fffffffffff;

	entry_of(root_now(), va, 1);
	entry_of(root_now(), low, 1);
	many_pages(va);
	many_pages(low);
}
