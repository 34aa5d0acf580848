/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_protocol.h - what each width's start_state.c needs of boot_protocol.c.
 *
 * Invariant: these addresses and the ones boot_protocol.c keeps for itself do not overlap.
 */
#ifndef WEDGE_ARCH_BOOT_PROTOCOL_H
#define WEDGE_ARCH_BOOT_PROTOCOL_H

#include <wedge/vcpu.h>

/* Guest-physical addresses for the start, and the selectors that the protocol names. */
enum {
	BOOT_TABLES = 0x12000, /* six pages */
	BOOT_GDT = 0x18000,
	BOOT_STACK_TOP = 0x1a000, /* one page */
	BOOT_SELECTOR_CODE = 0x10,
	BOOT_SELECTOR_DATA = 0x18,
};

/* A page of guest memory, zeroed; ends the guest if there is none at the address. */
void *boot_page(uint64_t address);

/* Flat segments in a GDT of their own, and the selectors of the kernel's code and stack. */
void boot_segments(struct vcpu *v, uint64_t code_descriptor);

#endif /* WEDGE_ARCH_BOOT_PROTOCOL_H */
