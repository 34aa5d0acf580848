/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * no_execute.c - the bit that forbids to execute (SDM 3A section 4.6), on two levels.
 *
 * Invariant: each use has an area of its own.
 */
#include "micro.h"
#include "paging.h"

static void load(void *at)
{
	(void)*(volatile word *)at;
}

static void execute(void *at)
{
	((void (*)(void))at)();
}

static struct fault try(void (*access)(void *), word va)
{
	return attempt(access, (void *)va);
}

static void not_executable(word va)
{
	uint8_t *code = page_new();

	code[0] = 0xc3; /* ret */
	map(va, physical(code), 0);
	expect(!try(execute, va).hit);
	*leaf(va) |= PTE_NX;
	invlpg(va);
	expect_page_fault(try(execute, va), va, PF_PRESENT | PF_FETCH);
	expect(!try(load, va).hit);
	*leaf(va) &= ~PTE_NX;
	invlpg(va);
	expect(!try(execute, va).hit);
	*entry_of(root_now(), va, 3) |= PTE_NX;
	write_cr3(read_cr3());
	invlpg(va);
	expect_page_fault(try(execute, va), va, PF_PRESENT | PF_FETCH);
}

CHECK(no_execute)
{
	not_executable(AREA(32));
	not_executable(LOW_AREA(32));
}
