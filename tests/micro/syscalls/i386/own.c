/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own.c - what the checks of user code's own segments share (own.h).
 *
 * Invariant: no checks here.
 */
#include "own.h"

void set_tls(unsigned int selector, word base)
{
	gdt[selector / 8] = descriptor(base, 0xfffff, SEGMENT_DATA3);
}

void clear_tls(void)
{
	gdt[TLS_SELECTOR / 8] = gdt[NEXT_TLS / 8] = 0;
}

struct regs run(const char *code, word ax, word bx)
{
	struct regs regs = user_regs(code);

	regs.ax = ax;
	regs.bx = bx;
	user_run(&regs, BY_IRET);
	return regs;
}

void refused(const char *code, word selector, unsigned int trap)
{
	struct regs regs = run(code, selector, 0);

	if (regs.vector != trap || regs.error != (selector & ~3ul))
		fail("selector %lx: trap %lu error %lx, expected %u", selector, regs.vector,
		     regs.error, trap);
	expect_is(regs.ip, (word)code);
}
