/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.c - user code tries addresses that only x86-64 has: see ../memory.c.
 *
 * Invariant: addresses that are not canonical end in a protection fault, all others in a page
 * fault.
 */
#include "attempts.h"
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_call[], user_near_call[];

#define XEN_TABLE ((word)0xffff800000000000)

/* The last 2 MiB, where a wedge lives: every page of them. */
CHECK(user_cannot_reach_wedge)
{
	for (word page = 0; page < WEDGE_SIZE / PAGE; page++)
		try_all(WEDGE + page * PAGE);
	try_all(-(word)WORD);
}

/* Where a wedge keeps the machine's memory. */
CHECK(user_cannot_reach_wedge_memory)
{
	for (word offset = 0; offset < 0x10000000; offset += 0x1ff000)
		try_all(0xffffff8000000000 + offset);
	try_all(0xffffff8000000000 + physical(try_all));
}

/* Xen's part of the address space: its tables, its code, its own physical map. */
CHECK(user_cannot_reach_hypervisor)
{
	static const word places[] = {
		0xffff804000000000, 0xffff808000000000, 0xffff80c000000000, 0xffff810000000000,
		0xffff820000000000, 0xffff820060000000, 0xffff82d040000000, 0xffff82d040200000,
		0xffff82d080000000, 0xffff82d0bfffe000, 0xffff82e000000000, 0xffff830000000000,
		0xffff830000100000, 0xffff840000000000, 0xffff87fffffff000,
	};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		try_all(places[i]);
}

/*
 * Every slot of the kernel's half. At the start of the first one Xen has its machine-to-physical
 * table; that it cannot be read is a check of its own, since not every Xen keeps that promise.
 */
CHECK(user_cannot_reach_upper_half)
{
	try_store(XEN_TABLE);
	try_call(XEN_TABLE);
	for (word slot = 257; slot < 512; slot++)
		try_all(0xffff000000000000 | slot << 39);
}

CHECK(user_cannot_read_xen_table)
{
	try_load(XEN_TABLE);
}

CHECK(user_non_canonical)
{
	struct regs regs = user_regs(user_load);

	regs.di = 0x800000000000;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.error, 0);
}

/*
 * Here old Linux programs called their kernel, and a host's kernel may still serve them. Guest code
 * gets a page fault, and its kernel may serve it.
 */
static void call_vsyscall_page(const char *code, word sp, word pushed)
{
	for (word offset = 0; offset < PAGE; offset += 0x100) {
		word at = 0xffffffffff600000 + offset;
		struct regs regs = user_regs(code);

		regs.di = at;
		regs.sp = sp;
		expect_is(user_run(&regs, BY_IRET), at);
		expect_is(regs.vector, TRAP_PF);
		expect_is(regs.error & ~(word)PF_PRESENT, PF_USER | PF_FETCH);
		expect_is(regs.ip, at);
		expect_is(regs.sp, sp - pushed);
	}
}

CHECK(user_cannot_call_vsyscall_page)
{
	call_vsyscall_page(user_near_call, USER_STACK, WORD);
}

CHECK(user_cannot_call_vsyscall_page_without_stack)
{
	call_vsyscall_page(user_call, USER_STACK, 0);
	call_vsyscall_page(user_call, KERNEL_START, 0);
	call_vsyscall_page(user_call, 0x800000000000, 0);
}
