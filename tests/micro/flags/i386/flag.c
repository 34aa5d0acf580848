/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flag.c - flags that the kernel may set and nobody else: IOPL and NT, by popf and by iret.
 *
 * Invariant: both are clear when a check ends.
 */
#include "micro.h"

extern const char user_flags[];

CHECK(popf_sets_iopl)
{
	word got;

	write_flags(2 | FLAG_IOPL);
	got = read_flags();
	write_flags(2);
	expect_is(got & FLAG_IOPL, FLAG_IOPL);
	expect_is(read_flags() & FLAG_IOPL, 0);
}

CHECK(popf_sets_nt)
{
	word got;

	write_flags(2 | FLAG_NT);
	got = read_flags();
	write_flags(2);
	expect_is(got & FLAG_NT, FLAG_NT);
	expect_is(read_flags() & FLAG_NT, 0);
}

static word frame_flags, handler_flags;

static bool keep_flags(struct regs *regs)
{
	frame_flags = regs->flags;
	handler_flags = read_flags();
	return true;
}

/* An exception keeps both in its frame, and clears NT (SDM 3A section 6.12.1.2). */
CHECK(frame_shows_iopl_and_nt)
{
	word after;

	trap_hooks[TRAP_BP] = keep_flags;
	write_flags(2 | FLAG_IOPL | FLAG_NT);
	__asm__ volatile("int3");
	after = read_flags();
	write_flags(2);
	expect_is(frame_flags & (FLAG_IOPL | FLAG_NT), FLAG_IOPL | FLAG_NT);
	expect_is(handler_flags & (FLAG_IOPL | FLAG_NT), FLAG_IOPL);
	expect_is(after & (FLAG_IOPL | FLAG_NT), FLAG_IOPL | FLAG_NT);
}

/* User code sees its IOPL, and its popf leaves it. */
CHECK(user_has_its_iopl)
{
	struct regs regs = user_regs(user_flags);

	regs.ax = 2;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax & (FLAG_IOPL | FLAG_IF), FLAG_IF);
	regs = user_regs(user_flags);
	regs.ax = 2 | FLAG_IOPL;
	user_run(&regs, BY_IRET);
	expect_is(regs.ax & (FLAG_IOPL | FLAG_IF), FLAG_IF);
	expect_is(regs.flags & (FLAG_IOPL | FLAG_IF), FLAG_IF);
}

CHECK(user_flags_survive)
{
	static const word flags[] = {FLAG_CF, FLAG_DF, FLAG_OF | FLAG_SF, FLAG_ID};

	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct regs regs = user_regs(user_flags);

		regs.ax = 2 | flags[i];
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.ax & flags[i], flags[i]);
		expect_is(regs.flags & flags[i], flags[i]);
	}
}

/* Harmless in user code, and the kernel's to clear. */
CHECK(user_nt_survives)
{
	struct regs regs = user_regs(user_flags);

	regs.ax = 2 | FLAG_NT;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect(regs.ax & FLAG_NT);
	expect(regs.flags & FLAG_NT);
}
