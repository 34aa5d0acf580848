/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_segments.c - makes the GDT that a kernel starts with, until it loads one of its own.
 */
#include <wedge/boot.h>

#include "start_segments.h"

void start_segments(struct vcpu *v, uint64_t code_descriptor)
{
	uint64_t *gdt = boot_page(BOOT_GDT);

	gdt[START_CODE / 8] = code_descriptor;
	gdt[START_DATA / 8] = 0x00cf93000000ffff;
	v->gdt = (struct vcpu_table){.base = BOOT_GDT, .limit = X86_PAGE_SIZE - 1};
	v->kernel_cs = START_CODE;
	v->kernel_ss = START_DATA;
}
