/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc_virtio.c - the virtio devices' place in the PC: where the firmware would have put them, which
 * access is theirs, and their interrupt lines.
 *
 * The lines are ISA lines that no chip of the board uses. Devices share them, so the firmware has
 * made them level triggered: with an edge, the second device's request would be lost while the
 * first one's keeps the line up.
 *
 * Invariant: a line is up if and only if one of its devices wants an interrupt.
 */
#include "pc_virtio.h"

enum { FIRST_SLOT = 2, FIRST_PORT = 0xc000, PORTS = 0x200 };

static const uint8_t irqs[] = {10, 11};

enum { IRQS = sizeof(irqs) };

static unsigned irq_of(unsigned device)
{
	return irqs[device % IRQS];
}

void pc_virtio_interrupt(struct pc *pc)
{
	bool level[IRQS] = {false};

	for (unsigned i = 0; i < pc->virtio_devices; i++)
		if (virtio_irq(&pc->virtio[i]))
			level[i % IRQS] = true;
	for (unsigned i = 0; i < IRQS && i < pc->virtio_devices; i++)
		pc_set_irq(pc, irqs[i], level[i]);
}

static void make_level_triggered(struct pc *pc, unsigned irq)
{
	unsigned chip = irq >> 3;

	i8259_write_elcr(&pc->pic, chip,
			 (uint8_t)(i8259_read_elcr(&pc->pic, chip) | 1u << (irq & 7)));
}

void pc_virtio_init(struct pc *pc, const struct pc_config *config)
{
	pc->virtio_devices = config->virtio_devices;
	for (unsigned i = 0; i < pc->virtio_devices; i++) {
		struct virtio_place place = {
			.devfn = (uint8_t)((FIRST_SLOT + i) << 3),
			.irq = (uint8_t)irq_of(i),
			.port = (uint16_t)(FIRST_PORT + PORTS * i),
		};

		virtio_init(&pc->virtio[i], pc->host, i, &config->virtio_identity[i],
			    &config->virtio_shared[i], &place);
		pci_add(&pc->pci, &pc->virtio[i].pci);
		make_level_triggered(pc, place.irq);
	}
}

/* The virtio device that is this PCI function, or NULL. */
static struct virtio_device *device_of(struct pc *pc, const struct pci_function *function)
{
	for (unsigned i = 0; i < pc->virtio_devices; i++)
		if (function == &pc->virtio[i].pci)
			return &pc->virtio[i];
	return NULL;
}

static struct virtio_device *find(struct pc *pc, uint16_t port, unsigned width,
				  struct pci_port *place)
{
	if (!pc->virtio_devices || !pci_find_port(&pc->pci, port, width, place))
		return NULL;
	return device_of(pc, place->function);
}

bool pc_virtio_read(struct pc *pc, uint16_t port, unsigned width, uint32_t *value)
{
	struct pci_port place;
	struct virtio_device *d = find(pc, port, width, &place);

	if (!d)
		return false;
	*value = virtio_read(d, place.bar, place.offset, width);
	pc_virtio_interrupt(pc);
	return true;
}

bool pc_virtio_write(struct pc *pc, uint16_t port, unsigned width, uint32_t value)
{
	struct pci_port place;
	struct virtio_device *d = find(pc, port, width, &place);

	if (!d)
		return false;
	virtio_write(d, place.bar, place.offset, width, value);
	pc_virtio_interrupt(pc);
	return true;
}

/* The device whose window the data register is, at this offset; NULL: it is memory. */
static struct virtio_device *window_at(struct pc *pc, unsigned offset)
{
	if (!virtio_is_window((pc->pci.address & 0xfc) + offset))
		return NULL;
	return device_of(pc, pci_selected(&pc->pci));
}

uint32_t pc_virtio_read_config(struct pc *pc, unsigned offset, unsigned width)
{
	struct virtio_device *d = window_at(pc, offset);
	uint32_t value;

	/* The status register shows whether a device wants an interrupt. */
	pc_virtio_interrupt(pc);
	if (!d)
		return pci_read_data(&pc->pci, offset, width);
	value = virtio_read_window(d, width);
	pc_virtio_interrupt(pc);
	return value;
}

void pc_virtio_write_config(struct pc *pc, unsigned offset, unsigned width, uint32_t value)
{
	struct virtio_device *d = window_at(pc, offset);

	if (d)
		virtio_write_window(d, width, value);
	else
		pci_write_data(&pc->pci, offset, width, value);
	pc_virtio_interrupt(pc);
}
