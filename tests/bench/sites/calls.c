/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - user code that calls the kernel many times (handlers.h).
 *
 * Invariant: it ends where it shall, or the measurement fails.
 */
#include "handlers.h"
#include "measure.h"

extern const char user_no_calls[];

void user_repeat(const char *code, word count)
{
	struct regs regs = user_regs(code);

	regs.bx = count;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
}

void user_without_calls(word count)
{
	user_repeat(user_no_calls, count);
}
