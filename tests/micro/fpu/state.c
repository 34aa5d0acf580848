/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.c - x87, SSE and AVX registers of user code: through interrupts, through traps, through a
 * kernel that saves and restores them by CR0.TS or at once.
 *
 * Invariant: the kernel itself uses no vector register but in the instructions under test.
 */
#include "interrupts.h"
#include "micro.h"
#include "paging.h"

extern const char user_sse[], user_sse_start[], user_sse_check[], user_x87_state[], user_avx[];
extern const char user_mxcsr[];

static uint8_t area[2][4096] __attribute__((aligned(64)));

static void enable_sse(void)
{
	write_cr0((read_cr0() | CR0_MP) & ~(CR0_TS | CR0_EM));
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
}

/* Runs again and again until some ticks have come; ax must be 0 at the end of each run. */
static void run_with_ticks(const char *code)
{
	timer_count_ticks();
	timer_start(2, 1500);
	for (unsigned int round = 0; round < 10000 && timer_ticks < 4; round++) {
		struct regs regs = user_regs(code);

		regs.di = USER_DATA;
		regs.si = (word)0x123456789abcdef0;
		regs.cx = 3000000;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.ax, 0);
	}
	timer_stop();
	expect(timer_ticks >= 4);
}

CHECK(sse_survives_interrupts)
{
	enable_sse();
	run_with_ticks(user_sse);
}

CHECK(x87_survives_interrupts)
{
	enable_sse();
	run_with_ticks(user_x87_state);
}

CHECK(mxcsr_survives_interrupts)
{
	enable_sse();
	run_with_ticks(user_mxcsr);
}

static word half(const char *code, word pattern, enum user_entry entry)
{
	struct regs regs = user_regs(code);

	regs.di = USER_DATA;
	regs.si = pattern;
	user_run(&regs, entry);
	expect_is(regs.vector, TRAP_END);
	return regs.ax;
}

CHECK(sse_survives_traps)
{
	enable_sse();
	half(user_sse_start, 0x1000, BY_IRET);
	expect_is(half(user_sse_check, 0x1000, BY_IRET), 0);
	expect_is(half(user_sse_check, 0x1000, BY_SYSTEM_CALL), 0);
}

/* Two programs, each with its own state, switched by the kernel. */
CHECK(fxsave_and_fxrstor)
{
	enable_sse();
	half(user_sse_start, 0x1000, BY_IRET);
	__asm__ volatile(FXSAVE " %0" : "=m"(area[0]));
	half(user_sse_start, 0x2000, BY_IRET);
	__asm__ volatile(FXSAVE " %0" : "=m"(area[1]));
	for (unsigned int i = 0; i < 10; i++) {
		__asm__ volatile(FXRSTOR " %0" : : "m"(area[i & 1]));
		expect_is(half(user_sse_check, i & 1 ? 0x2000 : 0x1000, BY_IRET), 0);
	}
}

/* The registers are the processor's: no instruction of the kernel saves or restores here. */
CHECK(user_state_in_two_spaces)
{
	word other = root_new(), before = read_cr3();

	root_copy_user(kernel_pointer(other));
	enable_sse();
	half(user_sse_start, 0x1100, BY_IRET);
	for (unsigned int i = 0; i < 6; i++) {
		word wrong;

		write_cr3(i & 1 ? before : other);
		wrong = half(user_sse_check, 0x1100, BY_IRET);
		if (wrong)
			write_cr3(before);
		expect_is(wrong, 0);
	}
	write_cr3(before);
}

CHECK(kernel_sees_and_changes_user_state)
{
	uint32_t first, control = 0x5f80;
	word wrong;

	enable_sse();
	__asm__ volatile("ldmxcsr %0" : : "m"(control));
	half(user_sse_start, 0x1200, BY_IRET);
	__asm__ volatile("movdqu %%xmm0, %0; stmxcsr %1" : "=m"(area[0]), "=m"(control));
	memcpy(&first, area[0], sizeof(first));
	expect_is(first, 0x1200);
	memset(area[0], 0x5a, 16);
	__asm__ volatile("movdqu %0, %%xmm3" : : "m"(area[0]));
	wrong = half(user_sse_check, 0x1200, BY_IRET);
	expect(wrong);
	expect_is(control, 0x5f80);
}

