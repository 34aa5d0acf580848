/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared_slot.c - a slot of the top-level table that the kernel and the program share: the kernel's
 * image is from 1 to 2 GiB, the program below and above.
 *
 * Invariant: every check ends in the tables that it began with; the kernel's own entry is in every
 * table that is loaded.
 */
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[];

#define HOLE	     0x40000000ul
#define BEHIND_HOLE  0x80000000ul
#define MODULES	     0x60000000ul
#define BELOW_WINDOW 0x7f7ff000ul     /* the highest page that this kernel has below 2 GiB */
#define LAST_PAGE    0x3fffffffe000ul /* of a program, as Linux has it: TASK_SIZE_MAX is behind it */

enum { SPACES = 20 };

static void load(void *at)
{
	(void)*(volatile word *)at;
}

static bool faults(word va)
{
	return attempt(load, (void *)va).hit;
}

static word user_access(const char *code, word va)
{
	struct regs regs = user_regs(code);

	regs.di = va;
	regs.si = 0x4711;
	user_run(&regs, BY_SYSTEM_CALL);
	return regs.vector;
}

static void flush_all(void)
{
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
}

/* In its hole, the kernel maps and unmaps as it does elsewhere. */
static void kernel_page_at(word va)
{
	word *page = page_new();

	expect(faults(va));
	map(va, physical(page), PTE_W);
	write_word(va, 0x99);
	expect_is(*page, 0x99);
	expect_is(user_access(user_load, va), TRAP_PF);
	expect_is(read_word(va), 0x99);
	*leaf(va) &= ~PTE_W;
	invlpg(va);
	expect_is(read_word(va), 0x99);
	unmap(va);
	invlpg(va);
	expect(faults(va));
}

CHECK(kernel_pages_in_hole)
{
	kernel_page_at(MODULES);
	kernel_page_at(MODULES + 0x3ff000);
	kernel_page_at(BELOW_WINDOW);
}

static void program_page_at(word va)
{
	word *page = page_new();

	map(va, physical(page), PTE_U | PTE_W);
	expect_is(user_access(user_store, va), TRAP_UD);
	expect_is(*page, 0x4711);
	expect_is(read_word(va), 0x4711);
	unmap(va);
	invlpg(va);
	expect_is(user_access(user_load, va), TRAP_PF);
	expect(faults(va));
}

CHECK(program_pages_at_borders)
{
	program_page_at(0x10000);
	program_page_at(HOLE - PAGE);
	program_page_at(BEHIND_HOLE);
	program_page_at(0x7ffffff000);
	program_page_at(0x8000000000);
	program_page_at(LAST_PAGE);
}

/* A space with the usual user code and data, in tables of its own but for the last ones. */
static word space_new(void)
{
	word root = root_new();

	for (word va = USER_BASE; va <= USER_DATA; va += BLOCK)
		*entry_of(root, va, 2) = *entry_of(physical(boot_root), va, 2);
	return root;
}

/* Pages that follow each other, each with a number; the physical address of the first. */
static word numbered_pages(void)
{
	word first = physical(page_new());

	for (unsigned int i = 1; i < SPACES; i++)
		page_new();
	for (unsigned int i = 0; i < SPACES; i++)
		*(word *)kernel_pointer(first + i * PAGE) = 1000 + i;
	return first;
}

/* Each program has tables of its own for the slot, with the kernel's one entry among them. */
static void own_pages(word va)
{
	word roots[SPACES], first = numbered_pages();

	for (unsigned int i = 0; i < SPACES; i++) {
		roots[i] = space_new();
		*entry_of(roots[i], va, 1) = (first + i * PAGE) | PTE_P | PTE_W | PTE_U;
	}
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < SPACES; i++) {
			struct regs regs = user_regs(user_load);

			write_cr3(roots[i]);
			regs.di = va;
			user_run(&regs, BY_IRET);
			expect_is(regs.vector, TRAP_UD);
			expect_is(regs.ax, 1000 + i);
			expect_is(user_access(user_store, va), TRAP_UD);
			expect_is(read_word(va), 0x4711);
			write_word(va, 1000 + i);
		}
	}
	write_cr3(physical(boot_root));
	expect(faults(va));
	for (unsigned int i = 0; i < SPACES; i++)
		expect_is(*(word *)kernel_pointer(first + i * PAGE), 1000 + i);
}

