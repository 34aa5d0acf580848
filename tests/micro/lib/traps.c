/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - descriptor tables and what happens at a trap (traps.h).
 *
 * Invariant: a trap ends in exactly one of: a hook, the end of user_run(), the end of attempt(),
 * the failure of the running check.
 */
#include "micro.h"

enum { STUB_SIZE = 16, STACK = 16384, TSS_AVAILABLE = 9, PRESENT = 1 << 7 };

struct gate idt[256] __attribute__((aligned(16)));
struct tss tss __attribute__((aligned(16)));
trap_hook trap_hooks[257];

static char trap_stack[STACK] __attribute__((aligned(4096)));

/* What GS points to in the kernel; offsets known to traps.S. */
static struct {
	uint64_t stack;
	uint64_t user_rsp;
} local;

static struct jump *attempt_jump;
static struct fault attempt_result;
static struct regs *user_state;
static uint64_t user_address;

void gate_set(unsigned int vector, const void *target, unsigned int type, unsigned int dpl,
	      unsigned int ist)
{
	uint64_t at = (uint64_t)target;

	idt[vector].low = (at & 0xffff) | (uint64_t)KERNEL_CS << 16 | (uint64_t)ist << 32 |
			  (uint64_t)(type | dpl << 5 | PRESENT) << 40 | (at >> 16 & 0xffff) << 48;
	idt[vector].high = at >> 32;
}

void gate_reset(unsigned int vector)
{
	gate_set(vector, trap_stubs + vector * STUB_SIZE, GATE_INTERRUPT,
		 vector == TRAP_BP || vector == TRAP_OF ? 3 : 0, 0);
}

/* A TSS descriptor has 16 bytes (SDM 3A section 7.2.3). */
static void load_task_register(void)
{
	uint64_t base = (uint64_t)&tss, limit = sizeof(tss) - 1;

	tss.rsp0 = (uint64_t)trap_stack + STACK;
	tss.bitmap_base = offsetof(struct tss, bitmap);
	memset(tss.bitmap, 0xff, sizeof(tss.bitmap));
	gdt[TSS_SELECTOR / 8] = limit | (base & 0xffffff) << 16 |
				(uint64_t)(TSS_AVAILABLE | PRESENT) << 40 |
				(base >> 24 & 0xff) << 56;
	gdt[TSS_SELECTOR / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

void traps_init(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} pointer = {sizeof(idt) - 1, (uint64_t)idt};

	for (unsigned int i = 0; i < 256; i++)
		gate_reset(i);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	load_task_register();
	local.stack = (uint64_t)trap_stack + STACK;
	wrmsr(MSR_GS_BASE, (uint64_t)&local);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_STAR, (uint64_t)USER_CS32 << 48 | (uint64_t)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_SFMASK, FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_AC);
}

void trap_handle(struct regs *regs)
{
	uint64_t address = regs->vector == TRAP_PF ? read_cr2() : 0;
	trap_hook hook = trap_hooks[regs->vector];

	if (hook && hook(regs))
		return;
	if ((regs->cs & 3) && user_state) {
		*user_state = *regs;
		user_address = address;
		user_leave();
	}
	if (attempt_jump) {
		attempt_result = (struct fault){true, address, *regs};
		jump_to(attempt_jump);
	}
	fail("unexpected trap %lu error %lx at %lx cs %lx rflags %lx rsp %lx address %lx",
	     regs->vector, regs->error, regs->rip, regs->cs, regs->rflags, regs->rsp, address);
}

struct fault attempt(void (*body)(void *), void *argument)
{
	struct jump *before = attempt_jump;
	struct jump here;

	attempt_result.hit = false;
	attempt_jump = &here;
	if (!jump_set(&here))
		body(argument);
	attempt_jump = before;
	return attempt_result;
}

uint64_t user_run(struct regs *regs, enum user_entry entry)
{
	user_state = regs;
	if (entry == BY_SYSRET)
		user_enter_sysret(regs);
	else
		user_enter_iret(regs);
	user_state = NULL;
	return user_address;
}

struct regs user_regs(const void *rip)
{
	return (struct regs){.rip = (uint64_t)rip,
			     .cs = USER_CS,
			     .rflags = 0x202,
			     .rsp = USER_STACK,
			     .ss = USER_DS};
}

void traps_forget(void)
{
	attempt_jump = NULL;
	user_state = NULL;
	memset(trap_hooks, 0, sizeof(trap_hooks));
}
