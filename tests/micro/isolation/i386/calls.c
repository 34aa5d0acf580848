/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - user code makes the system calls of the host.
 *
 * Invariant: each ends in the guest kernel's own handler, with nothing changed.
 */
#include "micro.h"

extern const char user_syscall[], user_sysenter[], user_syscall32[];

/* Every number of a host's 32-bit system call, with arguments that would do something. */
CHECK(user_host_calls_are_system_calls)
{
	for (word number = 0; number < 512; number++) {
		struct regs regs = user_regs(user_syscall);

		regs.ax = number;
		regs.bx = 1;
		regs.cx = USER_DATA;
		regs.dx = 1;
		regs.si = 1;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.ax, number);
		expect_is(regs.bx, 1);
		expect_is(regs.cx, USER_DATA);
	}
}

/* An x32 number, a negative one. */
CHECK(user_odd_call_numbers)
{
	static const word numbers[] = {0x40000001, 0x80000000, (word)-1, (word)-38};

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct regs regs = user_regs(user_syscall);

		regs.ax = numbers[i];
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.ax, numbers[i]);
	}
}

/* Doors that this kernel has not opened: #GP without a kernel selector, #UD if hidden. */
CHECK(user_sysenter_is_no_door)
{
	for (word number = 0; number < 64; number++) {
		struct regs regs = user_regs(user_sysenter);

		regs.ax = number;
		regs.bx = 1;
		regs.cx = USER_DATA;
		regs.dx = 1;
		regs.bp = USER_STACK - 64;
		user_run(&regs, BY_IRET);
		if (regs.vector != TRAP_GP)
			expect_is(regs.vector, TRAP_UD);
		expect_is(regs.error, 0);
		expect_is(regs.ip, (word)user_sysenter);
		expect_is(regs.ax, number);
	}
}

CHECK(user_syscall_is_no_door)
{
	for (word number = 0; number < 64; number++) {
		struct regs regs = user_regs(user_syscall32);

		regs.ax = number;
		regs.bx = 1;
		regs.cx = USER_DATA;
		regs.dx = 1;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.ip, (word)user_syscall32);
		expect_is(regs.ax, number);
		expect_is(regs.cx, USER_DATA);
	}
}
