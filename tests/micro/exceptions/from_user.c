/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * from_user.c - exceptions of user code, and all that the kernel sees of its state.
 *
 * Invariant: user registers are chosen, so that every difference is the platform's doing.
 */
#include "micro.h"
#include "paging.h"

extern const char user_nothing[], user_load[], user_store[], user_call[];
extern const char user_undefined[], user_divide[], user_int3[], user_int3_end[], user_int80[],
	user_int80_end[];
extern const char user_int8[], user_int13[], user_int14[];
extern const char user_int_dpl0[], user_x87[], user_cli[], user_hlt[], user_bad_segment[];

static struct regs run(const char *code, word di)
{
	struct regs regs = user_regs(code);

	regs.di = di;
	user_run(&regs, BY_IRET);
	return regs;
}

#define expect_trap(regs, trap, code)                                                              \
	do {                                                                                       \
		expect_is((regs).vector, trap);                                                    \
		expect_is((regs).error, code);                                                     \
		expect_is((regs).cs, USER_CS);                                                     \
		expect_is((regs).ss, USER_DS);                                                     \
	} while (0)

CHECK(user_frame_is_exact)
{
	struct regs before = user_regs(user_nothing), after;
	word *b = (word *)&before, *a = (word *)&after;

	for (unsigned int i = 0; i < GENERAL_REGISTERS; i++)
		b[i] = (word)0x1111111111111111 * i ^ 0xabcd;
	before.sp = USER_STACK - 0x123;
	before.flags = 2 | FLAG_IF | ARITHMETIC_FLAGS;
	after = before;
	user_run(&after, BY_IRET);
	expect_trap(after, TRAP_END, 0);
	for (unsigned int i = 0; i < GENERAL_REGISTERS; i++)
		expect_is(a[i], b[i]);
	expect_is(after.ip, before.ip);
	expect_is(after.sp, before.sp);
	expect_is(after.flags & ~0x10000ul, before.flags);
}

CHECK(user_frame_keeps_id_flag)
{
	struct regs regs = user_regs(user_nothing);

	regs.flags |= FLAG_ID;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_END, 0);
	expect(regs.flags & FLAG_ID);
}

/* Compiled code takes it for granted that the flag is clear; user code need not. */
CHECK(user_trap_with_direction_flag)
{
	struct regs regs = user_regs(user_nothing);

	regs.flags |= FLAG_DF;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_END, 0);
	expect(regs.flags & FLAG_DF);
}

CHECK(user_undefined_instruction)
{
	struct regs regs = run(user_undefined, 0);

	expect_trap(regs, TRAP_UD, 0);
	expect_is(regs.ip, (word)user_undefined);
}

CHECK(user_divide_error)
{
	struct regs regs = run(user_divide, 0);

	expect_trap(regs, TRAP_DE, 0);
	expect_is(regs.ip, (word)user_divide + 4);
}

CHECK(user_breakpoint)
{
	struct regs regs = run(user_int3, 0);

	expect_trap(regs, TRAP_BP, 0);
	expect_is(regs.ip, (word)user_int3_end);
}

CHECK(user_int_with_dpl_3)
{
	struct regs regs;

	gate_set(0x80, GATE_INTERRUPT, 3);
	regs = run(user_int80, 0);
	gate_reset(0x80);
	expect_trap(regs, 0x80, 0);
	expect_is(regs.ip, (word)user_int80_end);
}

/* Error code: the vector, and that it is one of the IDT (SDM 3A section 6.13). */
CHECK(user_int_with_dpl_0)
{
	struct regs regs = run(user_int_dpl0, 0);

	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.ip, (word)user_int_dpl0);
	if (regs.error == 0x77 * 16 + 2)
		skip("this QEMU has a wrong error code here, vector * 16 + 2");
	expect_is(regs.error, 0x77 * 8 + 2);
}

/* They are no exceptions of these numbers: no double fault comes of them. */
CHECK(user_int_of_exceptions)
{
	static const char *const code[] = {user_int8, user_int13, user_int14};

	for (unsigned int i = 0; i < 3; i++) {
		struct regs regs = run(code[i], 0);

		expect_is(regs.vector, TRAP_GP);
		expect_is(regs.ip, (word)code[i]);
	}
}

CHECK(user_int80_with_dpl_0)
{
	struct regs regs;

	gate_set(0x80, GATE_INTERRUPT, 0);
	regs = run(user_int80, 0);
	gate_reset(0x80);
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.ip, (word)user_int80);
	if (regs.error == 0x80 * 16 + 2)
		skip("this QEMU has a wrong error code here, vector * 16 + 2");
	expect_is(regs.error, 0x80 * 8 + 2);
}

CHECK(user_privileged)
{
	struct regs regs = run(user_cli, 0);

	expect_trap(regs, TRAP_GP, 0);
	expect_is(regs.ip, (word)user_cli);
	regs = run(user_hlt, 0);
	expect_trap(regs, TRAP_GP, 0);
	expect_is(regs.ip, (word)user_hlt);
}

CHECK(user_bad_selector)
{
	struct regs regs = user_regs(user_bad_segment);

	regs.ax = 0x7fb;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_GP, 0x7f8);
}

CHECK(user_page_faults)
{
	struct regs regs = user_regs(user_load);
	word hole = USER_DATA + 0x100000;

	regs.di = hole;
	expect_is(user_run(&regs, BY_IRET), hole);
	expect_trap(regs, TRAP_PF, PF_USER);
	expect_is(regs.ip, (word)user_load);
	regs = user_regs(user_store);
	regs.di = hole + 8;
	expect_is(user_run(&regs, BY_IRET), hole + 8);
	expect_trap(regs, TRAP_PF, PF_USER | PF_WRITE);
	regs = user_regs(user_call);
	regs.di = hole;
	expect_is(user_run(&regs, BY_IRET), hole);
	expect_trap(regs, TRAP_PF, PF_USER | PF_FETCH);
	expect_is(regs.ip, hole);
	/* Text is not writable. */
	regs = user_regs(user_store);
	regs.di = USER_BASE;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_PF, PF_USER | PF_WRITE | PF_PRESENT);
}

CHECK(user_fault_repaired)
{
	word hole = USER_DATA + 0x200000;
	struct regs regs = user_regs(user_store);

	regs.di = hole;
	regs.si = 0x5555;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_PF, PF_USER | PF_WRITE);
	map(hole, physical(page_new()), PTE_U | PTE_W);
	regs.vector = 0;
	user_run(&regs, BY_IRET);
	expect_trap(regs, TRAP_END, 0);
	expect_is(read_word(hole), 0x5555);
}

CHECK(user_x87_error)
{
	struct regs regs = run(user_x87, USER_DATA);

	expect_trap(regs, TRAP_MF, 0);
}
