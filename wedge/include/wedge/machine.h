/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - the virtual PC, for the emulation of instructions.
 *
 * Invariant: every port access of the guest goes through these functions.
 */
#ifndef WEDGE_MACHINE_H
#define WEDGE_MACHINE_H

#include <stdint.h>
#include <wedge/vcpu.h>

/* Resets all devices; their interrupts go to this vCPU. */
void machine_init(struct vcpu *v);

/* One port access of the vCPU, of `width` 1, 2 or 4 bytes. */
uint32_t machine_io_read(struct vcpu *v, uint16_t port, unsigned int width);
void machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value);

/*
 * The guest kernel waits for an interrupt: returns when one was delivered. With interrupts off the
 * wait would never end, so the guest is powered off.
 */
void machine_halt(struct vcpu *v);

#endif /* WEDGE_MACHINE_H */
