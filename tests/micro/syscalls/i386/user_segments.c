/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_segments.c - segments that user code has of its own: thread-local storage in the GDT, and
 * whatever it likes in an LDT.
 *
 * Invariant: the descriptors for user code are empty, and no LDT is loaded, when a check ends.
 */
#include "micro.h"

enum { NEXT_TLS = TLS_SELECTOR + 8, IN_LDT = 4 | 3 };

extern const char user_read_selectors[], user_read_fs[], user_read_gs[], user_read_es[];
extern const char user_write_gs[], user_load_gs[], user_load_fs[], user_load_ds[], user_load_es[];
extern const char user_load_ss[], user_pop_gs[], user_lgs[], user_gs_over_call[], user_verr[];
extern const char user_lsl[], user_nothing[];

static uint64_t ldt[4] __attribute__((aligned(8)));

static void set_tls(unsigned int selector, word base)
{
	gdt[selector / 8] = descriptor(base, 0xfffff, SEGMENT_DATA3);
}

static void load_ldt(word limit)
{
	gdt[LDT_SELECTOR / 8] = descriptor((word)ldt, limit, SEGMENT_LDT);
	__asm__ volatile("lldt %w0" : : "r"(limit ? LDT_SELECTOR : 0) : "memory");
}

static void clean_up(void)
{
	gdt[TLS_SELECTOR / 8] = gdt[NEXT_TLS / 8] = 0;
	load_ldt(0);
	gdt[LDT_SELECTOR / 8] = 0;
}

static struct regs run(const char *code, word ax, word bx)
{
	struct regs regs = user_regs(code);

	regs.ax = ax;
	regs.bx = bx;
	user_run(&regs, BY_IRET);
	return regs;
}

CHECK(user_sees_selectors)
{
	struct regs regs = user_regs(user_read_selectors);

	set_tls(TLS_SELECTOR, USER_DATA);
	set_tls(NEXT_TLS, USER_DATA);
	regs.fs = TLS_SELECTOR;
	regs.gs = NEXT_TLS;
	user_run(&regs, BY_IRET);
	clean_up();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ax, USER_CS);
	expect_is(regs.bx & 0xffff, USER_DS);
	expect_is(regs.cx & 0xffff, USER_DS);
	expect_is(regs.dx & 0xffff, USER_DS);
	expect_is(regs.si & 0xffff, TLS_SELECTOR);
	expect_is(regs.di & 0xffff, NEXT_TLS);
	expect_is(regs.fs & 0xffff, TLS_SELECTOR);
	expect_is(regs.gs & 0xffff, NEXT_TLS);
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
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ax, 0x4711);
	regs = user_regs(user_read_fs);
	regs.fs = TLS_SELECTOR;
	regs.ax = 8;
	user_run(&regs, BY_IRET);
	clean_up();
	expect_is(regs.vector, TRAP_UD);
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
	clean_up();
	expect_is(regs.vector, TRAP_UD);
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
		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.cx, 0x4712);
		expect_is(regs.dx & 0xffff, TLS_SELECTOR);
		expect_is((i == 2 ? regs.fs : regs.gs) & 0xffff, TLS_SELECTOR);
		clean_up();
	}
}

/* A base that is negative, as libraries have it: addresses wrap. */
CHECK(user_tls_wraps)
{
	struct regs regs;

	write_word(USER_DATA + 0x40, 0x4713);
	set_tls(TLS_SELECTOR, USER_DATA + 0x80);
	regs = run(user_load_gs, TLS_SELECTOR, (word)-0x40);
	clean_up();
	expect_is(regs.vector, TRAP_UD);
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
	clean_up();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.bx, 12);
	expect_is(regs.cx, 0x4714);
	expect_is(regs.dx & 0xffff, TLS_SELECTOR);
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
		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.ax, i & 1 ? 2 : 1);
	}
	clean_up();
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
	clean_up();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cx, 0x4715);
	expect_is(regs.gs & 0xffff, TLS_SELECTOR);
}

