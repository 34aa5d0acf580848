/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio.h - the registers of a virtio device on PCI (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 4.1), for drivers of that version and for legacy ones ("transitional device").
 *
 *   BAR 0  256 ports  the legacy layout without MSI-X (4.1.4.10), device configuration at 20
 *   BAR 1  256 ports  0x00 common configuration (4.1.4.3), 0x40 interrupt status (4.1.4.5),
 *                     0x44 notification, one for all queues (4.1.4.4), 0x80 device configuration
 *
 * All are ports, since a guest's in and out enter the wedge anyway and accesses to memory do not.
 * Rings and guest memory are the server's: virtio_shared.h says how the two talk.
 *
 * Invariant: shared->run is 1 only if the server was seen not to serve after the last reset.
 */
#ifndef WEDGE_DEV_VIRTIO_H
#define WEDGE_DEV_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/pci.h>
#include <wedge/dev/virtio_shared.h>

enum { VIRTIO_DEVICES_MAX = 16 };

struct dev_host;

/* Where a device is: what a PC's firmware would choose. */
struct virtio_place {
	uint8_t devfn;
	uint8_t irq;   /* ISA interrupt line, written into the interrupt line register */
	uint16_t port; /* of BAR 0; a multiple of 512. BAR 1 is 256 ports behind */
};

struct virtio_device {
	struct pci_function pci;
	struct dev_host *host;
	unsigned index;			 /* names the device to dev_host_virtio_*() */
	struct virtio_identity identity; /* with the device configuration as the driver sees it */
	struct virtio_shared *shared;
	uint64_t accepted; /* features, as the driver has written them */
	uint32_t device_feature_select;
	uint32_t driver_feature_select;
	uint16_t queue_select;
	uint8_t status;		  /* of the driver: without DEVICE_NEEDS_RESET */
	uint8_t generation;	  /* of the device configuration (4.1.4.3.1) */
	uint32_t config_sequence; /* of the server's configuration that is in `identity` */
	bool resetting;		  /* the driver wrote 0, and the server had not stopped yet */
};

/**
 * virtio_init - a device after power-on, and after a reset of the machine.
 * @index:    names it to dev_host_virtio_*()
 * @identity: is copied
 * @shared:   belongs to the device from now on
 *
 * The function `pci` is ready for pci_add(). Calls dev_host_virtio_*() only if `shared` says that
 * the server is at work.
 */
void virtio_init(struct virtio_device *d, struct dev_host *host, unsigned index,
		 const struct virtio_identity *identity, struct virtio_shared *shared,
		 const struct virtio_place *place);

/*
 * An access of `width` 1, 2 or 4 bytes to BAR 0 or 1, all within its 256 ports. Accesses that cover
 * a part of a register, or more than one, see or change what lies there (4.1.3.1 forbids these to
 * drivers, but not for the device configuration).
 */
uint32_t virtio_read(struct virtio_device *d, unsigned bar, unsigned offset, unsigned width);
void virtio_write(struct virtio_device *d, unsigned bar, unsigned offset, unsigned width,
		  uint32_t value);

/*
 * Whether byte `reg` of the configuration space is data of the window by which drivers reach
 * registers without ports (VIRTIO_PCI_CAP_PCI_CFG, 4.1.4.9), and the accesses there.
 */
bool virtio_is_window(unsigned reg);
uint32_t virtio_read_window(struct virtio_device *d, unsigned width);
void virtio_write_window(struct virtio_device *d, unsigned width, uint32_t value);

/* Level of INTA; the PCI status register then shows the same. */
bool virtio_irq(struct virtio_device *d);

#endif
