/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.c - user code tries addresses of the lower half that belong to the kernel, or to whatever
 * runs it: see ../memory.c.
 *
 * Invariant: each attempt ends in a page fault.
 */
#include "attempts.h"
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_call[];

/*
 * The image and all around it: one page of each MiB from 1 to 2 GiB, but not the last of it: in a
 * process one of these is the door.
 */
CHECK(user_cannot_reach_hole)
{
	for (word at = KERNEL_BASE; at < 0x80000000; at += 0x100000)
		try_all(at + next_random() % 0xff * PAGE);
	try_all(KERNEL_BASE);
	try_all(0x80000000 - WORD);
}

/* The last 8 MiB, where a wedge in a process has its window: all pages of that, some of the rest.
 */
CHECK(user_cannot_reach_window)
{
	for (word page = 0; page < 32; page++)
		try_all(0x7f800000 + page * PAGE);
	for (word at = 0x7f820000; at < 0x80000000; at += 0x10000)
		try_all(at);
}

/* A page that the kernel has used, in its hole, with the U bit: that of the table above counts. */
CHECK(user_cannot_reach_kernel_page_in_hole)
{
	word at = 0x60123000;

	map(at, physical(page_new()), PTE_W | PTE_U);
	for (unsigned int i = 0; i < 4; i++) {
		write_word(at, i);
		try_all(at);
		expect_is(read_word(at), i);
	}
	unmap(at);
	invlpg(at);
}

/* Every slot behind the program's. */
CHECK(user_cannot_reach_kernel_slots)
{
	for (word slot = KERNEL_SLOT; slot < 256; slot++) {
		for (unsigned int i = 0; i < 4; i++)
			try_all((slot << 39 | ((word)next_random() << 10)) & ~(WORD - 1ul));
	}
}

CHECK(user_cannot_reach_direct_map)
{
	for (word at = 0; at < (word)MAPPED_BLOCKS << BLOCK_SHIFT; at += 0x1ff000)
		try_all(DIRECT_BASE + at);
	try_all((word)kernel_pointer(physical(try_all)));
}

/* Where a wedge in a process is, and its memory, and where a host likes to put things. */
CHECK(user_cannot_reach_wedge_of_process)
{
	static const word places[] = {
		0x780000000000, 0x780000001000, 0x780000100000, 0x780000200000, 0x780040000000,
		0x788000000000, 0x790000000000, 0x7c0000000000, 0x7f0000000000, 0x7ffff7fc0000,
		0x7ffff7fff000, 0x7ffffffde000, 0x7fffffffe000, 0x7ffffffff000,
	};

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		try_all(places[i]);
	for (word page = 0; page < 512; page++)
		try_load(0x780000000000 + page * PAGE);
}

/* The end of the lower half: what is behind the last byte is no address. */
CHECK(user_at_end_of_lower_half)
{
	struct regs regs = user_regs(user_load);

	regs.di = 0x7ffffffffffc;
	user_run(&regs, BY_IRET);
	if (regs.vector != TRAP_PF)
		expect_is(regs.vector, TRAP_GP);
}
