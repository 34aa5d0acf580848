/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - control registers, MSRs and far transfers, x86-64: what is written is read, what does
 * not exist faults.
 *
 * Invariant: every register has its old value again when a check ends.
 */
#include "interrupts.h"
#include "micro.h"

static void set_cr4(void *bits)
{
	write_cr4(read_cr4() | (word)bits);
}

static void set_cr0(void *value)
{
	write_cr0((word)value);
}

CHECK(cr4_reserved_bits)
{
	struct fault f;

	if (option_is("platform", "bare"))
		skip("this QEMU hangs at a reserved bit");
	f = attempt(set_cr4, (void *)(1ul << 40));
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_cr4, (void *)(1ul << 31));
	expect_fault(f, TRAP_GP, 0);
}

/* Bits of CR0 that contradict each other, and the upper half (SDM 2B, MOV to control register). */
CHECK(cr0_bad_values)
{
	word before = read_cr0();
	struct fault f = attempt(set_cr0, (void *)(before | 1ul << 32));

	if (!f.hit && !on_wedge()) {
		write_cr0(before);
		skip("this QEMU takes every value");
	}
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_cr0, (void *)((before | 1ul << 29) & ~(1ul << 30)));
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_cr0, (void *)(before & ~1ul));
	expect_fault(f, TRAP_GP, 0);
}

CHECK(cr8_reads_back)
{
	word got;

	__asm__ volatile("movq %1, %%cr8; movq %%cr8, %0; movq %2, %%cr8"
			 : "=&r"(got)
			 : "r"(5ul), "r"(0ul));
	expect_is(got, 5);
}

CHECK(msrs_read_back)
{
	static const uint32_t msrs[] = {MSR_LSTAR, MSR_CSTAR, MSR_FS_BASE, MSR_KERNEL_GS_BASE};

	for (unsigned int i = 0; i < 4; i++) {
		word before = rdmsr(msrs[i]);

		wrmsr(msrs[i], 0xffffffff12345678);
		expect_is(rdmsr(msrs[i]), 0xffffffff12345678);
		wrmsr(msrs[i], before);
		expect_is(rdmsr(msrs[i]), before);
	}
	expect_is(rdmsr(MSR_STAR), (word)USER_CS32 << 48 | (word)KERNEL_CS << 32);
	expect_is(rdmsr(MSR_EFER) & 0xd01, 0xd01);
}

static void write_efer(void *value)
{
	wrmsr(MSR_EFER, (word)value);
}

CHECK(efer_reserved_bits)
{
	struct fault f = attempt(write_efer, (void *)(rdmsr(MSR_EFER) | 1ul << 40));

	if (!f.hit && !on_wedge())
		skip("this QEMU takes every value");
	expect_fault(f, TRAP_GP, 0);
}

CHECK(far_transfers)
{
	static struct __attribute__((packed)) {
		word offset;
		uint16_t selector;
	} target;
	word rsp_before, rsp_after, reached = 0;

	__asm__ volatile("leaq 1f(%%rip), %%rax; movq %%rax, %2; movw %3, %4; movq %%rsp, %0\n\t"
			 "rex.W ljmp *%2; ud2; 1: movq %%rsp, %1"
			 : "=&r"(rsp_before), "=&r"(rsp_after), "+m"(target.offset)
			 : "i"(KERNEL_CS), "m"(target.selector)
			 : "rax", "memory", "cc");
	expect_is(rsp_after, rsp_before);
	__asm__ volatile("leaq 1f(%%rip), %%rax; movq %%rax, %1; movq $0, %0; rex.W lcall *%1\n\t"
			 "jmp 2f; 1: movq $1, %0; lretq; 2:"
			 : "+&r"(reached), "+m"(target.offset)
			 :
			 : "rax", "memory", "cc");
	expect_is(reached, 1);
}

static void load_gdt(word limit)
{
	struct table_pointer pointer = {.limit = (uint16_t)limit, .base = (word)gdt};

	__asm__ volatile("lgdt %0" : : "m"(pointer));
}

static void load_data_selectors(word selector)
{
	__asm__ volatile("movw %w0, %%ds; movw %w0, %%es" : : "r"(selector));
}

/*
 * What is loaded stays loaded, whatever becomes of its descriptor (SDM 3A, 3.4.3): while the
 * processor rests, and while it works and may be taken away.
 */
CHECK(selectors_outlive_their_descriptors)
{
	timer_count_ticks();
	timer_start(2, PIT_HZ / 100);
	load_data_selectors(USER_DS);
	load_gdt((USER_DS & ~7u) - 1);
	while (timer_ticks < 20)
		sti_hlt();
	sti();
	while (timer_ticks < 60)
		;
	cli();
	timer_stop();
	load_gdt((word)gdt_end - (word)gdt - 1);
	load_data_selectors(KERNEL_DS);
}
