/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - prints a 32-bit guest's registers when it ends with an error.
 *
 * Invariant: it reads only the vCPU, so it works whatever has failed.
 */
#include <wedge/arch.h>
#include <wedge/log.h>

static uint32_t reg(const struct vcpu *v, unsigned int n)
{
	return (uint32_t)v->gpr[n];
}

void arch_log_registers(const struct vcpu *v)
{
	wedge_log("  eip %08x cs %04x eflags %08x esp %08x ss %04x kernel cs %04x ss %04x",
		  (uint32_t)v->rip, (uint32_t)v->cs, (uint32_t)v->rflags, reg(v, X86_RSP),
		  (uint32_t)v->ss, v->kernel_cs, v->kernel_ss);
	wedge_log("  eax %08x ebx %08x ecx %08x edx %08x", reg(v, X86_RAX), reg(v, X86_RBX),
		  reg(v, X86_RCX), reg(v, X86_RDX));
	wedge_log("  esi %08x edi %08x ebp %08x", reg(v, X86_RSI), reg(v, X86_RDI),
		  reg(v, X86_RBP));
	wedge_log("  ds %04x es %04x fs %04x gs %04x fs base %08x gs base %08x",
		  v->selector[X86_DS], v->selector[X86_ES], v->selector[X86_FS],
		  v->selector[X86_GS], (uint32_t)v->fs_base, (uint32_t)v->gs_base_kernel);
	wedge_log("  cr0 %08x cr2 %08x cr3 %08x cr4 %08x trap %u error %x", (uint32_t)v->cr[0],
		  (uint32_t)v->cr[2], (uint32_t)v->cr[3], (uint32_t)v->cr[4], (uint32_t)v->trap,
		  (uint32_t)v->trap_error);
}