/* An exception handler that uses the registers itself, between a save and a restore. */
static bool use_registers(struct regs *regs)
{
	(void)regs;
	__asm__ volatile(FXSAVE " %0" : "=m"(area[1]));
	memset(area[0], 0x77, 16);
	__asm__ volatile("movdqu %0, %%xmm0; movdqu %0, %%xmm7; fninit; fldpi" : : "m"(area[0]));
	__asm__ volatile(FXRSTOR " %0" : : "m"(area[1]));
	return true;
}

CHECK(handler_uses_registers)
{
	enable_sse();
	half(user_sse_start, 0x1300, BY_IRET);
	trap_hooks[TRAP_UD] = use_registers;
	__asm__ volatile("int $6");
	trap_hooks[TRAP_UD] = NULL;
	expect_is(half(user_sse_check, 0x1300, BY_IRET), 0);
}

/* The lazy way: TS is set, the first use traps. */
CHECK(task_switched_traps_user)
{
	struct regs regs = user_regs(user_sse_check);

	enable_sse();
	half(user_sse_start, 0x3000, BY_IRET);
	write_cr0(read_cr0() | CR0_TS);
	regs.di = USER_DATA;
	regs.si = 0x3000;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_NM);
	__asm__ volatile("clts");
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, 0);
}

/* Set and cleared many times, as around every use in the kernel. */
CHECK(clts_many)
{
	enable_sse();
	half(user_sse_start, 0x4000, BY_IRET);
	for (unsigned int i = 0; i < 200; i++) {
		write_cr0(read_cr0() | CR0_TS);
		__asm__ volatile("clts; movdqu %%xmm0, %0" : "=m"(area[0]));
	}
	expect_is(half(user_sse_check, 0x4000, BY_IRET), 0);
}

static void set_xcr0(void *value)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((word)value), "d"(0));
}

static bool enable_avx(void)
{
	if (!(cpuid(1, 0).r[2] & 1u << 26) || !(cpuid(0xd, 0).r[0] & 4))
		return false;
	enable_sse();
	write_cr4(read_cr4() | CR4_OSXSAVE);
	set_xcr0((void *)7);
	return true;
}

CHECK(xcr0_reads_back)
{
	uint32_t low, high;

	if (!enable_avx())
		skip("no AVX here");
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	expect_is(low, 7);
	expect_is(high, 0);
}

CHECK(xcr0_bad_values)
{
	struct fault f;

	if (!enable_avx())
		skip("no AVX here");
	f = attempt(set_xcr0, (void *)6); /* without x87 */
	expect_fault(f, TRAP_GP, 0);
	f = attempt(set_xcr0, (void *)5); /* AVX without SSE */
	expect_fault(f, TRAP_GP, 0);
}

CHECK(avx_survives_interrupts)
{
	if (!enable_avx())
		skip("no AVX here");
	run_with_ticks(user_avx);
}

CHECK(xsave_and_xrstor)
{
	if (!enable_avx())
		skip("no AVX here");
	memset(area, 0, sizeof(area));
	half(user_sse_start, 0x5000, BY_IRET);
	__asm__ volatile(XSAVE " %0" : "=m"(area[0]) : "a"(7), "d"(0));
	half(user_sse_start, 0x6000, BY_IRET);
	__asm__ volatile(XSAVE " %0" : "=m"(area[1]) : "a"(7), "d"(0));
	for (unsigned int i = 0; i < 6; i++) {
		__asm__ volatile(XRSTOR " %0" : : "m"(area[i & 1]), "a"(7), "d"(0));
		expect_is(half(user_sse_check, i & 1 ? 0x6000 : 0x5000, BY_IRET), 0);
	}
}
