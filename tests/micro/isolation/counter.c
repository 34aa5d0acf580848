/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter.c - the time stamp counter in user code, which CR4.TSD forbids (SDM 2B, RDTSC).
 *
 * Invariant: TSD is clear when a check ends.
 */
#include "micro.h"

#define CR4_TSD 0x4ul

extern const char try_rdtsc[];

CHECK(user_reads_counter)
{
	struct regs regs = user_regs(try_rdtsc);
	uint64_t before = rdtsc(), seen;

	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	seen = (uint64_t)(uint32_t)regs.dx << 32 | (uint32_t)regs.ax;
	expect(seen > before && seen < rdtsc());
}

CHECK(user_reads_no_counter)
{
	struct regs regs = user_regs(try_rdtsc);

	write_cr4(read_cr4() | CR4_TSD);
	user_run(&regs, BY_IRET);
	write_cr4(read_cr4() & ~CR4_TSD);
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.error, 0);
	expect_is(regs.ip, (word)try_rdtsc);
}
