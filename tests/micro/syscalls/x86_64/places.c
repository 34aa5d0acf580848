/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.c - system calls from code at the edges of what a program can have, and bases of FS and GS
 * that differ between spaces and lie anywhere.
 *
 * Invariant: the usual tables are loaded and both bases are 0 when a check ends.
 */
#include "micro.h"
#include "paging.h"

extern const char user_read_gs[], user_read_fs[];

#define LAST_PAGE 0x3fffffffe000ul /* of a program of the lower half's kernel */

enum { SPACES = 8 };

/* `syscall` as the last instruction of a page that has none behind it. */
static void call_at_end_of(word page)
{
	uint8_t *code = page_new();
	struct regs regs = user_regs((const void *)(page + PAGE - 2));

	code[PAGE - 2] = 0x0f;
	code[PAGE - 1] = 0x05;
	map(page, physical(code), PTE_U);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	expect_is(regs.ip, page + PAGE);
	expect_is(user_run(&regs, BY_SYSTEM_CALL), page + PAGE);
	expect_is(regs.vector, TRAP_PF);
	expect_is(regs.error & ~(word)PF_PRESENT, PF_USER | PF_FETCH);
	expect_is(regs.ip, page + PAGE);
	unmap(page);
	invlpg(page);
}

CHECK(syscall_at_end_of_page)
{
	call_at_end_of(0x10000);
	call_at_end_of(LOW_SLOT);
	call_at_end_of(LAST_PAGE);
	if (KERNEL_BASE < LOWER_HALF) /* the kernel's GiB is next */
		call_at_end_of(KERNEL_BASE - PAGE);
}

/* One word at gs:8, another at fs:16, in each space at addresses of its own. */
CHECK(bases_of_many_spaces)
{
	word roots[SPACES], *pages[SPACES];

	for (word i = 0; i < SPACES; i++) {
		roots[i] = root_new();
		root_copy_user(kernel_pointer(roots[i]));
		pages[i] = page_new();
		pages[i][1] = 1000 + i;
		pages[i][2] = 2000 + i;
		*entry_of(roots[i], LAST_PAGE - i * PAGE, 1) =
			physical(pages[i]) | PTE_P | PTE_U | PTE_W;
	}
	for (word round = 0; round < 4 * SPACES; round++) {
		word i = round * 3 % SPACES, at = LAST_PAGE - i * PAGE;
		struct regs regs = user_regs(user_read_gs);

		write_cr3(roots[i]);
		wrmsr(MSR_KERNEL_GS_BASE, at);
		wrmsr(MSR_FS_BASE, at);
		user_run(&regs, round & 1 ? BY_SYSTEM_CALL : BY_IRET);
		expect_is(regs.ax, 1000 + i);
		regs = user_regs(user_read_fs);
		user_run(&regs, BY_IRET);
		expect_is(regs.ax, 2000 + i);
		expect_is(rdmsr(MSR_KERNEL_GS_BASE), at);
		expect_is(rdmsr(MSR_FS_BASE), at);
	}
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_FS_BASE, 0);
	write_cr3(physical(boot_root));
}

/* What is there is another question. */
CHECK(bases_anywhere)
{
	static const word places[] = {USER_DATA + PAGE, KERNEL_START, DIRECT_BASE,
				      TEST_AREA,	LAST_PAGE,    LOWER_HALF - 0xfff};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct regs regs = user_regs(user_read_gs);

		wrmsr(MSR_KERNEL_GS_BASE, places[i]);
		wrmsr(MSR_FS_BASE, places[i]);
		expect_is(user_run(&regs, BY_IRET), places[i] + 8);
		expect_is(regs.vector, TRAP_PF);
		regs = user_regs(user_read_fs);
		expect_is(user_run(&regs, BY_IRET), places[i] + 16);
		expect_is(regs.vector, TRAP_PF);
	}
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_FS_BASE, 0);
}
