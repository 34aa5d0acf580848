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

/* Puts all devices into their reset state; their interrupts go to this vCPU. */
void machine_init(struct vcpu *v);

/* One port access of the vCPU's, of `width` 1, 2 or 4 bytes. */
uint32_t machine_io_read(struct vcpu *v, uint16_t port, unsigned int width);
void machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value);

/*
 * The guest kernel waits for an interrupt: returns when one was delivered. Without interrupts it
 * waits for ever, so that ends the guest.
 */
void machine_halt(struct vcpu *v);

#endif /* WEDGE_MACHINE_H */
