/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.h - the registers of a virtio device behind their two layouts, for pci.c alone.
 *
 * Invariant: none of these functions knows at which port a register is.
 */
#ifndef WEDGE_DEV_VIRTIO_REGISTERS_H
#define WEDGE_DEV_VIRTIO_REGISTERS_H

#include <wedge/dev/virtio.h>

/* Reads and writes at an offset of the common configuration structure (4.1.4.3). */
uint32_t virtio_read_common(struct virtio_device *d, unsigned offset);
void virtio_write_common(struct virtio_device *d, unsigned offset, uint32_t value);

/* The same in the legacy layout (4.1.4.10), below its device configuration. */
uint32_t virtio_read_legacy(struct virtio_device *d, unsigned offset);
void virtio_write_legacy(struct virtio_device *d, unsigned offset, uint32_t value);

/* The bits of the interrupt status, which the read clears (4.1.4.5). */
uint32_t virtio_take_interrupt(struct virtio_device *d);

/* The driver notifies a queue (4.1.5.2). */
void virtio_notify(struct virtio_device *d, uint32_t queue);

/* All registers as after power-on. Waits for the server, if it is at work. */
void virtio_reset(struct virtio_device *d);

#endif
