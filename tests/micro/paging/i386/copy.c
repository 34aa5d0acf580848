/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copy.c - a kernel that reads and writes the memory of several users: directly in the space that
 * is loaded, at a mapping of its own in the others.
 *
 * Invariant: user code, kernel and tables always agree about a page.
 */
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[];

enum { USERS = 6 };

#define PLACE LOW_SLOT

static word roots[USERS], *pages[USERS];

static void make_users(void)
{
	for (unsigned int i = 0; i < USERS; i++) {
		if (roots[i])
			continue;
		roots[i] = root_new();
		pages[i] = page_new();
		root_copy_user(kernel_pointer(roots[i]));
		*entry_of(roots[i], PLACE, 1) = physical(pages[i]) | PTE_P | PTE_U | PTE_W;
	}
}

static word user_reads(word at)
{
	struct regs regs = user_regs(user_load);

	regs.di = at;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	return regs.ax;
}

static void user_writes(word at, word value)
{
	struct regs regs = user_regs(user_store);

	regs.di = at;
	regs.si = value;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
}

static void leave(void)
{
	write_cr3(physical(boot_root));
}

CHECK(user_and_kernel_see_the_same)
{
	make_users();
	for (unsigned int i = 0; i < USERS; i++) {
		write_cr3(roots[i]);
		user_writes(PLACE, 100 + i);
		expect_is(read_word(PLACE), 100 + i);
		expect_is(*pages[i], 100 + i);
		write_word(PLACE, 200 + i);
		expect_is(user_reads(PLACE), 200 + i);
		*pages[i] = 300 + i;
		expect_is(user_reads(PLACE), 300 + i);
	}
	leave();
}

/* What one user wrote is there when it runs again, whoever ran in between. */
CHECK(users_take_turns)
{
	make_users();
	for (unsigned int round = 0; round < 20; round++) {
		for (unsigned int i = 0; i < USERS; i++) {
			write_cr3(roots[i]);
			if (round)
				expect_is(user_reads(PLACE), (round - 1) * 16 + i);
			user_writes(PLACE, round * 16 + i);
		}
	}
	leave();
}

/* A write by the kernel to a read-only user page: with WP it faults, so that the copy can be made.
 */
CHECK(kernel_write_to_shared_page)
{
	word *entry;
	struct fault f;
	extern const char store_word[];

	make_users();
	write_cr3(roots[0]);
	user_writes(PLACE, 7);
	entry = entry_of(roots[0], PLACE, 1);
	*entry &= ~PTE_W;
	invlpg(PLACE);
	f = attempt((void (*)(void *))(word)store_word, (void *)PLACE);
	expect_page_fault(f, PLACE, PF_PRESENT | PF_WRITE);
	*entry = physical(pages[0]) | PTE_P | PTE_U | PTE_W;
	invlpg(PLACE);
	f = attempt((void (*)(void *))(word)store_word, (void *)PLACE);
	leave();
	expect(!f.hit);
	expect_is(*pages[0], 0x600d);
}
__asm__(".pushsection .text; store_word: movl $0x600d, (%eax); ret; .popsection");

/* String instructions over the end of what is mapped stop exactly there. */
CHECK(string_copy_stops_at_fault)
{
	word from = (word)page_new(), left = 0, at = 0;
	struct fault f;
	extern const char copy_string[];

	make_users();
	write_cr3(roots[1]);
	f = attempt((void (*)(void *))(word)copy_string, (void *)from);
	leave();
	left = f.regs.cx;
	at = f.regs.di;
	expect_page_fault(f, PLACE + PAGE, PF_WRITE);
	expect_is(at, PLACE + PAGE);
	expect_is(left, 4);
}
__asm__(".pushsection .text; copy_string: pushl %esi; pushl %edi; movl %eax, %esi\n\t"
	"movl $0x30000ff0, %edi; movl $8, %ecx; rep movsl; popl %edi; popl %esi; ret; .popsection");

/* A user's page table that is shared by two spaces, filled by faults of either. */
CHECK(shared_user_table)
{
	word *upper;

	make_users();
	upper = entry_of(roots[2], PLACE + BLOCK, 2);
	entry_of(roots[2], PLACE + BLOCK, 1);
	*entry_of(roots[3], PLACE + BLOCK, 2) = *upper;
	for (unsigned int i = 0; i < 20; i++) {
		word at = PLACE + BLOCK + i * PAGE;

		write_cr3(roots[2 + (i & 1)]);
		*entry_of(roots[2], at, 1) = physical(page_new()) | PTE_P | PTE_U | PTE_W;
		user_writes(at, i);
		write_cr3(roots[3 - (i & 1)]);
		expect_is(user_reads(at), i);
	}
	leave();
}
