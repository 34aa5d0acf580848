/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - control registers, MSRs and descriptor-table registers: what is written is read,
 * what does not exist faults.
 *
 * Invariant: every register has its old value again when a check ends.
 */
#include "micro.h"

CHECK(cr0_reads_back)
{
	uint64_t before = read_cr0();

	expect_is(before & 0x80000011, 0x80000011);
	write_cr0(before ^ CR0_MP);
	expect_is(read_cr0(), before ^ CR0_MP);
	write_cr0(before | CR0_TS);
	expect_is(read_cr0(), before | CR0_TS);
	__asm__ volatile("clts");
	expect_is(read_cr0(), before & ~CR0_TS);
	write_cr0(before);
}

CHECK(smsw_and_lmsw)
{
	uint64_t before = read_cr0();
	uint32_t word;
	uint16_t memory = 0;

	__asm__ volatile("smsw %0" : "=r"(word));
	expect_is(word & 0xffff, before & 0xffff);
	__asm__ volatile("smsw %0" : "=m"(memory));
	expect_is(memory, before & 0xffff);
	__asm__ volatile("lmsw %w0" : : "r"((before | CR0_TS) & 0xffff));
	expect(read_cr0() & CR0_TS);
	__asm__ volatile("lmsw %w0" : : "r"(before & 0xfffe & ~CR0_TS));
	expect_is(read_cr0(), before & ~CR0_TS); /* PE stays */
	write_cr0(before);
}

CHECK(cr4_reads_back)
{
	uint64_t before = read_cr4();

	write_cr4(before ^ CR4_PGE);
	expect_is(read_cr4(), before ^ CR4_PGE);
	write_cr4(before | CR4_OSFXSR | CR4_OSXMMEXCPT);
	expect_is(read_cr4(), before | CR4_OSFXSR | CR4_OSXMMEXCPT);
	write_cr4(before);
}

static void set_cr4(void *bits)
{
	write_cr4(read_cr4() | (uint64_t)bits);
}

static void set_cr0(void *value)
{
	write_cr0((uint64_t)value);
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
	uint64_t before = read_cr0();
	struct fault f = attempt(set_cr0, (void *)(before | 1ul << 32));

	if (!f.hit && !option_is("platform", "xen-dom0")) {
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
	uint64_t got;

	__asm__ volatile("movq %1, %%cr8; movq %%cr8, %0; movq %2, %%cr8"
			 : "=&r"(got)
			 : "r"(5ul), "r"(0ul));
	expect_is(got, 5);
}

static void read_msr(void *msr)
{
	rdmsr((uint32_t)(uint64_t)msr);
}

CHECK(unknown_msr_faults)
{
	struct fault f = attempt(read_msr, (void *)0x12345678);

	if (!f.hit && !option_is("platform", "xen-dom0"))
		skip("this QEMU has every MSR");
	expect_fault(f, TRAP_GP, 0);
}

CHECK(msrs_read_back)
{
	static const uint32_t msrs[] = {MSR_LSTAR, MSR_CSTAR, MSR_FS_BASE, MSR_KERNEL_GS_BASE};

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t before = rdmsr(msrs[i]);

		wrmsr(msrs[i], 0xffffffff12345678);
		expect_is(rdmsr(msrs[i]), 0xffffffff12345678);
		wrmsr(msrs[i], before);
		expect_is(rdmsr(msrs[i]), before);
	}
	expect_is(rdmsr(MSR_STAR), (uint64_t)USER_CS32 << 48 | (uint64_t)KERNEL_CS << 32);
	expect_is(rdmsr(MSR_EFER) & 0xd01, 0xd01);
}

static void write_efer(void *value)
{
	wrmsr(MSR_EFER, (uint64_t)value);
}

CHECK(efer_reserved_bits)
{
	struct fault f = attempt(write_efer, (void *)(rdmsr(MSR_EFER) | 1ul << 40));

	if (!f.hit && !option_is("platform", "xen-dom0"))
		skip("this QEMU takes every value");
	expect_fault(f, TRAP_GP, 0);
}

