/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - user code tries to read, write and execute what is not its own: the kernel, the wedge,
 * the hypervisor.
 *
 * Invariant: every attempt must end in a page fault at that address, reported as one of user code
 * (a protection fault for addresses that are not canonical), with nothing read and nothing written.
 */
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[], user_call[], user_nothing[];

#define MARK 0x5a5a5a5a12345678

/* One attempt; what it reads goes to rax, which starts as MARK. */
static void try_one(const char *code, uint64_t address, uint64_t kind)
{
	struct regs regs = user_regs(code);
	uint64_t at;

	regs.rax = MARK;
	regs.rdi = address;
	regs.rsi = 0xbad;
	at = user_run(&regs, BY_IRET);
	if (regs.vector != TRAP_PF)
		fail("address %lx, access %lx: trap %lu error %lx at %lx", address, kind,
		     regs.vector, regs.error, regs.rip);
	if (at != address || (regs.error & ~(uint64_t)PF_PRESENT) != (PF_USER | kind))
		fail("address %lx, access %lx: page fault at %lx error %lx", address, kind, at,
		     regs.error);
	expect_is(regs.rax, MARK);
	expect_is(regs.rip, kind == PF_FETCH ? address : (uint64_t)code);
	expect_is(regs.cs, USER_CS);
}

static void try_all(uint64_t address)
{
	try_one(user_load, address, 0);
	try_one(user_store, address, PF_WRITE);
	try_one(user_call, address, PF_FETCH);
}

CHECK(user_cannot_reach_kernel_text)
{
	try_all((uint64_t)try_all);
	try_all(KERNEL_START);
}

CHECK(user_cannot_reach_kernel_data)
{
	static uint64_t secret = 0x1234;

	try_all((uint64_t)&secret);
	try_all((uint64_t)gdt);
	try_all((uint64_t)idt);
	try_all((uint64_t)&tss);
	expect_is(secret, 0x1234);
}

CHECK(user_cannot_reach_page_tables)
{
	try_all((uint64_t)kernel_pointer(root_now()));
	try_all((uint64_t)leaf(USER_DATA));
}

/* The kernel has just used the page, so that a mixed-up TLB would show. */
CHECK(user_cannot_reach_fresh_kernel_page)
{
	map(TEST_AREA, physical(page_new()), PTE_W);
	for (unsigned int i = 0; i < 4; i++) {
		write64(TEST_AREA, i);
		try_all(TEST_AREA);
		expect_is(read64(TEST_AREA), i);
	}
	unmap(TEST_AREA);
	invlpg(TEST_AREA);
}

/* A supervisor page between user pages. */
CHECK(user_cannot_reach_supervisor_page)
{
	uint64_t at = USER_DATA + 0x10000;

	map(at, physical(page_new()), PTE_W);
	write64(at, 0x99);
	try_all(at);
	expect_is(read64(at), 0x99);
	try_all(at);
	unmap(at);
	invlpg(at);
}

/* The U bit counts on every level (SDM 3A section 4.6). */
CHECK(user_cannot_reach_below_supervisor_table)
{
	uint64_t at = USER_DATA + 0x40000000ul;
	uint64_t *table;

	map(at, physical(page_new()), PTE_W | PTE_U);
	table = entry_of(root_now(), at, 2);
	*table &= ~PTE_U;
	write64(at, 0x98);
	try_all(at);
	*table |= PTE_U;
	unmap(at);
	invlpg(at);
}

CHECK(user_cannot_reach_former_page)
{
	uint64_t at = USER_DATA + 0x20000;
	struct regs regs = user_regs(user_store);

	map(at, physical(page_new()), PTE_W | PTE_U);
	regs.rdi = at;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_UD);
	*leaf(at) &= ~PTE_U;
	invlpg(at);
	try_all(at);
	unmap(at);
	invlpg(at);
	try_all(at);
}

/* The last 2 MiB, where a wedge lives: every page of them. */
CHECK(user_cannot_reach_wedge)
{
	for (uint64_t page = 0; page < 512; page++)
		try_all(0xffffffffffe00000 + page * PAGE);
	try_all(0xfffffffffffffff8);
}

/* Where a wedge keeps the machine's memory. */
CHECK(user_cannot_reach_wedge_memory)
{
	for (uint64_t offset = 0; offset < 0x10000000; offset += 0x1ff000)
		try_all(0xffffff8000000000 + offset);
	try_all(0xffffff8000000000 + physical(try_all));
}

/* Xen's part of the address space: its tables, its code, its own physical map. */
CHECK(user_cannot_reach_hypervisor)
{
	static const uint64_t places[] = {
		0xffff800000000000, 0xffff804000000000, 0xffff808000000000, 0xffff80c000000000,
		0xffff810000000000, 0xffff820000000000, 0xffff820060000000, 0xffff82d040000000,
		0xffff82d040200000, 0xffff82d080000000, 0xffff82d0bfffe000, 0xffff82e000000000,
		0xffff830000000000, 0xffff830000100000, 0xffff840000000000, 0xffff87fffffff000,
	};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		try_all(places[i]);
}

/* Every slot of the kernel's half. */
CHECK(user_cannot_reach_upper_half)
{
	for (uint64_t slot = 256; slot < 512; slot++)
		try_all(0xffff000000000000 | slot << 39);
}

static uint32_t next_random(void)
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

		try_all(0xffff800000000000 | (random & 0x7ffffffffff8));
	}
}

CHECK(user_non_canonical)
{
	struct regs regs = user_regs(user_load);

	regs.rdi = 0x800000000000;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.error, 0);
}

/* A user stack pointer into the kernel must not make the kernel write there. */
CHECK(user_stack_in_kernel)
{
	static uint64_t block[64];
	struct regs regs = user_regs(user_nothing);

	for (unsigned int way = 0; way < 2; way++) {
		regs = user_regs(user_nothing);
		regs.rsp = (uint64_t)(block + 64);
		user_run(&regs, way ? BY_SYSRET : BY_IRET);
		expect_is(regs.vector, TRAP_UD);
		expect_is(regs.rsp, (uint64_t)(block + 64));
	}
	for (unsigned int i = 0; i < 64; i++)
		expect_is(block[i], 0);
}

CHECK(user_syscall_with_stack_in_wedge)
{
	extern const char user_syscall[];

	for (uint64_t page = 0; page < 512; page += 7) {
		struct regs regs = user_regs(user_syscall);

		regs.rsp = 0xffffffffffe00000 + page * PAGE + 2048;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.rsp, 0xffffffffffe00000 + page * PAGE + 2048);
	}
}
