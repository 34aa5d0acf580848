/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.h - what a boot loader leaves in memory for a kernel, and where.
 *
 * Invariant: everything is below 1 MiB, in memory that the map shows as RAM and that kernels
 * reserve before they allocate any; no two things overlap.
 */
#ifndef WEDGE_BOOT_H
#define WEDGE_BOOT_H

#include <afterburn/bundle.h>
#include <wedge/vcpu.h>

/* Guest-physical addresses. */
enum {
	BOOT_INFORMATION = 0x10000,  /* a page: what the protocol's register points to */
	BOOT_COMMAND_LINE = 0x11000, /* a page */
	BOOT_TABLES = 0x12000,	     /* six pages, of the width's arch_start() */
	BOOT_GDT = 0x18000,	     /* a page */
	BOOT_STACK_TOP = 0x1a000,    /* a page below */
};

/**
 * boot_prepare - write information, memory map and command line by the kernel's boot protocol.
 * @header: `protocol` names the protocol, `kernel_entry` the address of the first instruction
 *
 * Sets v->rip, and the register by which the kernel finds the information; arch_start() sets the
 * rest of the processor's state. Ends the guest if the protocol is unknown, or not for kernels of
 * this width.
 */
void boot_prepare(struct vcpu *v, const struct afterburn_wedge_header *header);

/* A page of guest memory, zeroed; ends the guest if there is none at the address. */
void *boot_page(uint64_t address);

#endif /* WEDGE_BOOT_H */
