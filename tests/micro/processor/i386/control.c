/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - control registers and far transfers, i386: what is written is read, what does not
 * exist faults.
 *
 * Invariant: every register has its old value again when a check ends.
 */
#include "micro.h"

static void set_cr4(void *bits)
{
	write_cr4(read_cr4() | (word)bits);
}

static void set_cr0(void *value)
{
	write_cr0((word)value);
}

/* PAE is hidden, so its bit is reserved, too. */
CHECK(cr4_reserved_bits)
{
	struct fault f;

	if (!on_wedge())
		skip("this QEMU hangs at a reserved bit");
	f = attempt(set_cr4, (void *)(1ul << 31));
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_cr4, (void *)(1ul << 5));
	expect_fault(f, TRAP_GP, 0);
}

/* Bits that contradict each other: NW without CD, PG without PE (SDM 2B, MOV to control register).
 */
CHECK(cr0_bad_values)
{
	word before = read_cr0();
	struct fault f = attempt(set_cr0, (void *)((before | 1ul << 29) & ~(1ul << 30)));

	if (!f.hit && !on_wedge()) {
		write_cr0(before);
		skip("this QEMU takes every value");
	}
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_cr0, (void *)(before & ~1ul));
	expect_fault(f, TRAP_GP, 0);
}

static struct __attribute__((packed)) far_pointer {
	word offset;
	uint16_t selector;
} target = {0, KERNEL_CS};

CHECK(far_jump)
{
	word sp_before, sp_after, way;

	__asm__ volatile("movl $1f, %2; movl %%esp, %0; ljmp *%2; ud2; 1: movl %%esp, %1"
			 : "=&r"(sp_before), "=&r"(sp_after), "+m"(target.offset)
			 : "m"(target)
			 : "memory");
	expect_is(sp_after, sp_before);
	__asm__ volatile("xorl %0, %0; ljmp %1, $1f; ud2; 1: incl %0"
			 : "=&r"(way)
			 : "i"(KERNEL_CS)
			 : "memory", "cc");
	expect_is(way, 1);
}

CHECK(far_call)
{
	word reached;

	__asm__ volatile("movl $1f, %1; movl $0, %0; lcall *%1; jmp 2f; 1: movl $1, %0; lret; 2:"
			 : "=&r"(reached), "+m"(target.offset)
			 : "m"(target)
			 : "memory", "cc");
	expect_is(reached, 1);
	__asm__ volatile("movl $0, %0; lcall %1, $1f; jmp 2f; 1: movl $1, %0; lret; 2:"
			 : "=&r"(reached)
			 : "i"(KERNEL_CS)
			 : "memory", "cc");
	expect_is(reached, 1);
}

/* What a far call pushes: the selector, then the address behind it. */
CHECK(far_call_pushes_selector)
{
	word address, selector, behind;

	__asm__ volatile("lcall %3, $1f; 1: popl %0; popl %1; movl $1b, %2"
			 : "=&r"(address), "=&r"(selector), "=&r"(behind)
			 : "i"(KERNEL_CS)
			 : "memory", "cc");
	expect(address <= behind && address > behind - 16);
	expect_is(selector & 0xffff, KERNEL_CS);
}

CHECK(far_return_drops_arguments)
{
	word sp_before, sp_after;

	__asm__ volatile("movl %%esp, %0; pushl $7; pushl $8; pushl %2; pushl $1f; lret $8\n\t"
			 "ud2; 1: movl %%esp, %1"
			 : "=&r"(sp_before), "=&r"(sp_after)
			 : "i"(KERNEL_CS)
			 : "memory", "cc");
	expect_is(sp_after, sp_before);
}

static void jump_far(void *selector)
{
	target.selector = (uint16_t)(word)selector;
	__asm__ volatile("movl $1f, %0; ljmp *%0; 1:"
			 : "+m"(target.offset)
			 : "m"(target)
			 : "memory");
}

static struct fault try_jump(unsigned int selector)
{
	struct fault f = attempt(jump_far, (void *)(word)selector);

	target.selector = KERNEL_CS;
	return f;
}

CHECK(far_jump_to_bad_selectors)
{
	expect_fault(try_jump(0), TRAP_GP, 0);
	expect_fault(try_jump(KERNEL_DS), TRAP_GP, KERNEL_DS);
	expect_fault(try_jump(USER_CS), TRAP_GP, USER_CS & ~3u);
	expect_fault(try_jump(0x7f8), TRAP_GP, 0x7f8);
}

CHECK(far_jump_to_absent_segment)
{
	expect_fault(try_jump(NOT_PRESENT), TRAP_NP, NOT_PRESENT);
}