static void refused(const char *code, word selector, unsigned int trap)
{
	struct regs regs = run(code, selector, 0);

	if (regs.vector != trap || regs.error != (selector & ~3ul))
		fail("selector %lx: trap %lu error %lx, expected %u", selector, regs.vector,
		     regs.error, trap);
	expect_is(regs.ip, (word)code);
}

CHECK(user_selectors_that_fault)
{
	static const char *const loads[] = {user_load_gs, user_load_fs, user_load_es, user_load_ds};

	for (unsigned int i = 0; i < 4; i++) {
		refused(loads[i], 0x7fb, TRAP_GP);
		refused(loads[i], TLS_SELECTOR, TRAP_GP);
		refused(loads[i], KERNEL_DS | 3, TRAP_GP);
		refused(loads[i], KERNEL_FS | 3, TRAP_GP);
		refused(loads[i], TSS_SELECTOR | 3, TRAP_GP);
		refused(loads[i], IN_LDT, TRAP_GP);
	}
	refused(user_load_ss, 0, TRAP_GP);
	refused(user_load_ss, KERNEL_DS, TRAP_GP);
	refused(user_load_ss, USER_CS, TRAP_GP);
	refused(user_load_ss, READ_ONLY | 3, TRAP_GP);
}

CHECK(user_selector_not_present)
{
	gdt[TLS_SELECTOR / 8] = descriptor(USER_DATA, 0xfffff, SEGMENT_DATA3 & ~(1ull << 47));
	refused(user_load_gs, TLS_SELECTOR, TRAP_NP);
	refused(user_load_ss, TLS_SELECTOR, TRAP_SS);
	clean_up();
}

/* All of these load without a fault; only a use of null would. */
CHECK(user_null_selectors)
{
	for (word selector = 0; selector < 4; selector++) {
		struct regs regs = run(user_load_ds, selector, 0);

		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.ds & 0xffff, selector);
	}
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
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cx, 0x4716);
	expect_is(regs.dx & 0xffff, 16 | IN_LDT);
	expect_is(regs.gs & 0xffff, 16 | IN_LDT);
	regs = user_regs(user_read_es);
	regs.es = 16 | IN_LDT;
	regs.ax = 8;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ax, 0x4716);
	refused(user_load_gs, 0 | IN_LDT, TRAP_GP);
	refused(user_load_gs, 32 | IN_LDT, TRAP_GP);
	clean_up();
	refused(user_load_gs, 16 | IN_LDT, TRAP_GP);
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
		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.cx, i & 1 ? 0x20 : 0x10);
	}
}

/* A stack segment of its own, by the name of it. */
CHECK(user_other_stack_segment)
{
	struct regs regs;

	gdt[TLS_SELECTOR / 8] = descriptor(0, 0xfffff, SEGMENT_DATA3);
	regs = run(user_load_ss, TLS_SELECTOR, 0);
	clean_up();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ss & 0xffff, TLS_SELECTOR);
}

/* Code with a base: the frame shows offset and selector. */
CHECK(user_code_segment_with_base)
{
	struct regs regs = user_regs((const void *)((word)user_nothing - USER_BASE));

	ldt[3] = descriptor(USER_BASE, 0xfffff, SEGMENT_DATA3 | 1ull << 43);
	load_ldt(sizeof(ldt) - 1);
	regs.cs = 24 | IN_LDT;
	user_run(&regs, BY_IRET);
	clean_up();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cs & 0xffff, 24 | IN_LDT);
	expect_is(regs.ip, (word)user_nothing - USER_BASE);
}

CHECK(user_asks_about_selectors)
{
	expect_is(run(user_verr, USER_DS, 0).cx, 1);
	expect_is(run(user_verr, KERNEL_DS, 0).cx, 0);
	expect_is(run(user_verr, 0x7fb, 0).cx, 0);
	expect_is(run(user_lsl, USER_DS, 0).cx, 0xffffffff);
	gdt[TLS_SELECTOR / 8] = descriptor(USER_DATA, 0x123, SEGMENT_BYTES3);
	expect_is(run(user_lsl, TLS_SELECTOR, 0).cx, 0x123);
	clean_up();
}
