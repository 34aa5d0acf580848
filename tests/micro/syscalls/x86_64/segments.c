/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - GS and FS bases, swapgs, and what user code sees of its segments.
 *
 * Invariant: the kernel's own GS base is in place whenever a trap can come.
 */
#include "micro.h"

extern const char user_read_gs[], user_read_fs[], user_read_selectors[], user_load_selectors[];
extern const char user_load_gs[], user_code32[], user_code32_end[], user_nothing[];

static void swap_gs(void)
{
	__asm__ volatile("swapgs" : : : "memory");
}

CHECK(swapgs_swaps_the_msrs)
{
	word kernel = rdmsr(MSR_GS_BASE);

	wrmsr(MSR_KERNEL_GS_BASE, 0x5000);
	expect_is(rdmsr(MSR_KERNEL_GS_BASE), 0x5000);
	swap_gs();
	expect_is(rdmsr(MSR_GS_BASE), 0x5000);
	expect_is(rdmsr(MSR_KERNEL_GS_BASE), kernel);
	wrmsr(MSR_GS_BASE, 0x6000);
	swap_gs();
	expect_is(rdmsr(MSR_GS_BASE), kernel);
	expect_is(rdmsr(MSR_KERNEL_GS_BASE), 0x6000);
}

CHECK(kernel_uses_gs_base)
{
	word usual = rdmsr(MSR_GS_BASE), got;
	static word there[2] = {1, 0x77};

	wrmsr(MSR_GS_BASE, (word)there);
	__asm__ volatile("movq %%gs:8, %0" : "=r"(got));
	wrmsr(MSR_GS_BASE, usual);
	expect_is(got, 0x77);
}

CHECK(user_uses_gs_base)
{
	struct regs regs = user_regs(user_read_gs);
	word kernel = rdmsr(MSR_GS_BASE);

	write_word(USER_DATA + 8, 0x4711);
	wrmsr(MSR_KERNEL_GS_BASE, USER_DATA);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ax, 0x4711);
	expect_is(rdmsr(MSR_GS_BASE), kernel);
	expect_is(rdmsr(MSR_KERNEL_GS_BASE), USER_DATA);
	write_word(USER_DATA + 8, 0x4712);
	regs = user_regs(user_read_gs);
	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.ax, 0x4712);
}

CHECK(fs_base)
{
	struct regs regs = user_regs(user_read_fs);

	write_word(USER_DATA + 16, 0x4713);
	wrmsr(MSR_FS_BASE, USER_DATA);
	user_run(&regs, BY_IRET);
	expect_is(regs.ax, 0x4713);
	expect_is(rdmsr(MSR_FS_BASE), USER_DATA);
	wrmsr(MSR_FS_BASE, 0);
}

CHECK(kernel_uses_fs_base)
{
	static word there[2] = {1, 0x78};
	word got;

	wrmsr(MSR_FS_BASE, (word)there);
	__asm__ volatile("movq %%fs:8, %0" : "=r"(got));
	wrmsr(MSR_FS_BASE, 0);
	expect_is(got, 0x78);
}

static void write_bad_base(void *msr)
{
	wrmsr((uint32_t)(word)msr, 0x8000000000000000);
}

CHECK(base_must_be_canonical)
{
	struct fault f = attempt(write_bad_base, (void *)MSR_FS_BASE);

	if (!f.hit && !on_wedge())
		skip("this QEMU takes every address");
	expect_fault(f, TRAP_GP, 0);
	f = attempt(write_bad_base, (void *)MSR_KERNEL_GS_BASE);
	expect_fault(f, TRAP_GP, 0);
	f = attempt(write_bad_base, (void *)MSR_LSTAR);
	expect_fault(f, TRAP_GP, 0);
}

static void load_data_selectors(uint16_t selector)
{
	__asm__ volatile("movw %0, %%ds; movw %0, %%es; movw %0, %%fs" : : "r"(selector));
}

CHECK(user_sees_selectors)
{
	struct regs regs = user_regs(user_read_selectors);

	load_data_selectors(USER_DS);
	user_run(&regs, BY_IRET);
	load_data_selectors(0);
	expect_is(regs.ax, USER_CS);
	expect_is(regs.bx, USER_DS);
	expect_is(regs.si, USER_DS);
	expect_is(regs.di, USER_DS);
	expect_is(regs.r8, USER_DS);
}

