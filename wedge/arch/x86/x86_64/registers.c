/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - prints a 64-bit guest's registers when it ends with an error.
 *
 * Invariant: it reads only the vCPU, so it works whatever has failed.
 */
#include <wedge/arch.h>
#include <wedge/log.h>

void arch_log_registers(const struct vcpu *v)
{
	wedge_log("  rip %016lx cs %04lx rflags %08lx rsp %016lx ss %04lx", v->rip, v->cs,
		  v->rflags, v->gpr[X86_RSP], v->ss);
	wedge_log("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", v->gpr[X86_RAX], v->gpr[X86_RBX],
		  v->gpr[X86_RCX], v->gpr[X86_RDX]);
	wedge_log("  rsi %016lx rdi %016lx rbp %016lx r8  %016lx", v->gpr[X86_RSI], v->gpr[X86_RDI],
		  v->gpr[X86_RBP], v->gpr[8]);
	wedge_log("  r9  %016lx r10 %016lx r11 %016lx r12 %016lx", v->gpr[9], v->gpr[10],
		  v->gpr[11], v->gpr[12]);
	wedge_log("  cr0 %08lx cr2 %016lx cr3 %016lx cr4 %08lx trap %lu error %lx", v->cr[0],
		  v->cr[2], v->cr[3], v->cr[4], v->trap, v->trap_error);
}
