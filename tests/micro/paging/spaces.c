/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spaces.c - address spaces: switching between many, changing those that are not loaded, and using
 * the pages of dead ones again.
 *
 * Invariant: every check ends in the tables that it began with.
 */
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[];

enum { SPACES = 100 };

/* Its entry in the top-level table is empty in the usual tables. */
#define PLACE LOW_SLOT

static word roots[SPACES], *pages[SPACES];

/* The user half of the usual tables, so that user code and stack are there, and one page more. */
static void make_spaces(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!roots[i]) {
			roots[i] = root_new();
			pages[i] = page_new();
		}
		root_copy_user(kernel_pointer(roots[i]));
		*pages[i] = 1000 + i;
		pages[i][1] = 0;
		*entry_of(roots[i], PLACE, 1) = physical(pages[i]) | PTE_P | PTE_U | PTE_W;
	}
}

static void leave(void)
{
	write_cr3(physical(boot_root));
}

CHECK(many_spaces)
{
	make_spaces();
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < SPACES; i++) {
			write_cr3(roots[i]);
			expect_is(read_word(PLACE), 1000 + i);
			write_word(PLACE + WORD, round * 1000 + i);
		}
		for (unsigned int i = SPACES; i-- > 0;) {
			write_cr3(roots[i]);
			expect_is(read_word(PLACE + WORD), round * 1000 + i);
			expect_is(read_cr3(), roots[i]);
		}
	}
	leave();
	for (unsigned int i = 0; i < SPACES; i++)
		expect_is(pages[i][1], 2000 + i);
}

CHECK(user_code_in_many_spaces)
{
	make_spaces();
	for (unsigned int i = 0; i < SPACES; i++) {
		struct regs regs = user_regs(user_load);

		write_cr3(roots[i]);
		regs.di = PLACE;
		user_run(&regs, BY_SYSTEM_CALL);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.ax, 1000 + i);
	}
	leave();
}

static void load(void *at)
{
	(void)*(volatile word *)at;
}

/* Changes to a space that is not loaded count from the moment it is loaded. */
CHECK(change_while_not_loaded)
{
	word *entry;
	struct fault f;

	make_spaces();
	write_cr3(roots[0]);
	expect_is(read_word(PLACE), 1000);
	write_cr3(roots[1]);
	expect_is(read_word(PLACE), 1001);
	entry = entry_of(roots[0], PLACE, 1);
	*entry = physical(pages[2]) | PTE_P | PTE_U | PTE_W;
	write_cr3(roots[0]);
	expect_is(read_word(PLACE), 1002);
	write_cr3(roots[1]);
	*entry = 0;
	write_cr3(roots[0]);
	f = attempt(load, (void *)PLACE);
	leave();
	expect_page_fault(f, PLACE, 0);
}

CHECK(upper_level_change)
{
	word *upper;
	struct fault f;

	make_spaces();
	write_cr3(roots[0]);
	expect_is(read_word(PLACE), 1000);
	/* The second space's table in the first one. */
	upper = entry_of(roots[0], PLACE, TOP_LEVEL);
	*upper = *entry_of(roots[1], PLACE, TOP_LEVEL);
	write_cr3(roots[0]);
	expect_is(read_word(PLACE), 1001);
	*upper = 0;
	write_cr3(roots[0]);
	f = attempt(load, (void *)PLACE);
	leave();
	expect_page_fault(f, PLACE, 0);
	*upper = *entry_of(roots[0], PLACE, TOP_LEVEL);
	roots[0] = 0;
}

/* A change through a table that two spaces share. */
CHECK(shared_table)
{
	make_spaces();
	*entry_of(roots[3], PLACE, 2) = *entry_of(roots[4], PLACE, 2);
	write_cr3(roots[3]);
	expect_is(read_word(PLACE), 1004);
	*entry_of(roots[4], PLACE, 1) = physical(pages[5]) | PTE_P | PTE_U | PTE_W;
	invlpg(PLACE);
	expect_is(read_word(PLACE), 1005);
	write_cr3(roots[4]);
	expect_is(read_word(PLACE), 1005);
	leave();
	roots[3] = roots[4] = 0;
}

/* The page of a dead top-level table becomes data, then a top-level table again. */
CHECK(root_page_used_again)
{
	word *root;

	make_spaces();
	root = kernel_pointer(roots[6]);
	write_cr3(roots[6]);
	expect_is(read_word(PLACE), 1006);
	leave();
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		root[i] = ~0x7ful ^ i;
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		expect_is(root[i], ~0x7ful ^ i);
	memset(root, 0, PAGE);
	root_copy_kernel(root);
	root_copy_user(root);
	*entry_of(roots[6], PLACE, 1) = physical(pages[7]) | PTE_P | PTE_U | PTE_W;
	write_cr3(roots[6]);
	expect_is(read_word(PLACE), 1007);
	leave();
	roots[6] = 0;
}

/* The page of a dead last-level table becomes data while the space lives on. */
CHECK(table_page_used_again)
{
	word *upper, *table, seen;

	make_spaces();
	write_cr3(roots[8]);
	expect_is(read_word(PLACE), 1008);
	upper = entry_of(roots[8], PLACE, 2);
	table = kernel_pointer(*upper & PTE_ADDRESS);
	*upper = physical(page_new()) | PTE_P | PTE_U | PTE_W;
	write_cr3(roots[8]);
	*entry_of(roots[8], PLACE, 1) = physical(pages[9]) | PTE_P | PTE_U | PTE_W;
	seen = read_word(PLACE);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		table[i] = (word)0x123456789000 | PTE_P | PTE_W;
	expect_is(read_word(PLACE), 1009);
	leave();
	expect_is(seen, 1009);
	roots[8] = 0;
}

/* A page of tables that is mapped for the kernel to write, as every kernel has it. */
CHECK(table_written_through_second_mapping)
{
	word view = AREA(33), va = PLACE + PAGE, index = table_index(va, 1);

	make_spaces();
	write_cr3(roots[10]);
	map(view, *entry_of(roots[10], PLACE, 2) & PTE_ADDRESS, PTE_W);
	write_word(view + WORD * index, physical(pages[11]) | PTE_P | PTE_U | PTE_W);
	expect_is(read_word(va), 1011);
	write_word(view + WORD * index, physical(pages[12]) | PTE_P | PTE_U | PTE_W);
	invlpg(va);
	expect_is(read_word(va), 1012);
	leave();
}

/* The kernel's half may differ between spaces, too. */
CHECK(kernel_half_differs)
{
	word va = SLOT(0);

	make_spaces();
	for (unsigned int i = 20; i < 30; i++)
		*entry_of(roots[i], va, 1) = physical(pages[i]) | PTE_P | PTE_W;
	for (unsigned int i = 20; i < 30; i++) {
		write_cr3(roots[i]);
		expect_is(read_word(va), 1000 + i);
	}
	leave();
}

/* Flags in CR3 are read back as written. */
CHECK(cr3_flags)
{
	write_cr3(read_cr3() | 0x18);
	expect_is(read_cr3(), physical(boot_root) | 0x18);
	leave();
	expect_is(read_cr3(), physical(boot_root));
}
