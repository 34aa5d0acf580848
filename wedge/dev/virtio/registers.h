/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.h - the registers of a virtio device behind their two layouts, and its configuration,
 * for the files of this folder alone.
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

/* ---- config.c: the device configuration, the same in both layouts ---- */

/* As after power-on: what the identity says, and nothing written. */
void virtio_config_init(struct virtio_device *d);

/* Bytes at any offset; zeros behind the end. Writes to what a driver may not write do nothing. */
uint32_t virtio_read_config(struct virtio_device *d, unsigned offset, unsigned width);
void virtio_write_config(struct virtio_device *d, unsigned offset, unsigned width, uint32_t value);

/* The register that tells whether several reads were of one configuration (4.1.4.3.1). */
uint8_t virtio_config_generation(struct virtio_device *d);

/* All registers as after power-on. Waits for the server, if it is at work. */
void virtio_reset(struct virtio_device *d);

#endif
