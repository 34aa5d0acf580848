/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - the kernel's own segment registers: every way to load and store them, and selectors
 * that cannot be loaded (SDM 3A sections 3.4 and 6.15).
 *
 * Invariant: DS, ES, FS and SS hold the kernel's selectors when a check ends.
 */
#include "micro.h"

static uint16_t read_gs(void)
{
	uint16_t value;

	__asm__ volatile("movw %%gs, %0" : "=m"(value));
	return value;
}

static void load_gs(void *selector)
{
	__asm__ volatile("movl %0, %%gs" : : "r"(selector));
}

static void load_es(void *selector)
{
	__asm__ volatile("movl %0, %%es" : : "r"(selector));
}

static void pop_ds(void *selector)
{
	__asm__ volatile("pushl %0; popl %%ds" : : "r"(selector) : "memory");
}

static void pop_fs(void *selector)
{
	__asm__ volatile("pushl %0; popl %%fs" : : "r"(selector) : "memory");
}

static void load_ss(void *selector)
{
	__asm__ volatile("movl %0, %%ss" : : "r"(selector) : "memory");
}

static void usual_segments(void)
{
	__asm__ volatile("movl %0, %%ds; movl %0, %%es; movl %1, %%fs; movl %2, %%gs"
			 :
			 : "r"(KERNEL_DS), "r"(KERNEL_FS), "r"(0)
			 : "memory");
}

CHECK(kernel_selectors_read_back)
{
	static const uint16_t selectors[] = {0, 3, KERNEL_DS, USER_DS, READ_ONLY | 3, KERNEL_CS};
	word got;

	for (unsigned int i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		load_gs((void *)(word)selectors[i]);
		expect_is(read_gs(), selectors[i]);
		__asm__ volatile("pushl %%gs; popl %0" : "=r"(got) : : "memory");
		expect_is(got & 0xffff, selectors[i]);
		pop_fs((void *)(word)selectors[i]);
		__asm__ volatile("movl %%fs, %0" : "=r"(got));
		usual_segments();
		expect_is(got & 0xffff, selectors[i]);
	}
}

CHECK(kernel_fs_has_its_base)
{
	word got;

	__asm__ volatile("movl %%fs:0, %0" : "=r"(got));
	expect_is(got, LOCAL_MAGIC);
}

static word handler_saw;

static bool look_through_fs(struct regs *regs)
{
	(void)regs;
	__asm__ volatile("movl %%fs:0, %0" : "=r"(handler_saw));
	return true;
}

/* Other selectors in the code that is interrupted: the handler loads its own, iret's code pops. */
CHECK(segments_over_exceptions)
{
	uint16_t ds, es, fs, gs;

	handler_saw = 0;
	trap_hooks[TRAP_BP] = look_through_fs;
	__asm__ volatile("movl %4, %%ds; movl %4, %%es; movl %5, %%fs; movl %4, %%gs; int3\n\t"
			 "movw %%ds, %w0; movw %%es, %w1; movw %%fs, %w2; movw %%gs, %w3"
			 : "=&r"(ds), "=&r"(es), "=&r"(fs), "=&r"(gs)
			 : "r"(USER_DS), "r"(0)
			 : "memory");
	usual_segments();
	expect_is(handler_saw, LOCAL_MAGIC);
	expect_is(ds, USER_DS);
	expect_is(es, USER_DS);
	expect_is(fs, 0);
	expect_is(gs, USER_DS);
}

CHECK(kernel_base_of_table)
{
	static word there[2] = {1, 0x77};
	word got;

	gdt[TLS_SELECTOR / 8] = descriptor((word)there, sizeof(there) - 1, SEGMENT_BYTES3);
	__asm__ volatile("movl %1, %%gs; movl %%gs:4, %0" : "=r"(got) : "r"(TLS_SELECTOR));
	expect_is(got, 0x77);
	/* What is loaded stays when the table changes. */
	gdt[TLS_SELECTOR / 8] = descriptor((word)(there + 1), sizeof(there) - 1, SEGMENT_BYTES3);
	__asm__ volatile("movl %%gs:4, %0" : "=r"(got));
	expect_is(got, 0x77);
	__asm__ volatile("movl %1, %%gs; movl %%gs:0, %0" : "=r"(got) : "r"(TLS_SELECTOR));
	expect_is(got, 0x77);
	usual_segments();
	gdt[TLS_SELECTOR / 8] = 0;
}

CHECK(far_pointers)
{
	static struct {
		word offset;
		uint16_t selector;
	} pointer = {0x1234, USER_DS};
	word offset, selector;

	__asm__ volatile("les %2, %0; movl %%es, %1"
			 : "=&r"(offset), "=r"(selector)
			 : "m"(pointer));
	usual_segments();
	expect_is(offset, 0x1234);
	expect_is(selector, USER_DS);
	__asm__ volatile("lgs %2, %0; movl %%gs, %1"
			 : "=&r"(offset), "=r"(selector)
			 : "m"(pointer));
	usual_segments();
	expect_is(offset, 0x1234);
	expect_is(selector, USER_DS);
	__asm__ volatile("lds %2, %0; movl %%ds, %1"
			 : "=&r"(offset), "=r"(selector)
			 : "m"(pointer));
	usual_segments();
	expect_is(offset, 0x1234);
	expect_is(selector, USER_DS);
}

CHECK(selectors_that_fault)
{
	expect_fault(attempt(load_gs, (void *)0x7f8), TRAP_GP, 0x7f8);
	expect_fault(attempt(load_es, (void *)0x7fb), TRAP_GP, 0x7f8);
	expect_fault(attempt(pop_ds, (void *)NO_SELECTOR), TRAP_GP, NO_SELECTOR);
	expect_fault(attempt(pop_fs, (void *)TSS_SELECTOR), TRAP_GP, TSS_SELECTOR);
	expect_fault(attempt(load_gs, (void *)NOT_PRESENT), TRAP_NP, NOT_PRESENT);
	/* The table bit is part of the error code; there is no local table. */
	expect_fault(attempt(load_gs, (void *)0x0c), TRAP_GP, 0x0c);
	usual_segments();
	expect_is(read_gs(), 0);
}

CHECK(stack_selectors_that_fault)
{
	expect_fault(attempt(load_ss, (void *)0), TRAP_GP, 0);
	expect_fault(attempt(load_ss, (void *)(KERNEL_DS | 3)), TRAP_GP, KERNEL_DS);
	expect_fault(attempt(load_ss, (void *)READ_ONLY), TRAP_GP, READ_ONLY);
}
