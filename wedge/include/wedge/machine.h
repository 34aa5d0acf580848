/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - the virtual PC, as the instruction emulation uses it.
 *
 * Invariant: all port accesses of the guest come through here.
 */
#ifndef WEDGE_MACHINE_H
#define WEDGE_MACHINE_H

#include <stdint.h>
#include <wedge/vcpu.h>

/* Puts all devices into their reset state. */
void machine_init(void);

/* One port access of `width` 1, 2 or 4 bytes. */
uint32_t machine_io_read(uint16_t port, unsigned int width);
void machine_io_write(uint16_t port, unsigned int width, uint32_t value);

/*
 * The guest kernel waits for an interrupt: returns when one was delivered. Without interrupts it
 * waits for ever, so that ends the guest.
 */
void machine_halt(struct vcpu *v);

#endif /* WEDGE_MACHINE_H */
