/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ldt.c - segments of user code in a local descriptor table.
 *
 * Invariant: no LDT is loaded when a check ends.
 */
#include "own.h"

extern const char user_read_es[], user_undefined[], user_call_twice[], user_syscall_behind[];

static uint64_t ldt[4] __attribute__((aligned(8)));

static void load_ldt(word limit)
{
	gdt[LDT_SELECTOR / 8] = descriptor((word)ldt, limit, SEGMENT_LDT);
	__asm__ volatile("lldt %w0" : : "r"(limit ? LDT_SELECTOR : 0) : "memory");
}

static void clean_up(void)
{
	load_ldt(0);
	gdt[LDT_SELECTOR / 8] = 0;
}

CHECK(user_selector_without_ldt)
{
	refused(user_load_gs, IN_LDT, TRAP_GP);
	refused(user_load_fs, 8 | IN_LDT, TRAP_GP);
}

CHECK(ldt_reads_back)
{
	uint32_t selector;

	load_ldt(sizeof(ldt) - 1);
	__asm__ volatile("sldt %0" : "=r"(selector));
	clean_up();
	expect_is(selector, LDT_SELECTOR);
	__asm__ volatile("sldt %0" : "=r"(selector));
	expect_is(selector, 0);
}

CHECK(user_reads_through_ldt)
{
	struct regs regs;

	write_word(USER_DATA + 0x708, 0x4716);
	ldt[0] = 0;
	ldt[2] = descriptor(USER_DATA + 0x700, 0xfffff, SEGMENT_DATA3);
	load_ldt(sizeof(ldt) - 1);
	regs = run(user_load_gs, 16 | IN_LDT, 8);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 0x4716);
	expect_is(regs.dx & 0xffff, 16 | IN_LDT);
	expect_is(regs.gs & 0xffff, 16 | IN_LDT);
	regs = user_regs(user_read_es);
	regs.es = 16 | IN_LDT;
	regs.ax = 8;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, 0x4716);
	refused(user_load_gs, 0 | IN_LDT, TRAP_GP);
	refused(user_load_gs, 32 | IN_LDT, TRAP_GP);
	clean_up();
	refused(user_load_gs, 16 | IN_LDT, TRAP_GP);
}

/* The kernel only writes a descriptor; user code has loaded nothing of the LDT when it goes on. */
CHECK(ldt_changed_in_place)
{
	write_word(USER_DATA + 0x800, 0x10);
	write_word(USER_DATA + 0x900, 0x20);
	/* User code has run with all of the GDT as it is when the LDT is there. */
	gdt[LDT_SELECTOR / 8] = descriptor((word)ldt, sizeof(ldt) - 1, SEGMENT_LDT);
	refused(user_load_gs, 8 | IN_LDT, TRAP_GP);
	ldt[1] = descriptor(USER_DATA, 0xfffff, SEGMENT_DATA3);
	load_ldt(sizeof(ldt) - 1);
	for (unsigned int i = 0; i < 4; i++) {
		struct regs regs;

		ldt[1] = descriptor(USER_DATA + (i & 1 ? 0x900 : 0x800), 0xfffff, SEGMENT_DATA3);
		regs = run(user_load_gs, 8 | IN_LDT, 0);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.cx, i & 1 ? 0x20 : 0x10);
	}
	clean_up();
}

/* Another table, as at a change of processes. */
CHECK(ldt_of_two_processes)
{
	for (unsigned int i = 0; i < 6; i++) {
		struct regs regs;

		write_word(USER_DATA + 0x800, 0x10);
		write_word(USER_DATA + 0x900, 0x20);
		ldt[1] = descriptor(USER_DATA + (i & 1 ? 0x900 : 0x800), 0xfffff, SEGMENT_DATA3);
		load_ldt(sizeof(ldt) - 1);
		regs = run(user_load_gs, 8 | IN_LDT, 0);
		clean_up();
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.cx, i & 1 ? 0x20 : 0x10);
	}
}

/* Runs user code by a segment that begins at USER_BASE. */
static struct regs run_with_base(const char *code)
{
	struct regs regs = user_regs((const void *)((word)code - USER_BASE));

	ldt[3] = descriptor(USER_BASE, 0xfffff, SEGMENT_DATA3 | 1ull << 43);
	load_ldt(sizeof(ldt) - 1);
	regs.cs = 24 | IN_LDT;
	user_run(&regs, BY_IRET);
	clean_up();
	return regs;
}

/* The frame shows offset and selector. */
CHECK(user_code_segment_with_base)
{
	struct regs regs = run_with_base(user_call_twice);

	expect_is(regs.vector, 0x80);
	expect_is(regs.cs & 0xffff, 24 | IN_LDT);
	expect_is(regs.ip, (word)user_syscall_behind - USER_BASE);
}

CHECK(user_ud2_by_code_segment_with_base)
{
	struct regs regs = run_with_base(user_undefined);

	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cs & 0xffff, 24 | IN_LDT);
	expect_is(regs.ip, (word)user_undefined - USER_BASE);
}
