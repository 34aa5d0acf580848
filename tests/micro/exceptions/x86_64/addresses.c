/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addresses.c - exceptions that only x86-64's addresses and page tables have.
 *
 * Invariant: TEST_AREA is unmapped again when a check ends.
 */
#include "micro.h"
#include "paging.h"

static void load(void *at)
{
	(void)*(volatile word *)at;
}

static void jump(void *at)
{
	((void (*)(void))at)();
}

CHECK(non_canonical_address)
{
	struct fault f = attempt(load, (void *)0x8000000000000000);

	expect_fault(f, TRAP_GP, 0);
}

CHECK(page_fault_no_execute)
{
	struct fault f;

	map(TEST_AREA, physical(page_new()), PTE_NX);
	f = attempt(jump, (void *)(TEST_AREA + 16));
	expect_page_fault(f, TEST_AREA + 16, PF_PRESENT | PF_FETCH);
	unmap(TEST_AREA);
	invlpg(TEST_AREA);
}

CHECK(page_fault_reserved_bit)
{
	struct fault f;

	map(TEST_AREA, physical(page_new()) | 1ul << 51, PTE_W);
	f = attempt(load, (void *)TEST_AREA);
	unmap(TEST_AREA);
	invlpg(TEST_AREA);
	if (f.hit && f.regs.error == PF_RESERVED)
		skip("this QEMU has a wrong error code here, without the present bit");
	expect_page_fault(f, TEST_AREA, PF_PRESENT | PF_RESERVED);
}
