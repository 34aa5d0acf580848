/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - a 32-bit guest's registers, for the last lines of a guest that dies.
 *
 * Invariant: reads the vCPU and nothing else, so it works whatever went wrong.
 */
#include <wedge/arch.h>
#include <wedge/log.h>

void arch_log_registers(const struct vcpu *v)
{
	wedge_log("  eip %08lx cs %04lx eflags %08lx esp %08lx ss %04lx kernel cs %04x ss %04x",
		  v->rip, v->cs, v->rflags, v->gpr[X86_RSP], v->ss, v->kernel_cs, v->kernel_ss);
	wedge_log("  eax %08lx ebx %08lx ecx %08lx edx %08lx", v->gpr[X86_RAX], v->gpr[X86_RBX],
		  v->gpr[X86_RCX], v->gpr[X86_RDX]);
	wedge_log("  esi %08lx edi %08lx ebp %08lx", v->gpr[X86_RSI], v->gpr[X86_RDI],
		  v->gpr[X86_RBP]);
	wedge_log("  ds %04x es %04x fs %04x gs %04x fs base %08lx gs base %08lx",
		  v->selector[X86_DS], v->selector[X86_ES], v->selector[X86_FS],
		  v->selector[X86_GS], v->fs_base, v->gs_base_kernel);
	wedge_log("  cr0 %08lx cr2 %08lx cr3 %08lx cr4 %08lx trap %lu error %lx", v->cr[0],
		  v->cr[2], v->cr[3], v->cr[4], v->trap, v->trap_error);
}
