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

static uint64_t interrupted_at, interrupted_flags;

static bool keep_place(struct regs *regs)
{
	interrupted_at = regs->rip;
	interrupted_flags = regs->rflags;
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
	uint64_t first, second;

	make_pending();
	__asm__ volatile("leaq 1f(%%rip), %0; leaq 2f(%%rip), %1; sti; 1: nop; 2: cli"
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
	uint64_t behind;

	make_pending();
	__asm__ volatile("leaq 1f(%%rip), %0; sti; hlt; 1: cli" : "=&r"(behind) : : "memory", "cc");
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
	uint64_t got;

	make_pending();
	__asm__ volatile("pushq %1; popfq; nop; pushfq; popq %0; cli; cld"
			 : "=&r"(got)
			 : "r"(0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS)
			 : "memory", "cc");
	expect_is(timer_ticks, 1);
	expect_is(got, 0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS);
	expect_is(interrupted_flags, 0x2 | FLAG_IF | FLAG_DF | ARITHMETIC_FLAGS);
}

static bool allow_interrupts(struct regs *regs)
{
	regs->rflags |= FLAG_IF;
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
	expect_is(regs.vector, TRAP_UD);
	expect_is(timer_ticks, 1);
	expect_is(interrupted_at, (uint64_t)user_nothing);
}

CHECK(sysret_delivers)
{
	extern const char user_nothing[];
	struct regs regs = user_regs(user_nothing);

	make_pending();
	user_run(&regs, BY_SYSRET);
	expect_is(regs.vector, TRAP_UD);
	expect_is(timer_ticks, 1);
	expect_is(interrupted_at, (uint64_t)user_nothing);
}

/* Registers and flags of the interrupted code, all of them, while ticks rain. */
CHECK(interrupts_keep_registers)
{
	uint64_t wrong = 0, ended = 0;

	timer_count_ticks();
	timer_start(2, 1200);
	sti();
	for (unsigned int round = 0; round < 3000000 && timer_ticks < 200; round++) {
		__asm__ volatile(
			"movq %2, %%r8; movq %%r8, %%r9; movq %%r8, %%r10; movq %%r8, %%r11\n\t"
			"movq %%r8, %%r12; movq %%r8, %%rax; movq %%r8, %%rbx\n\t"
			"movl $50, %%ecx; 1: decl %%ecx; jnz 1b\n\t"
			"xorq %%r8, %%r9; xorq %%r8, %%r10; xorq %%r8, %%r11\n\t"
			"xorq %%r8, %%r12; xorq %%r8, %%rax; xorq %%r8, %%rbx\n\t"
			"orq %%r9, %0; orq %%r10, %0; orq %%r11, %0; orq %%r12, %0\n\t"
			"orq %%rax, %0; orq %%rbx, %0; orq %%rcx, %0"
			: "+r"(wrong), "+r"(ended)
			: "r"((uint64_t)round * 0x9e3779b97f4a7c15)
			: "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "cc");
	}
	cli();
	timer_stop();
	expect_is(wrong, 0);
	if (timer_ticks < 200)
		fail("only %lu ticks", timer_ticks);
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
