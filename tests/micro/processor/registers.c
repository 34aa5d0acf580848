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
	word before = read_cr0();

	expect_is(before & 0x80000011, 0x80000011);
	write_cr0(before ^ CR0_MP);
	expect_is(read_cr0(), before ^ CR0_MP);
	write_cr0(before);
	__asm__ volatile("clts");
	expect_is(read_cr0(), before & ~CR0_TS);
	write_cr0(before);
}

CHECK(cr0_task_switched)
{
	word before = read_cr0();

	write_cr0(before | CR0_TS);
	expect_is(read_cr0(), before | CR0_TS);
	__asm__ volatile("clts");
	expect_is(read_cr0(), before & ~CR0_TS);
	write_cr0(before);
}

CHECK(smsw_and_lmsw)
{
	word before = read_cr0();
	uint32_t status;
	uint16_t memory = 0;

	__asm__ volatile("smsw %0" : "=r"(status));
	expect_is(status & 0xffff, before & 0xffff);
	__asm__ volatile("smsw %0" : "=m"(memory));
	expect_is(memory, before & 0xffff);
	__asm__ volatile("lmsw %w0" : : "r"((before ^ CR0_MP) & 0xffff));
	expect_is(read_cr0(), before ^ CR0_MP);
	__asm__ volatile("lmsw %w0" : : "r"(before & 0xfffe));
	expect_is(read_cr0(), before); /* PE stays */
	write_cr0(before);
}

CHECK(cr4_reads_back)
{
	word before = read_cr4();

	write_cr4(before ^ CR4_PGE);
	expect_is(read_cr4(), before ^ CR4_PGE);
	write_cr4(before | CR4_OSFXSR | CR4_OSXMMEXCPT);
	expect_is(read_cr4(), before | CR4_OSFXSR | CR4_OSXMMEXCPT);
	write_cr4(before);
}

static void read_msr(void *msr)
{
	rdmsr((uint32_t)(word)msr);
}

CHECK(unknown_msr_faults)
{
	struct fault f = attempt(read_msr, (void *)0x12345678);

	if (!f.hit && !on_wedge())
		skip("this QEMU has every MSR");
	expect_fault(f, TRAP_GP, 0);
}

CHECK(descriptor_tables_read_back)
{
	struct table_pointer table;
	uint32_t task, local;

	__asm__ volatile("sgdt %0" : "=m"(table));
	expect_is(table.base, (word)gdt);
	expect_is(table.limit, (word)gdt_end - (word)gdt - 1);
	__asm__ volatile("sidt %0" : "=m"(table));
	expect_is(table.base, (word)idt);
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

	expect_is((word)(gdt[TSS_SELECTOR / 8] >> 40 & 0xf), 11);
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
	expect_is(answer & 0xf0ff00, KERNEL_CS_RIGHTS);
	expect(query("lsl", USER_DS, &answer));
	expect_is(answer, 0xffffffff);
	expect(query("lar", TSS_SELECTOR, &answer));
	expect_is(answer & 0xff00, 0x8b00);
	expect(query("lsl", TSS_SELECTOR, &answer));
	expect_is(answer, sizeof(tss) - 1);
	expect(!query("lar", 0, &answer));
	expect(!query("lsl", NO_SELECTOR, &answer));
	expect(!query("lar", 0x7f8, &answer));
}

CHECK(verr_and_verw)
{
	uint32_t answer;

	expect(query("verr", USER_DS, &answer));
	expect(query("verw", USER_DS, &answer));
	expect(query("verr", KERNEL_CS, &answer));
	expect(!query("verw", KERNEL_CS, &answer));
	expect(query("verr", READ_ONLY, &answer));
	expect(!query("verw", READ_ONLY, &answer));
	expect(!query("verr", 0, &answer));
	expect(!query("verr", TSS_SELECTOR, &answer));
}

CHECK(kernel_selectors)
{
	uint32_t cs, before, ds;

	__asm__ volatile("movl %%cs, %0; movl %%ds, %1" : "=r"(cs), "=r"(before));
	expect_is(cs, KERNEL_CS);
	__asm__ volatile("movl %1, %%ds; movl %%ds, %0; movl %2, %%ds"
			 : "=&r"(ds)
			 : "r"(USER_DS), "r"(before));
	expect_is(ds, USER_DS);
}