CHECK(programs_have_slot_of_their_own)
{
	own_pages(0x10000);
	own_pages(HOLE - PAGE);
	own_pages(BEHIND_HOLE);
}

/* What the kernel maps in its hole is there in all of them, without a word to any. */
CHECK(kernel_page_in_all_spaces)
{
	word roots[SPACES], va = MODULES + 0x800000, first = numbered_pages();

	for (unsigned int i = 0; i < SPACES; i++) {
		roots[i] = space_new();
		*entry_of(roots[0], va + i * PAGE, 1) = (first + i * PAGE) | PTE_P | PTE_W;
	}
	for (unsigned int i = 0; i < SPACES; i++) {
		write_cr3(roots[i]);
		for (unsigned int page = 0; page < SPACES; page++)
			expect_is(read_word(va + page * PAGE), 1000 + page);
	}
	for (unsigned int i = 0; i < SPACES; i++) {
		*entry_of(roots[SPACES - 1 - i], va + i * PAGE, 1) = 0;
		invlpg(va + i * PAGE);
	}
	for (unsigned int i = 0; i < SPACES; i++) {
		write_cr3(roots[i]);
		flush_all();
		for (unsigned int page = 0; page < SPACES; page++)
			expect(faults(va + page * PAGE));
	}
	write_cr3(physical(boot_root));
}

/* A program gives back all that it has, and the kernel goes on. */
CHECK(slot_emptied_and_filled)
{
	word root = root_new(),
	     *table = kernel_pointer(*entry_of(root, 0, TOP_LEVEL) & PTE_ADDRESS);
	const word *usual = kernel_pointer(*boot_root & PTE_ADDRESS);

	write_cr3(root);
	for (unsigned int round = 0; round < 50; round++) {
		expect_is(user_access(user_load, USER_DATA), TRAP_PF);
		table[table_index(USER_DATA, USER_LEVEL)] =
			usual[table_index(USER_DATA, USER_LEVEL)];
		expect_is(user_access(user_load, USER_DATA), TRAP_UD);
		table[table_index(USER_DATA, USER_LEVEL)] = 0;
		invlpg(USER_DATA);
		write_cr3(root);
	}
	write_cr3(physical(boot_root));
}

/* The slot gets another table, and the first one becomes data. */
CHECK(slot_table_replaced)
{
	word root = root_new(), *entry = entry_of(root, 0, TOP_LEVEL), *old, *table = page_new();

	root_copy_user(kernel_pointer(root));
	write_cr3(root);
	expect_is(user_access(user_load, USER_DATA), TRAP_UD);
	old = kernel_pointer(*entry & PTE_ADDRESS);
	memcpy(table, old, PAGE);
	*entry = physical(table) | PTE_P | PTE_W | PTE_U;
	write_cr3(root);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		old[i] = (word)0x123456789000 | PTE_P | PTE_W;
	expect_is(user_access(user_load, USER_DATA), TRAP_UD);
	table[table_index(USER_DATA, USER_LEVEL)] = 0;
	write_cr3(root);
	expect_is(user_access(user_load, USER_DATA), TRAP_PF);
	write_cr3(physical(boot_root));
}

/* Half of it the program's, half the kernel's: user code gets neither, and writes nothing. */
CHECK(accesses_across_borders)
{
	word *below = page_new(), *behind = page_new();

	map(HOLE - PAGE, physical(below), PTE_U | PTE_W);
	map(BEHIND_HOLE, physical(behind), PTE_U | PTE_W);
	expect_is(user_access(user_load, HOLE - WORD), TRAP_UD);
	expect_is(user_access(user_load, BEHIND_HOLE), TRAP_UD);
	for (word bytes = 1; bytes < WORD; bytes++) {
		expect_is(user_access(user_load, HOLE - bytes), TRAP_PF);
		expect_is(user_access(user_store, HOLE - bytes), TRAP_PF);
		expect_is(user_access(user_load, BEHIND_HOLE - bytes), TRAP_PF);
		expect_is(user_access(user_store, BEHIND_HOLE - bytes), TRAP_PF);
	}
	unmap(HOLE - PAGE);
	unmap(BEHIND_HOLE);
	invlpg(HOLE - PAGE);
	invlpg(BEHIND_HOLE);
	expect_is(below[PAGE / WORD - 1], 0);
	expect_is(behind[0], 0);
}
