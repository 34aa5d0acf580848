/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code.c - code that is written while the kernel runs, as a module is, in a large page and in a
 * small one.
 *
 * Invariant: the code is data here, so nobody has looked at it before it is executed.
 */
#include <afterburn/insn.h>
#include <afterburn/sites.h>

#include "micro.h"
#include "paging.h"

#define PAD_AFTER(insn)                                                                            \
	AFTERBURN_PAD_BYTE0, AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2, 1, insn,                    \
		AFTERBURN_PAD_MAGIC & 0xff, AFTERBURN_PAD_MAGIC >> 8

enum { NOP = 0x90, PUSHF = 0x9c, POP_AX = 0x58, RET = 0xc3 };

/* pushf, with its pad; pop %eax or %rax; ret */
static const uint8_t reads_flags[] = {PUSHF, PAD_AFTER(AFTERBURN_INSN_PUSHF), POP_AX, RET};

/* As modules are loaded one after another: other code at the same place each time. */
static void expect_flags_right(word va, uint8_t *code, word *entry, word value)
{
	for (unsigned int shift = 0; shift < 3; shift++) {
		memset(code, NOP, shift);
		memcpy(code + shift, reads_flags, sizeof(reads_flags));
		*entry = value;
		invlpg(va);
		expect_is(((word(*)(void))va)() & FLAG_IF, 0);
		*entry = 0;
		invlpg(va);
	}
}

CHECK(code_in_large_page)
{
	word va = AREA(1);
	uint8_t *block = block_new();

	expect_flags_right(va + 3 * PAGE, block + 3 * PAGE, entry_of(root_now(), va, 2),
			   physical(block) | PTE_P | PTE_W | PTE_PS);
}

CHECK(code_in_small_page)
{
	word va = AREA(2);
	uint8_t *page = page_new();

	expect_flags_right(va, page, entry_of(root_now(), va, 1), physical(page) | PTE_P | PTE_W);
}
