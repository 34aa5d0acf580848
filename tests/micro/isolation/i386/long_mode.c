/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long_mode.c - user code changes to 64-bit mode. On this machine's own terms there is no such
 * mode, and the jump is a protection fault. Where a 64-bit host lends the processor, the jump may
 * work, but must win nothing: no memory of the kernel, of the wedge, of the host; no system call.
 *
 * Invariant: every program ends in an exception for the guest's kernel.
 */
#include "long_mode.h"
#include "micro.h"
#include "paging.h"

/* clang-format off */
#define PROGRAMS(X) \
	X(read) X(write) X(execute) X(read_high) X(syscall) X(int80) X(registers) X(stack)
/* clang-format on */
#define DECLARE(name) extern const char long_##name[];
PROGRAMS(DECLARE)

static const volatile word *const page = (const word *)USER_DATA;

static struct regs run(const char *code, word argument)
{
	struct regs regs = user_regs(code);

	memset((void *)USER_DATA, 0, 64);
	regs.di = USER_DATA;
	regs.si = argument;
	user_run(&regs, BY_IRET);
	expect(page[0] == STARTED || page[0] == ARRIVED || page[0] == DONE);
	if (regs.cs != USER_CS)
		say("cs is %lx at the trap", regs.cs);
	return regs;
}

/* One thing in 64-bit mode, which must not be done. */
static void wins_nothing(const char *code, word argument)
{
	struct regs regs = run(code, argument);

	if (page[0] == DONE)
		fail("%lx: done, with %lx%x", argument, page[3], (unsigned int)page[2]);
	if (page[0] == STARTED) {
		expect_is(regs.vector, TRAP_GP);
		expect_is(regs.error, HOST_CODE64 & ~3);
		expect_is(regs.ip, (word)code + 6);
	}
}

CHECK(long_mode_reads_no_kernel)
{
	static word secret[2] = {0x5ec4e7, 0x5ec4e7};

	wins_nothing(long_read, (word)secret);
	wins_nothing(long_read, (word)gdt);
	wins_nothing(long_read, KERNEL_START);
	wins_nothing(long_read, (word)kernel_pointer(root_now()));
	for (word at = KERNEL_HALF; at >= KERNEL_HALF; at += 0x1000000)
		wins_nothing(long_read, at);
	for (word at = WEDGE; at >= WEDGE; at += PAGE) {
		if (at != WEDGE_DOOR)
			wins_nothing(long_read, at);
	}
}

CHECK(long_mode_writes_no_kernel)
{
	static word secret[2] = {0x5ec4e7, 0x5ec4e7};

	wins_nothing(long_write, (word)secret);
	wins_nothing(long_write, KERNEL_START);
	for (word at = WEDGE; at >= WEDGE; at += PAGE)
		wins_nothing(long_write, at);
	expect_is(secret[0], 0x5ec4e7);
}

CHECK(long_mode_executes_no_kernel)
{
	wins_nothing(long_execute, KERNEL_START);
	for (word at = WEDGE; at >= WEDGE; at += 16 * PAGE)
		wins_nothing(long_execute, at);
}

/* Beyond 4 GiB: where the wedge is linked, where programs, libraries and stacks usually are. */
CHECK(long_mode_reads_nothing_high)
{
	static const word places[] = {0x50000000, 0x51000000, 0x52000000, 0x55555555, 0x56000000,
				      0x60000000, 0x6fffffe0, 0x70000010, 0x7ffff7c0, 0x7ffffbc0,
				      0x7fffffc0, 0x40000000, 0x10000};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (word offset = 0; offset < 32; offset++)
			wins_nothing(long_read_high, places[i] + offset);
	}
}

/* 64-bit calls: read, write, open, mmap, getpid, fork, execve, exit, kill: all numbers, and those
 * of x32. */
CHECK(long_mode_makes_no_system_call)
{
	for (word number = 0; number < 340; number++) {
		wins_nothing(long_syscall, number);
		wins_nothing(long_syscall, 0x40000000 | number);
	}
}

/* 32-bit calls from 64-bit code: the guest kernel's own, or nobody's. */
CHECK(long_mode_int80_is_no_host_call)
{
	for (word number = 0; number < 450; number++) {
		struct regs regs = run(long_int80, number);

		if (page[0] == DONE)
			fail("call %lu came back with %lx", number, page[2]);
		if (regs.vector == VECTOR_SYSCALL)
			expect_is(regs.ax, number);
	}
}

/* Nothing of the host's in registers that 32-bit code cannot see. */
CHECK(long_mode_registers_are_clean)
{
	run(long_registers, 0);
	if (page[0] == DONE && (page[2] || page[3]))
		fail("64-bit registers hold %lx%lx", page[3], page[2]);
	run(long_stack, 0);
	if (page[0] == DONE)
		expect_is(page[2], 0);
}

/* The guest goes on afterwards, in this address space and in others. */
CHECK(long_mode_leaves_user_code_usable)
{
	extern const char user_load[];
	struct regs regs;

	run(long_registers, 0);
	regs = user_regs(user_load);
	write_word(USER_DATA + 8, 0x77);
	regs.di = USER_DATA + 8;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.cs, USER_CS);
	expect_is(regs.ax, 0x77);
}
