/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls.c - thread-local storage of user code: descriptors of the GDT that the kernel fills in.
 *
 * Invariant: the descriptors for user code are empty when a check ends.
 */
#include "own.h"

extern const char user_read_selectors[], user_read_fs[], user_read_gs[], user_write_gs[];
extern const char user_pop_gs[], user_lgs[], user_gs_over_call[], user_nothing[];

/* What the kernel has loaded for user code it finds again, after a system call or a trap. */
CHECK(user_selectors_come_back)
{
	struct regs regs = user_regs(user_nothing);

	set_tls(TLS_SELECTOR, USER_DATA);
	set_tls(NEXT_TLS, USER_DATA);
	regs.es = READ_ONLY | 3;
	regs.fs = TLS_SELECTOR;
	regs.gs = NEXT_TLS;
	user_run(&regs, BY_IRET);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ds & 0xffff, USER_DS);
	expect_is(regs.es & 0xffff, READ_ONLY | 3);
	expect_is(regs.fs & 0xffff, TLS_SELECTOR);
	expect_is(regs.gs & 0xffff, NEXT_TLS);
}

CHECK(user_sees_selectors)
{
	struct regs regs = user_regs(user_read_selectors);

	set_tls(TLS_SELECTOR, USER_DATA);
	set_tls(NEXT_TLS, USER_DATA);
	regs.fs = TLS_SELECTOR;
	regs.gs = NEXT_TLS;
	user_run(&regs, BY_IRET);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, USER_CS);
	expect_is(regs.bx & 0xffff, USER_DS);
	expect_is(regs.cx & 0xffff, USER_DS);
	expect_is(regs.dx & 0xffff, USER_DS);
	expect_is(regs.si & 0xffff, TLS_SELECTOR);
	expect_is(regs.di & 0xffff, NEXT_TLS);
}

/* The kernel loads the selector on the way out. */
CHECK(user_reads_through_tls)
{
	struct regs regs = user_regs(user_read_gs);

	write_word(USER_DATA + 0x108, 0x4711);
	set_tls(TLS_SELECTOR, USER_DATA + 0x100);
	regs.gs = TLS_SELECTOR;
	regs.ax = 8;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, 0x4711);
	regs = user_regs(user_read_fs);
	regs.fs = TLS_SELECTOR;
	regs.ax = 8;
	user_run(&regs, BY_IRET);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, 0x4711);
}

CHECK(user_writes_through_tls)
{
	struct regs regs = user_regs(user_write_gs);

	set_tls(TLS_SELECTOR, USER_DATA + 0x200);
	regs.gs = TLS_SELECTOR;
	regs.ax = 4;
	regs.bx = 0x600d;
	user_run(&regs, BY_IRET);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(read_word(USER_DATA + 0x204), 0x600d);
}

/* As glibc does after set_thread_area: the kernel only fills in the descriptor. */
CHECK(user_loads_tls_itself)
{
	static const char *const loads[] = {user_load_gs, user_pop_gs, user_load_fs};

	write_word(USER_DATA + 0x308, 0x4712);
	for (unsigned int i = 0; i < 3; i++) {
		struct regs regs;

		set_tls(TLS_SELECTOR, USER_DATA + 0x300);
		regs = run(loads[i], TLS_SELECTOR, 8);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.cx, 0x4712);
		expect_is((i == 2 ? regs.fs : regs.gs) & 0xffff, TLS_SELECTOR);
		clear_tls();
	}
}

CHECK(user_sees_selector_it_loaded)
{
	struct regs regs;

	set_tls(TLS_SELECTOR, USER_DATA);
	regs = run(user_load_gs, TLS_SELECTOR, 8);
	clear_tls();
	expect_is(regs.dx & 0xffff, TLS_SELECTOR);
}

/* An offset that would be an address of its own, if the segment had no base. */
CHECK(user_tls_at_mapped_offset)
{
	struct regs regs;

	write_word(USER_DATA, 1);
	write_word(USER_DATA + 0x100, 2);
	set_tls(TLS_SELECTOR, 0x100);
	regs = run(user_load_gs, TLS_SELECTOR, USER_DATA);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 2);
}

/* A base that is negative, as libraries have it: addresses wrap. */
CHECK(user_tls_wraps)
{
	struct regs regs;

	write_word(USER_DATA + 0x40, 0x4713);
	set_tls(TLS_SELECTOR, USER_DATA + 0x80);
	regs = run(user_load_gs, TLS_SELECTOR, (word)-0x40);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 0x4713);
}

CHECK(user_loads_far_pointer)
{
	struct regs regs = user_regs(user_lgs);

	set_tls(TLS_SELECTOR, USER_DATA + 0x100);
	write_word(USER_DATA + 0x10c, 0x4714);
	write_word(USER_DATA, 12);
	write_word(USER_DATA + 4, TLS_SELECTOR);
	regs.si = USER_DATA;
	user_run(&regs, BY_IRET);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.bx, 12);
	expect_is(regs.cx, 0x4714);
	expect_is(regs.gs & 0xffff, TLS_SELECTOR);
}

/* As at a change of threads: another descriptor in the same slot. */
CHECK(tls_of_two_threads)
{
	write_word(USER_DATA + 0x400, 1);
	write_word(USER_DATA + 0x500, 2);
	for (unsigned int i = 0; i < 10; i++) {
		struct regs regs = user_regs(user_read_gs);

		set_tls(TLS_SELECTOR, USER_DATA + (i & 1 ? 0x500 : 0x400));
		regs.gs = TLS_SELECTOR;
		regs.ax = 0;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.ax, i & 1 ? 2 : 1);
	}
	clear_tls();
}

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

CHECK(user_tls_over_system_call)
{
	struct regs regs;

	trap_hooks[VECTOR_SYSCALL] = go_on;
	set_tls(TLS_SELECTOR, USER_DATA + 0x600);
	write_word(USER_DATA + 0x604, 0x4715);
	regs = run(user_gs_over_call, TLS_SELECTOR, 4);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 0x4715);
	expect_is(regs.gs & 0xffff, TLS_SELECTOR);
}
