/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - user code tries to read, write and execute what is not its own: the kernel, the wedge,
 * the hypervisor.
 *
 * Invariant: every attempt must end in a page fault at that address, reported as one of user code
 *, with nothing read and nothing written.
 */
#include "attempts.h"
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[], user_call[], user_nothing[];

#define MARK ((word)0x5a5a5a5a12345678)

/* One attempt; what it reads goes to ax, which starts as MARK. */
static void try_one(const char *code, word address, word kind)
{
	struct regs regs = user_regs(code);
	word at;

	regs.ax = MARK;
	regs.di = address;
	regs.si = 0xbad;
	at = user_run(&regs, BY_IRET);
	if (regs.vector != TRAP_PF)
		fail("address %lx, access %lx: trap %lu error %lx at %lx", address, kind,
		     regs.vector, regs.error, regs.ip);
	if (at != address || (regs.error & ~(word)PF_PRESENT) != (PF_USER | kind))
		fail("address %lx, access %lx: page fault at %lx error %lx", address, kind, at,
		     regs.error);
	expect_is(regs.ax, MARK);
	expect_is(regs.ip, code == user_call ? address : (word)code);
	expect_is(regs.cs, USER_CS);
}

void try_load(word address)
{
	try_one(user_load, address, 0);
}

void try_store(word address)
{
	try_one(user_store, address, PF_WRITE);
}

void try_call(word address)
{
	try_one(user_call, address, PF_FETCH);
}

void try_all(word address)
{
	try_load(address);
	try_store(address);
	try_call(address);
}

CHECK(user_cannot_reach_kernel_text)
{
	try_all((word)try_all);
	try_all(KERNEL_START);
}

CHECK(user_cannot_reach_kernel_data)
{
	static word secret = 0x1234;

	try_all((word)&secret);
	try_all((word)gdt);
	try_all((word)idt);
	try_all((word)&tss);
	expect_is(secret, 0x1234);
}

CHECK(user_cannot_reach_page_tables)
{
	try_all((word)kernel_pointer(root_now()));
	try_all((word)leaf(USER_DATA));
}

/* The kernel has just used the page, so that a mixed-up TLB would show. */
CHECK(user_cannot_reach_fresh_kernel_page)
{
	map(TEST_AREA, physical(page_new()), PTE_W);
	for (unsigned int i = 0; i < 4; i++) {
		write_word(TEST_AREA, i);
		try_all(TEST_AREA);
		expect_is(read_word(TEST_AREA), i);
	}
	unmap(TEST_AREA);
	invlpg(TEST_AREA);
}

/* A supervisor page between user pages. */
CHECK(user_cannot_reach_supervisor_page)
{
	word at = USER_DATA + 0x10000;

	map(at, physical(page_new()), PTE_W);
	write_word(at, 0x99);
	try_all(at);
	expect_is(read_word(at), 0x99);
	try_all(at);
	unmap(at);
	invlpg(at);
}

/* The U bit counts on every level (SDM 3A section 4.6). */
CHECK(user_cannot_reach_below_supervisor_table)
{
	word at = LOW_AREA(1);
	word *table;

	map(at, physical(page_new()), PTE_W | PTE_U);
	table = entry_of(root_now(), at, 2);
	*table &= ~PTE_U;
	write_word(at, 0x98);
	try_all(at);
	*table |= PTE_U;
	unmap(at);
	invlpg(at);
}

CHECK(user_cannot_reach_former_page)
{
	word at = USER_DATA + 0x20000;
	struct regs regs = user_regs(user_store);

	map(at, physical(page_new()), PTE_W | PTE_U);
	regs.di = at;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	*leaf(at) &= ~PTE_U;
	invlpg(at);
	try_all(at);
	unmap(at);
	invlpg(at);
	try_all(at);
}

uint32_t next_random(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

CHECK(user_cannot_reach_random_addresses)
{
	for (unsigned int i = 0; i < 500; i++) {
		uint64_t random = (uint64_t)next_random() << 32 | next_random();

		try_all(KERNEL_HALF | ((word)random & (LOWER_HALF & ~(WORD - 1ul))));
	}
}

/* A user stack pointer into the kernel must not make the kernel write there. */
CHECK(user_stack_in_kernel)
{
	static word block[64];
	struct regs regs = user_regs(user_nothing);

	for (unsigned int way = 0; way < 2; way++) {
		regs = user_regs(user_nothing);
		regs.sp = (word)(block + 64);
		user_run(&regs, way ? BY_SYSTEM_CALL : BY_IRET);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.sp, (word)(block + 64));
	}
	for (unsigned int i = 0; i < 64; i++)
		expect_is(block[i], 0);
}

CHECK(user_syscall_with_stack_in_wedge)
{
	extern const char user_syscall[];

	for (word page = 0; page < WEDGE_SIZE / PAGE; page += 7) {
		struct regs regs = user_regs(user_syscall);

		regs.sp = WEDGE + page * PAGE + 2048;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.sp, WEDGE + page * PAGE + 2048);
	}
}
