/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_state.c - the processor as a boot loader leaves it for a 32-bit kernel: the Linux 32-bit
 * boot protocol (Documentation/x86/boot.rst), or PVH: protected mode without paging, flat segments,
 * interrupts off, general registers zero except those that boot/ sets.
 */
#include <wedge/arch.h>
#include <wedge/boot.h>
#include "../start_segments.h"
#include "../tlb.h"

void arch_reset(struct vcpu *v)
{
	v->cr[0] = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
	v->rflags = X86_FLAGS_FIXED;
	v->dr[6] = 0xffff0ff0;
	v->dr[7] = 0x400;
	v->xcr0 = 1;
	v->pat = 0x0007040600070406;
	v->misc_enable = 1; /* fast strings */
	v->gs_state = VCPU_GS_KERNEL;
	v->physical_bits = 32;
}

void arch_start(struct vcpu *v)
{
	static const uint8_t data[] = {X86_ES, X86_DS, X86_FS, X86_GS};

	start_segments(v, 0x00cf9b000000ffff);
	for (unsigned int i = 0; i < sizeof(data); i++)
		v->selector[data[i]] = START_DATA;
	boot_page(BOOT_STACK_TOP - X86_PAGE_SIZE);
	v->gpr[X86_RSP] = BOOT_STACK_TOP;
	tlb_space(v);
}
