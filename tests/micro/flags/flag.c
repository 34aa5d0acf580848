/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flag.c - the interrupt flag as the kernel sees it, through every instruction that reads or
 * writes it.
 *
 * Invariant: the flag is read back with pushf, in plain and in 16-bit form.
 */
#include "micro.h"

CHECK(cli_clears_if)
{
	sti();
	cli();
	expect(!(read_flags() & FLAG_IF));
}

CHECK(sti_sets_if)
{
	sti();
	expect(read_flags() & FLAG_IF);
}

CHECK(pushf_shows_no_iopl)
{
	expect_is(read_flags() & (FLAG_IOPL | FLAG_NT | FLAG_TF), 0);
	sti();
	expect_is(read_flags() & (FLAG_IOPL | FLAG_NT | FLAG_TF), 0);
	expect(read_flags() & 2);
}

CHECK(popf_sets_and_clears_if)
{
	write_flags(0x202);
	expect(read_flags() & FLAG_IF);
	write_flags(0x2);
	expect(!(read_flags() & FLAG_IF));
}

CHECK(popf_sets_arithmetic)
{
	word all = ARITHMETIC_FLAGS | 0x2, got;

	__asm__ volatile("push %1; popf; pushf; pop %0" : "=r"(got) : "r"(all) : "cc", "memory");
	expect_is(got, all);
	all = 0x2;
	__asm__ volatile("push %1; popf; pushf; pop %0" : "=r"(got) : "r"(all) : "cc", "memory");
	expect_is(got, all);
}

CHECK(popf_sets_direction)
{
	word got;

	__asm__ volatile("push %1; popf; pushf; pop %0; cld"
			 : "=r"(got)
			 : "r"(0x402ul)
			 : "cc", "memory");
	expect_is(got, 0x402);
}

/* The ID flag tells that there is cpuid. */
CHECK(popf_toggles_id)
{
	word got;

	write_flags(0x2 | FLAG_ID);
	got = read_flags();
	write_flags(0x2);
	expect(got & FLAG_ID);
	expect(!(read_flags() & FLAG_ID));
}

/* An alignment check only in user code, but a flag in the kernel, too. */
CHECK(popf_toggles_ac)
{
	word got;

	__asm__ volatile("push %1; popf; pushf; pop %0; push $2; popf"
			 : "=&r"(got)
			 : "r"(0x2 | FLAG_AC)
			 : "cc", "memory");
	expect(got & FLAG_AC);
}

CHECK(pushfw_and_popfw)
{
	uint16_t got;

	__asm__ volatile("pushw %1; popfw; pushfw; popw %0; cli"
			 : "=r"(got)
			 : "r"((uint16_t)(FLAG_IF | FLAG_CF | FLAG_ZF | 2))
			 : "cc", "memory");
	expect_is(got, FLAG_IF | FLAG_CF | FLAG_ZF | 2);
	expect(!(read_flags() & FLAG_IF));
}

/* What Linux does: save, disable, restore by test and sti. */
CHECK(save_and_restore)
{
	for (int i = 0; i < 1000; i++) {
		word flags = read_flags();

		expect_is(!!(flags & FLAG_IF), i & 1);
		cli();
		expect(!(read_flags() & FLAG_IF));
		if (!(i & 1))
			sti();
	}
}

static word frame_flags;

static bool keep_flags(struct regs *regs)
{
	frame_flags = regs->flags;
	return true;
}

/* The flags that a handler finds in its frame, and those it runs with. */
CHECK(frame_shows_if)
{
	trap_hooks[TRAP_BP] = keep_flags;
	__asm__ volatile("int3");
	expect(!(frame_flags & FLAG_IF));
	sti();
	__asm__ volatile("int3");
	expect(frame_flags & FLAG_IF);
	expect(read_flags() & FLAG_IF);
	cli();
	expect_is(frame_flags & FLAG_IOPL, 0);
}

static bool clear_if(struct regs *regs)
{
	regs->flags &= ~FLAG_IF;
	return true;
}

static bool set_if(struct regs *regs)
{
	regs->flags |= FLAG_IF;
	return true;
}

CHECK(iret_sets_and_clears_if)
{
	trap_hooks[TRAP_BP] = set_if;
	__asm__ volatile("int3");
	expect(read_flags() & FLAG_IF);
	trap_hooks[TRAP_BP] = clear_if;
	__asm__ volatile("int3");
	expect(!(read_flags() & FLAG_IF));
}

/* An interrupt gate clears IF, a trap gate leaves it. */
static bool handler_if;

static bool keep_own_flags(struct regs *regs)
{
	(void)regs;
	handler_if = read_flags() & FLAG_IF;
	return true;
}

CHECK(gate_types)
{
	trap_hooks[TRAP_BP] = keep_own_flags;
	sti();
	__asm__ volatile("int3");
	expect(!handler_if);
	gate_set(TRAP_BP, GATE_TRAP, 3);
	__asm__ volatile("int3");
	gate_reset(TRAP_BP);
	cli();
	expect(handler_if);
}
