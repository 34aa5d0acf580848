/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_memory.c - 64-bit user code changes the memory of its host process behind the back of
 * the wedge, by system calls that the wedge itself needs there.
 *
 * Invariant: what the guest's tables forbid stays forbidden, and whatever a process does to itself,
 * the guest goes on.
 */
#include "attempts.h"
#include "micro.h"
#include "paging.h"
#include "stub.h"

extern const char user_host_call[], user_load[], user_store[];

enum { CLOSE = 3, MMAP = 9, MPROTECT = 10, MUNMAP = 11, MODIFY_LDT = 154 };

#define PLACE LOW_AREA(6)

/* Made by the user's own code, and by each place of the stub that could. */
static void host_call(word number, uint64_t a, uint64_t b, uint64_t c)
{
	volatile uint64_t *words = (uint64_t *)(USER_DATA + 128);
	static int count = -1;

	if (count < 0)
		count = (int)stub_find_calls();
	for (int i = -1; i < count; i++) {
		words[0] = number;
		words[1] = a;
		words[2] = b;
		words[3] = c;
		stub_run(user_host_call, i < 0 ? 0 : stub_calls[i], 0, 0);
	}
}

static word user_access(const char *code, word at)
{
	struct regs regs = user_regs(code);

	regs.di = at;
	regs.si = 0x4711;
	user_run(&regs, BY_IRET);
	return regs.vector;
}

static void map_page(word flags)
{
	map(PLACE, physical(page_new()), PTE_W | PTE_U);
	expect_is(user_access(user_store, PLACE), TRAP_END);
	*leaf(PLACE) = (*leaf(PLACE) & PTE_ADDRESS) | flags;
	invlpg(PLACE);
}

CHECK(own_rights_to_supervisor_page)
{
	map_page(PTE_P | PTE_W | PTE_A);
	for (word rights = 1; rights < 8; rights++) {
		host_call(MPROTECT, PLACE, PAGE, rights);
		try_all(PLACE);
	}
	unmap(PLACE);
	invlpg(PLACE);
}

CHECK(own_rights_to_absent_page)
{
	map_page(0);
	for (word rights = 1; rights < 8; rights++) {
		host_call(MPROTECT, PLACE, PAGE, rights);
		try_all(PLACE);
	}
	invlpg(PLACE);
}

CHECK(own_rights_to_read_only_page)
{
	map_page(PTE_P | PTE_U | PTE_A);
	for (word rights = 1; rights < 8; rights++) {
		expect_is(user_access(user_load, PLACE), TRAP_END);
		host_call(MPROTECT, PLACE, PAGE, rights);
		try_store(PLACE);
	}
	unmap(PLACE);
	invlpg(PLACE);
}

/* A write that the guest's kernel would not know of. */
CHECK(own_rights_to_clean_page)
{
	map_page(PTE_P | PTE_W | PTE_U | PTE_A);
	for (word rights = 1; rights < 8; rights++) {
		expect_is(user_access(user_load, PLACE), TRAP_END);
		expect_is(*leaf(PLACE) & PTE_D, 0);
		host_call(MPROTECT, PLACE, PAGE, rights);
		user_access(user_store, PLACE);
		expect_is(*leaf(PLACE) & PTE_D, PTE_D);
		*leaf(PLACE) &= ~PTE_D;
		invlpg(PLACE);
	}
	unmap(PLACE);
	invlpg(PLACE);
}

/* The pages of the memory file are nobody's to map. */
CHECK(own_mappings)
{
	unmap(PLACE);
	invlpg(PLACE);
	host_call(MMAP, PLACE, PAGE, 3);
	try_all(PLACE);
}

/* Its own page away: it may come back, or the process be in trouble; the guest is not. */
CHECK(own_memory_unmapped)
{
	map(PLACE, physical(page_new()), PTE_W | PTE_U);
	for (unsigned int i = 0; i < 4; i++) {
		expect_is(user_access(user_store, PLACE), TRAP_END);
		host_call(MUNMAP, PLACE, PAGE, 0);
		expect_is(user_access(user_load, PLACE), TRAP_END);
		expect_is(read_word(PLACE), 0x4711);
	}
	host_call(MUNMAP, USER_BASE, 0x100000, 0);
	expect_is(user_access(user_load, PLACE), TRAP_END);
	host_call(MUNMAP, 0x10000, 0xfffe0000, 0);
	expect_is(user_access(user_load, PLACE), TRAP_END);
	host_call(MUNMAP, 0x100000000, STUB - 0x100000000, 0);
	expect_is(user_access(user_load, PLACE), TRAP_END);
	unmap(PLACE);
	invlpg(PLACE);
}

CHECK(own_stub_unmapped)
{
	map(PLACE, physical(page_new()), PTE_W | PTE_U);
	host_call(MUNMAP, STUB_CHANNEL, STUB_CHANNEL_SIZE, 0);
	expect_is(user_access(user_store, PLACE), TRAP_END);
	host_call(MUNMAP, STUB, STUB_SIZE, 0);
	expect_is(user_access(user_store, PLACE), TRAP_END);
	host_call(MUNMAP, STUB, 0x100000, 0);
	expect_is(user_access(user_store, PLACE), TRAP_END);
	host_call(MPROTECT, STUB, 0x100000, 0);
	expect_is(user_access(user_load, PLACE), TRAP_END);
	unmap(PLACE);
	invlpg(PLACE);
}

CHECK(own_descriptors)
{
	for (uint64_t fd = 0; fd < 32; fd++)
		host_call(CLOSE, fd, 0, 0);
	host_call(MODIFY_LDT, 17, USER_DATA, 16);
	host_call(MODIFY_LDT, 0, USER_DATA + 256, 64);
	expect_is(user_access(user_load, USER_DATA), TRAP_END);
}
