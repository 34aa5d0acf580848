/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offsets.c - the vCPU's layout for assembler files. It is compiled to
 * assembler text; the build copies the marked lines into vcpu_offsets.h (wedge/build.mk).
 *
 * Invariant: assembler files take every offset from there.
 */
#include <wedge/vcpu.h>

#define OFFSET(name, field)                                                                        \
	__asm__ volatile("\n@@" #name " %0" : : "i"(offsetof(struct vcpu, field)))

void vcpu_offsets(void);

void vcpu_offsets(void)
{
	OFFSET(VCPU_PENDING, events.pending);
	OFFSET(VCPU_MASKED, events.masked);
	OFFSET(VCPU_GPR, gpr);
	OFFSET(VCPU_RIP, rip);
	OFFSET(VCPU_RFLAGS, rflags);
	OFFSET(VCPU_CS, cs);
	OFFSET(VCPU_SS, ss);
	OFFSET(VCPU_TRAP, trap);
	OFFSET(VCPU_TRAP_ERROR, trap_error);
	OFFSET(VCPU_IN_WEDGE, in_wedge);
	OFFSET(VCPU_WAS_MASKED, was_masked);
	OFFSET(VCPU_SITE_RAX, site_rax);
	OFFSET(VCPU_GS_STATE, gs_state);
	OFFSET(VCPU_STI_SHADOW, sti_shadow);
	OFFSET(VCPU_RETRY, retry);
	OFFSET(VCPU_SYSCALL_FAST, syscall_fast);
	OFFSET(VCPU_STAR, star);
	OFFSET(VCPU_LSTAR, lstar);
	OFFSET(VCPU_SELECTOR, selector);
	OFFSET(VCPU_KERNEL_CS, kernel_cs);
	OFFSET(VCPU_KERNEL_SS, kernel_ss);
	OFFSET(VCPU_SYSCALL_CS, syscall_cs);
	OFFSET(VCPU_SYSRET_CS, sysret_cs);
	OFFSET(VCPU_SYSRET_CS32, sysret_cs32);
	OFFSET(VCPU_SYSRET_SS, sysret_ss);
	OFFSET(VCPU_FLAT_SELECTOR, flat_selector);
	OFFSET(VCPU_FS_SELECTOR, fs_selector);
	OFFSET(VCPU_GDT_BASE, gdt.base);
	OFFSET(VCPU_IDT_BASE, idt.base);
	OFFSET(VCPU_IDT_LIMIT, idt.limit);
	OFFSET(VCPU_TASK_BASE, task.base);
	OFFSET(VCPU_CALL_GATE, short_call.gate);
	OFFSET(VCPU_CALL_STACK, short_call.stack);
	OFFSET(VCPU_CALL_CS, short_call.cs);
	OFFSET(VCPU_CALL_HANDLER, short_call.handler);
	OFFSET(VCPU_RETURN_SELECTOR, short_return.selector);
	OFFSET(VCPU_RETURN_WORDS, short_return.words);
	OFFSET(VCPU_RETURN_SEEN, short_return.seen);
#define COUNTER(id, name) OFFSET(COUNT_##id, counters[COUNT_##id]);
#define TOTAL(name, first, last)
#include <wedge/counters.def>
#include <wedge/backend_counters.def>
}
