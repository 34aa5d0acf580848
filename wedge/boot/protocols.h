/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protocols.h - what the files of boot/ share.
 *
 * Invariant: boot.c alone chooses a protocol.
 */
#ifndef WEDGE_BOOT_PROTOCOLS_H
#define WEDGE_BOOT_PROTOCOLS_H

#include <wedge/boot.h>

/*
 * Each writes its protocol's information into guest memory, and its address into the register that
 * the protocol names.
 */
void boot_linux(struct vcpu *v);
void boot_pvh(struct vcpu *v);

/**
 * memory_map_next - the guest's RAM, without the PC's hole from 640 KiB to 1 MiB.
 * @from:  0, or the end of the last range
 * @start: receives where the next range begins
 * @end:   receives where it ends
 *
 * Returns false if there is no more.
 */
bool memory_map_next(uint64_t from, uint64_t *start, uint64_t *end);

#endif /* WEDGE_BOOT_PROTOCOLS_H */
