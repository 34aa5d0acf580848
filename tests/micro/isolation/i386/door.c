/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c - the page by which a wedge in a process takes system calls of user code without a signal
 * of the host: whoever calls it makes a system call of the guest, and nothing else.
 *
 * Invariant: the page has no other use; without it, all of its addresses fault, or are not touched
 * (L4 stops at them).
 */
#include "interrupts.h"
#include "micro.h"

extern const char user_call_door[], user_jump[];

static bool has_door(void)
{
	struct regs regs = user_regs(user_call_door);

	if (option_is("platform", "l4"))
		return false;
	regs.ax = 20;
	user_run(&regs, BY_IRET);
	return regs.vector != TRAP_PF;
}

CHECK(door_is_a_system_call)
{
	if (!has_door())
		skip("no door");
	for (word number = 0; number < 512; number++) {
		struct regs regs = user_regs(user_call_door);

		regs.ax = number;
		regs.bx = 1;
		regs.cx = USER_DATA;
		regs.dx = 1;
		regs.si = 0x1234;
		regs.di = 0x5678;
		regs.bp = 0x9abc;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.cs, USER_CS);
		expect_is(regs.ip, (word)user_call_door + 6);
		expect_is(regs.sp, USER_STACK);
		expect_is(regs.ax, number);
		expect_is(regs.bx, 1);
		expect_is(regs.cx, USER_DATA);
		expect_is(regs.dx, 1);
		expect_is(regs.si, 0x1234);
		expect_is(regs.di, 0x5678);
		expect_is(regs.bp, 0x9abc);
	}
}

/* With every flag that user code may have, and on stacks that are none. */
CHECK(door_with_odd_state)
{
	struct regs regs = user_regs(user_call_door);

	if (!has_door())
		skip("no door");
	regs.flags |= FLAG_DF | ARITHMETIC_FLAGS;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	expect_is(regs.flags & (FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS),
		  FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS);
	for (word i = 0; i < 64; i++) {
		regs = user_regs(user_jump);
		regs.di = WEDGE_DOOR + 16;
		regs.sp = i * 0x04000fff;
		user_run(&regs, BY_IRET);
		expect_is(regs.cs, USER_CS);
	}
}

/* A tick of the clock may come first on a busy host; code that spins there would see one each time.
 */
static bool spins_at(word at)
{
	enum { TRIES = 100 };
	struct regs regs;

	for (unsigned int i = 0; i < TRIES; i++) {
		regs = user_regs(user_jump);
		irq_unmask(0);
		timer_start(0, 0xffff);
		regs.di = at;
		regs.bx = KERNEL_START;
		regs.si = (word)gdt;
		user_run(&regs, BY_IRET);
		timer_stop();
		irq_end(0);
		if (regs.vector != VECTOR_IRQ)
			return false;
	}
	return true;
}

/* At each of its bytes. */
CHECK(door_cannot_be_forced)
{
	for (word offset = 0; offset < PAGE; offset++)
		expect(!spins_at(WEDGE_DOOR + offset));
}