CHECK(user_sees_selectors_after_sysret)
{
	struct regs regs = user_regs(user_read_selectors);

	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.ax, USER_CS);
	expect_is(regs.bx, USER_DS);
}

/*
 * A program may give its kernel back what it saw: in a context to return to, in a register to load.
 * The kernel sees its own selectors, by which it knows 64-bit code.
 */
CHECK(kernel_takes_selectors_of_user)
{
	struct regs regs = user_regs(user_read_selectors);
	word cs, ss, kernel = rdmsr(MSR_GS_BASE);

	user_run(&regs, BY_SYSTEM_CALL);
	cs = regs.ax;
	ss = regs.bx;
	swap_gs();
	__asm__ volatile("movl %0, %%gs" : : "r"((uint32_t)ss));
	swap_gs();
	expect_is(rdmsr(MSR_GS_BASE), kernel);
	regs = user_regs(user_read_selectors);
	regs.cs = cs;
	regs.ss = ss;
	user_run(&regs, BY_IRET);
	swap_gs();
	__asm__ volatile("movl %0, %%gs" : : "r"(0));
	swap_gs();
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cs, USER_CS);
	expect_is(regs.ss, USER_DS);
	expect_is(regs.ax, cs);
	expect_is(regs.bx, ss);
	expect_is(regs.r9, ss);
}

/* What the kernel sees after a system call's return are its own selectors. */
CHECK(kernel_sees_its_selectors_after_sysret)
{
	struct regs regs = user_regs(user_nothing);

	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.cs, USER_CS);
	expect_is(regs.ss, USER_DS);
}

CHECK(kernel_sees_user_selectors)
{
	struct regs regs = user_regs(user_load_selectors);
	uint16_t ds, es, fs;

	regs.ax = USER_DS;
	user_run(&regs, BY_IRET);
	__asm__ volatile("movw %%ds, %0; movw %%es, %1; movw %%fs, %2"
			 : "=m"(ds), "=m"(es), "=m"(fs));
	load_data_selectors(0);
	expect_is(regs.vector, TRAP_UD);
	expect_is(ds, USER_DS);
	expect_is(es, USER_DS);
	expect_is(fs, USER_DS);
}

/* A selector loaded by user code brings its own base; the kernel must see both. */
CHECK(user_loads_gs)
{
	struct regs regs = user_regs(user_load_gs);
	uint16_t gs;

	wrmsr(MSR_KERNEL_GS_BASE, USER_DATA);
	regs.ax = USER_DS;
	user_run(&regs, BY_IRET);
	swap_gs();
	__asm__ volatile("movw %%gs, %0" : "=m"(gs));
	swap_gs();
	expect_is(regs.vector, TRAP_UD);
	expect_is(gs, USER_DS);
	expect_is(rdmsr(MSR_KERNEL_GS_BASE), 0);
}

/* As Linux loads a user's GS selector: between two swapgs. */
CHECK(kernel_loads_user_gs)
{
	struct regs regs = user_regs(user_read_selectors);
	word kernel = rdmsr(MSR_GS_BASE);

	swap_gs();
	__asm__ volatile("movl %0, %%gs" : : "r"(USER_DS));
	swap_gs();
	expect_is(rdmsr(MSR_GS_BASE), kernel);
	user_run(&regs, BY_IRET);
	swap_gs();
	__asm__ volatile("movl %0, %%gs" : : "r"(0));
	swap_gs();
	expect_is(regs.r9, USER_DS);
}

CHECK(user_32_bit_code)
{
	struct regs regs = user_regs(user_code32);

	gate_set(0x80, GATE_INTERRUPT, 3);
	load_data_selectors(USER_DS);
	regs.cs = USER_CS32;
	user_run(&regs, BY_IRET);
	load_data_selectors(0);
	gate_reset(0x80);
	expect_is(regs.vector, 0x80);
	expect_is(regs.cs, USER_CS32);
	expect_is(regs.ss, USER_DS);
	expect_is(regs.ip, (word)user_code32_end);
	expect_is(regs.ax, USER_CS32);
	expect_is(regs.bx, 0x12345678);
	regs = user_regs(user_nothing);
	regs.cs = USER_CS32;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.cs, USER_CS32);
}
