/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch.c - paging turned off and on again (SDM 3A section 9.9), as kexec does, and what is left
 * of the TLB then.
 *
 * Invariant: off_and_on and its stack are at their physical addresses while paging is off, on an
 * identity map that is gone when a check ends.
 */
#include "micro.h"
#include "paging.h"

/*
 * eax: physical address of the top-level table to go on with; edx: of a word that is read while
 * paging is off, and overwritten by the value of CR0. Returns what was read.
 */
extern word off_and_on(word root, word at);
__asm__(".pushsection .text\n"
	"off_and_on: pushl %ebx; pushl %esi; movl %eax, %esi; movl $1f, %ebx\n\t"
	"subl kernel_base, %ebx; subl kernel_base, %esp; jmp *%ebx\n"
	"1: movl %cr0, %ecx; andl $0x7fffffff, %ecx; movl %ecx, %cr0; movl (%edx), %eax\n\t"
	"movl %cr0, %ecx; movl %ecx, (%edx); movl %esi, %cr3\n\t"
	"orl $0x80000000, %ecx; movl %ecx, %cr0; movl $2f, %ebx; jmp *%ebx\n"
	"2: addl kernel_base, %esp; popl %esi; popl %ebx; ret\n\t"
	".popsection\n"
	".pushsection .data; .balign 4; kernel_base: .long 0x80000000; .popsection");

/* The first blocks once more, at their physical addresses. */
static void identity(bool there)
{
	for (unsigned int i = 0; i < 8; i++)
		boot_root[i] = there ? i * BLOCK | PTE_P | PTE_W | PTE_PS : 0;
	write_cr3(read_cr3());
}

CHECK(paging_off_and_on)
{
	word *page = page_new(), got;

	*page = 0x600d;
	identity(true);
	got = off_and_on(physical(boot_root), physical(page));
	identity(false);
	expect_is(got, 0x600d);
	expect_is(*page & (CR0_PG | CR0_WP | 1), CR0_WP | 1);
	expect(read_cr0() & CR0_PG);
}

CHECK(paging_off_and_on_many)
{
	word *page = page_new();

	identity(true);
	for (unsigned int i = 0; i < 20; i++) {
		*page = i;
		if (off_and_on(physical(boot_root), physical(page)) != i)
			break;
	}
	identity(false);
	expect_is(*page & CR0_PG, 0);
}

/* CR3 may change while paging is off. */
CHECK(other_tables_while_off)
{
	word va = SLOT(9), other = root_new(), seen, *page = page_new();

	identity(true);
	memcpy(kernel_pointer(other), boot_root, 8 * WORD);
	*entry_of(other, va, 1) = physical(page) | PTE_P | PTE_W;
	off_and_on(other, physical(page_new()));
	*page = 0x4711;
	seen = read_word(va);
	write_cr3(physical(boot_root));
	identity(false);
	expect_is(seen, 0x4711);
}

static void load(void *at)
{
	(void)*(volatile word *)at;
}

/* Even global entries do not outlive it (SDM 3A section 4.10.4.1). */
CHECK(paging_off_flushes_global)
{
	word va = AREA(34);
	struct fault f;

	map(va, physical(page_new()), PTE_W | PTE_G);
	write_word(va, 1);
	identity(true);
	unmap(va);
	off_and_on(physical(boot_root), physical(page_new()));
	identity(false);
	f = attempt(load, (void *)va);
	expect_page_fault(f, va, 0);
}

/* Entries that are only wider than the memory: address bits up to 31 all count. */
CHECK(high_physical_addresses_are_not_memory)
{
	word va = AREA(35);

	if (on_wedge())
		skip("a wedge ends a guest that does this: see the group bad");
	map(va, 0xf0000000, PTE_W);
	read_word(va);
}