struct __attribute__((packed)) table {
	uint16_t limit;
	uint64_t base;
};

CHECK(descriptor_tables_read_back)
{
	extern char gdt_end[];
	struct table table;
	uint32_t task, local;

	__asm__ volatile("sgdt %0" : "=m"(table));
	expect_is(table.base, (uint64_t)gdt);
	expect_is(table.limit, (uint64_t)gdt_end - (uint64_t)gdt - 1);
	__asm__ volatile("sidt %0" : "=m"(table));
	expect_is(table.base, (uint64_t)idt);
	expect_is(table.limit, sizeof(idt) - 1);
	__asm__ volatile("str %0; sldt %1" : "=r"(task), "=r"(local));
	expect_is(task, TSS_SELECTOR);
	expect_is(local, 0);
}

static void load_task(void *selector)
{
	__asm__ volatile("ltr %w0" : : "r"(selector));
}

/* ltr makes the TSS busy, and will not take a busy one. */
CHECK(task_register_is_busy)
{
	struct fault f;

	expect_is(gdt[TSS_SELECTOR / 8] >> 40 & 0xf, 11);
	f = attempt(load_task, (void *)TSS_SELECTOR);
	expect_fault(f, TRAP_GP, TSS_SELECTOR);
}

static bool query(const char *what, uint32_t selector, uint32_t *answer)
{
	bool good;

	if (same_text(what, "lar"))
		__asm__ volatile("lar %2, %0; setz %1"
				 : "=r"(*answer), "=q"(good)
				 : "r"(selector)
				 : "cc");
	else if (same_text(what, "lsl"))
		__asm__ volatile("lsl %2, %0; setz %1"
				 : "=r"(*answer), "=q"(good)
				 : "r"(selector)
				 : "cc");
	else if (same_text(what, "verr"))
		__asm__ volatile("verr %w1; setz %0" : "=q"(good) : "r"(selector) : "cc");
	else
		__asm__ volatile("verw %w1; setz %0" : "=q"(good) : "r"(selector) : "cc");
	return good;
}

CHECK(lar_and_lsl)
{
	uint32_t answer = 0;

	expect(query("lar", KERNEL_CS, &answer));
	expect_is(answer & 0xf0ff00, 0xa09b00);
	expect(query("lsl", USER_DS, &answer));
	expect_is(answer, 0xffffffff);
	expect(query("lar", TSS_SELECTOR, &answer));
	expect_is(answer & 0xff00, 0x8b00);
	expect(query("lsl", TSS_SELECTOR, &answer));
	expect_is(answer, sizeof(tss) - 1);
	expect(!query("lar", 0, &answer));
	expect(!query("lsl", 0x38, &answer));
	expect(!query("lar", 0x7f8, &answer));
}

CHECK(verr_and_verw)
{
	uint32_t answer;

	expect(query("verr", USER_DS, &answer));
	expect(query("verw", USER_DS, &answer));
	expect(query("verr", KERNEL_CS, &answer));
	expect(!query("verw", KERNEL_CS, &answer));
	expect(query("verr", 0x50, &answer));
	expect(!query("verw", 0x50, &answer));
	expect(!query("verr", 0, &answer));
	expect(!query("verr", TSS_SELECTOR, &answer));
}

CHECK(kernel_selectors)
{
	uint32_t cs, ds;

	__asm__ volatile("movl %%cs, %0" : "=r"(cs));
	expect_is(cs, KERNEL_CS);
	__asm__ volatile("movl %1, %%ds; movl %%ds, %0" : "=r"(ds) : "r"(USER_DS));
	expect_is(ds, USER_DS);
	__asm__ volatile("movl %0, %%ds" : : "r"(0));
}

CHECK(far_transfers)
{
	static struct __attribute__((packed)) {
		uint64_t offset;
		uint16_t selector;
	} target;
	uint64_t rsp_before, rsp_after, reached = 0;

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
