/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bad.c - kernels that do what no kernel should. Each must end the guest with a reason (bad.t says
 * which), and nothing else; one that comes back from its deed has failed.
 *
 * Invariant: one check in one boot, chosen by `only=`; nothing is expected of the guest afterwards.
 */
#include "micro.h"
#include "paging.h"

extern char pool_end[];

/* The wedge is loaded at the first 2 MiB boundary behind the kernel (bundle.h). */
static word wedge_physical(void)
{
	return (physical(pool_end) + 0x1fffff) & ~0x1ffffful;
}

static void load_idt(word base, uint16_t limit)
{
	struct table_pointer pointer = {limit, base};

	__asm__ volatile("lidt %0" : : "m"(pointer));
}

CHECK(triple_fault)
{
	load_idt(0, 0);
	__asm__ volatile("ud2");
}

CHECK(idt_in_nothing)
{
	load_idt(TEST_AREA, 4095);
	__asm__ volatile("int3");
}

CHECK(idt_of_rubbish)
{
	static uint8_t rubbish[4096];

	for (unsigned int i = 0; i < sizeof(rubbish); i++)
		rubbish[i] = (uint8_t)(i * 37 + 11);
	load_idt((word)rubbish, sizeof(rubbish) - 1);
	__asm__ volatile("ud2");
}

CHECK(cr3_beyond_memory)
{
	write_cr3(BEYOND_MEMORY);
	fail("still here");
}

CHECK(cr3_into_wedge)
{
	write_cr3(wedge_physical());
	fail("still here");
}

CHECK(maps_wedge_memory)
{
	map(TEST_AREA, wedge_physical(), PTE_W);
	say("read %lx", read_word(TEST_AREA));
	write_word(TEST_AREA, 0);
	fail("still here");
}

CHECK(table_in_wedge_memory)
{
	*entry_of(root_now(), TEST_AREA, 2) = wedge_physical() | PTE_P | PTE_W;
	say("read %lx", read_word(TEST_AREA));
	fail("still here");
}

CHECK(large_page_over_wedge)
{
	*entry_of(root_now(), TEST_AREA, 2) = wedge_physical() | PTE_P | PTE_W | PTE_PS;
	say("read %lx", read_word(TEST_AREA));
	memset((void *)TEST_AREA, 0, BLOCK);
	fail("still here");
}

CHECK(maps_beyond_memory)
{
	map(TEST_AREA, BEYOND_MEMORY, PTE_W);
	if (read_word(TEST_AREA) != (word)-1)
		fail("read %lx", read_word(TEST_AREA));
	write_word(TEST_AREA, 0);
	fail("still here");
}

CHECK(jumps_to_wedge_start)
{
	((void (*)(void))WEDGE)();
	fail("still here");
}

CHECK(jumps_into_wedge)
{
	word offset = 0x1234;

	((void (*)(void))(WEDGE + offset))();
	fail("still here");
}

CHECK(writes_over_wedge)
{
	memset((void *)WEDGE, 0, WEDGE_SIZE / 2);
	fail("still here");
}

CHECK(writes_over_vcpu)
{
	memset((void *)(WEDGE + WEDGE_SIZE / 2), 0xff, WEDGE_SIZE / 2);
	fail("still here");
}

CHECK(stack_in_nothing)
{
	__asm__ volatile("mov $0x1000, %" REG_SP "; push $1; int3");
	fail("still here");
}

CHECK(halts_for_ever)
{
	cli();
	__asm__ volatile("hlt");
	fail("still here");
}
