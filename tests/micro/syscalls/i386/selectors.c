/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selectors.c - selectors that user code loads, or cannot load.
 *
 * Invariant: the descriptors for user code are empty when a check ends.
 */
#include "own.h"

extern const char user_copy_selectors[], user_far_by_cs[], user_far_by_number[], user_verr[];
extern const char user_lsl[];

CHECK(user_selectors_that_fault)
{
	static const char *const loads[] = {user_load_gs, user_load_fs, user_load_es, user_load_ds};

	for (unsigned int i = 0; i < 4; i++) {
		refused(loads[i], 0x7fb, TRAP_GP);
		refused(loads[i], KERNEL_DS | 3, TRAP_GP);
		refused(loads[i], KERNEL_FS | 3, TRAP_GP);
		refused(loads[i], TSS_SELECTOR | 3, TRAP_GP);
	}
	refused(user_load_ss, 0, TRAP_GP);
	refused(user_load_ss, KERNEL_DS, TRAP_GP);
	refused(user_load_ss, USER_CS, TRAP_GP);
	refused(user_load_ss, READ_ONLY | 3, TRAP_GP);
}

/* Nothing in the slot. */
CHECK(user_empty_selector)
{
	refused(user_load_gs, TLS_SELECTOR, TRAP_GP);
	refused(user_load_gs, NEXT_TLS, TRAP_GP);
	refused(user_load_fs, NEXT_TLS + 8, TRAP_GP);
}

CHECK(user_selector_not_present)
{
	gdt[TLS_SELECTOR / 8] = descriptor(USER_DATA, 0xfffff, SEGMENT_DATA3 & ~(1ull << 47));
	refused(user_load_gs, TLS_SELECTOR, TRAP_NP);
	refused(user_load_ss, TLS_SELECTOR, TRAP_SS);
	clear_tls();
}

/* All of these load without a fault; only a use of null would. */
CHECK(user_null_selectors)
{
	for (word selector = 0; selector < 4; selector++) {
		struct regs regs = run(user_load_ds, selector, 0);

		expect_is(regs.vector, TRAP_END);
		expect_is(regs.ds & 0xfffc, 0);
	}
}

/* A stack segment of its own, by the name of it. */
CHECK(user_other_stack_segment)
{
	struct regs regs;

	gdt[TLS_SELECTOR / 8] = descriptor(0, 0xfffff, SEGMENT_DATA3);
	regs = run(user_load_ss, TLS_SELECTOR, 0);
	clear_tls();
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ss & 0xffff, TLS_SELECTOR);
}

CHECK(user_asks_about_selectors)
{
	expect_is(run(user_verr, USER_DS, 0).cx, 1);
	expect_is(run(user_verr, KERNEL_DS, 0).cx, 0);
	expect_is(run(user_verr, 0x7fb, 0).cx, 0);
	expect_is(run(user_lsl, USER_DS, 0).cx, 0xffffffff);
	gdt[TLS_SELECTOR / 8] = descriptor(USER_DATA, 0x123, SEGMENT_BYTES3);
	expect_is(run(user_lsl, TLS_SELECTOR, 0).cx, 0x123);
	clear_tls();
}
/* Whatever it finds in its segment registers, user code may load again. */
CHECK(user_copies_selectors)
{
	struct regs regs = user_regs(user_copy_selectors);

	write_word(USER_DATA, 0x4717);
	regs.bx = USER_DATA;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 0x4717);
	expect_is(regs.es & 0xffff, USER_DS);
	expect_is(regs.gs & 0xffff, USER_DS);
}

/* By the number that the kernel's documents give it. */
CHECK(user_loads_its_data_segment)
{
	struct regs regs;

	write_word(USER_DATA, 0x4718);
	regs = run(user_load_es, USER_DS, USER_DATA);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 0x4718);
	expect_is(regs.es & 0xffff, USER_DS);
}

CHECK(user_far_transfers)
{
	struct regs regs = run(user_far_by_cs, 0, 0);

	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 1);
	expect_is(regs.cs & 0xffff, USER_CS);
	regs = run(user_far_by_number, 0, 0);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cx, 3);
	expect_is(regs.dx, USER_STACK);
	expect_is(regs.cs & 0xffff, USER_CS);
}
