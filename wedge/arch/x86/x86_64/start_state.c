/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_state.c - the processor as a boot loader leaves it for a 64-bit kernel: the Linux 64-bit
 * boot protocol (Documentation/x86/boot.rst): long mode, identity page table, flat segments.
 */
#include <wedge/arch.h>
#include <wedge/boot.h>
#include <wedge/cpuid.h>
#include "../emulate.h"
#include "../start_segments.h"
#include "../tlb.h"

enum { IDENTITY_GIB = 4 };

/* Maps the first GiBs one to one with 2 MiB pages: L4, L3, then one L2 for each GiB. */
static void build_tables(void)
{
	uint64_t *l4 = boot_page(BOOT_TABLES), *l3 = boot_page(BOOT_TABLES + X86_PAGE_SIZE);
	uint64_t flags = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D;

	l4[0] = (BOOT_TABLES + X86_PAGE_SIZE) | flags;
	for (uint64_t gib = 0; gib < IDENTITY_GIB; gib++) {
		uint64_t at = BOOT_TABLES + (2 + gib) * X86_PAGE_SIZE;
		uint64_t *l2 = boot_page(at);

		l3[gib] = at | flags;
		for (uint64_t i = 0; i < 512; i++)
			l2[i] = gib << 30 | i << 21 | flags | X86_PTE_PS;
	}
}

void arch_reset(struct vcpu *v)
{
	uint32_t address_sizes[4];

	v->cr[0] = X86_CR0_PE | X86_CR0_PG | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP;
	v->cr[4] = X86_CR4_PAE;
	v->efer = X86_EFER_LME | X86_EFER_LMA | X86_EFER_SCE;
	v->rflags = X86_FLAGS_FIXED;
	v->dr[6] = 0xffff0ff0;
	v->dr[7] = 0x400;
	v->xcr0 = 1;
	v->pat = 0x0007040600070406;
	v->misc_enable = 1; /* fast strings */
	v->gs_state = VCPU_GS_KERNEL;
	emulate_take_star(v);
	cpuid_show(v, 0x80000008, 0, address_sizes);
	v->physical_bits = (uint8_t)address_sizes[CPUID_EAX];
}

void arch_start(struct vcpu *v)
{
	build_tables();
	start_segments(v, 0x00af9b000000ffff);
	boot_page(BOOT_STACK_TOP - X86_PAGE_SIZE);
	v->gpr[X86_RSP] = BOOT_STACK_TOP;
	v->cr[3] = BOOT_TABLES;
	tlb_space(v);
	arch_prepare_stack(v, BOOT_STACK_TOP);
}
