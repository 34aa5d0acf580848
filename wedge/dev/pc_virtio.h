/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc_virtio.h - the virtio devices' place in the PC, for pc.c.
 *
 * Invariant: after each of these calls the devices' interrupt lines are what their registers say.
 */
#ifndef WEDGE_DEV_PC_VIRTIO_H
#define WEDGE_DEV_PC_VIRTIO_H

#include <wedge/dev.h>

/* Puts the devices of the configuration on the bus, where a BIOS would. */
void pc_virtio_init(struct pc *pc, const struct pc_config *config);

/*
 * An access to a virtio device's ports. False: no BAR that is switched on holds all of them.
 */
bool pc_virtio_read(struct pc *pc, uint16_t port, unsigned width, uint32_t *value);
bool pc_virtio_write(struct pc *pc, uint16_t port, unsigned width, uint32_t value);

/* The PCI data register, whatever the address register selects; as pci_read_data(). */
uint32_t pc_virtio_read_config(struct pc *pc, unsigned offset, unsigned width);
void pc_virtio_write_config(struct pc *pc, unsigned offset, unsigned width, uint32_t value);

#endif
