/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pending.c - an interrupt that waits is taken at the first moment at which it may be, and not
 * before.
 *
 * Invariant: the interrupt waits in the controller, visible in its request register, before the
 * instruction under test; so no timing decides a check.
 */
#include "interrupts.h"
#include "micro.h"

enum { READ_REQUESTS = 0x0a };

static word interrupted_at, interrupted_flags;

static bool keep_place(struct regs *regs)
{
	interrupted_at = regs->ip;
	interrupted_flags = regs->flags;
	timer_ticks++;
	irq_end(0);
	return true;
}

/* Leaves IRQ 0 requested, unmasked, interrupts off. */
static void make_pending(void)
{
	interrupts_init();
	timer_ticks = 0;
	interrupted_at = 0;
	trap_hooks[VECTOR_IRQ] = keep_place;
	irq_unmask(0);
	timer_start(0, 100);
	outb(PIC_MASTER, READ_REQUESTS);
	for (unsigned int i = 0; !(inb(PIC_MASTER) & 1); i++) {
		if (i > 10000000)
			broken("the timer never requested an interrupt");
	}
	expect_is(timer_ticks, 0);
}

/* STI holds interrupts off for one more instruction (SDM 2B, STI). */
CHECK(sti_shadow_of_one_instruction)
{
	word first, second;

	make_pending();
	__asm__ volatile(MOV_ADDRESS " $1f, %0; " MOV_ADDRESS " $2f, %1; sti; 1: nop; 2: cli"
			 : "=&r"(first), "=&r"(second)
			 :
			 : "memory", "cc");
	expect_is(timer_ticks, 1);
	if (interrupted_at != second && interrupted_at != first)
		fail("interrupted at %lx, expected %lx", interrupted_at, second);
}

/* Kernels rely on the shadow in this pair alone. */
CHECK(sti_hlt_wakes)
{
	for (int i = 0; i < 20; i++) {
		make_pending();
		sti_hlt();
		cli();
		expect_is(timer_ticks, 1);
	}
}

/* And the interrupt comes after the halt, so that its handler's return goes on behind it. */
CHECK(sti_hlt_frame)
{
	word behind;

	make_pending();
	__asm__ volatile(MOV_ADDRESS " $1f, %0; sti; hlt; 1: cli"
			 : "=&r"(behind)
			 :
			 : "memory", "cc");
	expect_is(timer_ticks, 1);
	expect(interrupted_flags & FLAG_IF);
	if (interrupted_at < behind - 16 || interrupted_at > behind)
		fail("interrupted at %lx, expected just before %lx", interrupted_at, behind);
}

CHECK(cli_holds_off)
{
	make_pending();
	for (unsigned int i = 0; i < 1000; i++)
		inb(0x80);
	expect_is(timer_ticks, 0);
}

CHECK(popf_delivers)
{
	make_pending();
	write_flags(0x202);
	__asm__ volatile("nop; nop");
	cli();
	expect_is(timer_ticks, 1);
	expect(interrupted_flags & FLAG_IF);
}

/* The pending interrupt must not cost popf's other flags. */
CHECK(popf_delivers_and_keeps_flags)
{
	word got;

	make_pending();
	__asm__ volatile("push %1; popf; nop; pushf; pop %0; cli; cld"
			 : "=&r"(got)
			 : "r"(0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS)
			 : "memory", "cc");
	expect_is(timer_ticks, 1);
	expect_is(got, 0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS);
	expect_is(interrupted_flags, 0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS);
}

static bool allow_interrupts(struct regs *regs)
{
	regs->flags |= FLAG_IF;
	return true;
}

CHECK(iret_delivers)
{
	make_pending();
	trap_hooks[TRAP_BP] = allow_interrupts;
	__asm__ volatile("int3; nop; cli" : : : "memory");
	expect_is(timer_ticks, 1);
}

CHECK(iret_to_user_delivers)
{
	extern const char user_nothing[];
	struct regs regs = user_regs(user_nothing);

	make_pending();
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(timer_ticks, 1);
	expect_is(interrupted_at, (word)user_nothing);
}

CHECK(system_call_return_delivers)
{
	extern const char user_nothing[];
	struct regs regs = user_regs(user_nothing);

	make_pending();
	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.vector, TRAP_END);
	expect_is(timer_ticks, 1);
	expect_is(interrupted_at, (word)user_nothing);
}

static unsigned int depth, deepest;

/* Ends the interrupt at once and lets the next in. */
static bool nest(struct regs *regs)
{
	(void)regs;
	if (++depth > deepest)
		deepest = depth;
	irq_end(0);
	if (depth < 4) {
		timer_start(0, 100);
		sti();
		for (unsigned int i = 0; deepest < 4 && i < 100000; i++)
			inb(0x80);
		cli();
	}
	depth--;
	return true;
}

CHECK(interrupts_nest)
{
	depth = deepest = 0;
	make_pending();
	trap_hooks[VECTOR_IRQ] = nest;
	sti();
	__asm__ volatile("nop; nop");
	cli();
	expect_is(deepest, 4);
	expect_is(depth, 0);
}
