/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - user code makes the system calls of the hypervisor.
 *
 * Invariant: each ends in the guest kernel's own handler, with nothing changed.
 */
#include "micro.h"

extern const char user_syscall[];

/* Every number of a hypercall, with arguments that would hurt: all must be the kernel's calls. */
CHECK(user_hypercalls_are_system_calls)
{
	for (word number = 0; number < 64; number++) {
		struct regs regs = user_regs(user_syscall);

		regs.ax = number;
		regs.di = 2; /* sched_op: shutdown */
		regs.si = USER_DATA;
		regs.dx = 1;
		regs.r10 = 0x7ff0;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.ax, number);
		expect_is(regs.di, 2);
		expect_is(regs.si, USER_DATA);
	}
}
