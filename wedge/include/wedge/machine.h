/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - the virtual PC, as the instruction emulation uses it.
 *
 * Invariant: all port accesses of the guest come through here.
 */
#ifndef WEDGE_MACHINE_H
#define WEDGE_MACHINE_H

#include <stdint.h>

/* Puts all devices into their reset state. */
void machine_init(void);

/* One port access of `width` 1, 2 or 4 bytes. */
uint32_t machine_io_read(uint16_t port, unsigned int width);
void machine_io_write(uint16_t port, unsigned int width, uint32_t value);

#endif /* WEDGE_MACHINE_H */
