/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci.c - a virtio device as a PCI function (Virtual I/O Device (VIRTIO) Version 1.2, section 4.1):
 * its configuration space with the capabilities that name the register structures, and which
 * structure is at which port. registers.c has the registers themselves. A kind of device that
 * legacy drivers do not know has no legacy layout ("non-transitional"): BAR 0 is not there.
 *
 * Invariant: the capabilities name the same ports that virtio_read() and virtio_write() serve.
 */
#include <wedge/dev/virtio.h>
#include <wedge/lib.h>
#include "registers.h"

/* Structures in BAR 1, and device configuration in BAR 0. */
enum {
	BAR_PORTS = 256,
	COMMON = 0x00,
	COMMON_BYTES = 0x38,
	INTERRUPT = 0x40,
	NOTIFY = 0x44,
	NOTIFY_BYTES = 2,
	DEVICE = 0x80,
	LEGACY_DEVICE = 0x14,
};

enum { LEGACY_BAR, BAR };

/* Configuration space by words (PCI Local Bus Specification 2.3, chapter 6). */
enum {
	CONFIG_ID,
	CONFIG_COMMAND,
	CONFIG_CLASS,
	CONFIG_BAR = 4,
	CONFIG_SUBSYSTEM = 11,
	CONFIG_CAPABILITIES = 13,
	CONFIG_INTERRUPT = 15,
	CONFIG_FREE = 16,
};

enum {
	VENDOR = 0x1af4,
	COMMAND_IO = 0x0001,
	COMMAND_MASTER = 0x0004,
	COMMAND_NO_INTX = 0x0400,
	FIRST_MODERN = 0x1040,
	REVISION_MODERN = 1,
	STATUS_INTERRUPT = 0x0008 << 16,
	STATUS_CAPABILITIES = 0x0010 << 16,
	BAR_IS_PORTS = 0x01,
	INTERRUPT_PIN_A = 0x01 << 8,
};

/* A vendor-specific capability (4.1.4): its kind, and where it begins, in words. */
enum { CAPABILITY_VENDOR = 0x09 };
enum { KIND_COMMON = 1, KIND_NOTIFY, KIND_INTERRUPT, KIND_DEVICE, KIND_WINDOW };
enum {
	AT_COMMON = CONFIG_FREE,
	AT_NOTIFY = AT_COMMON + 4,
	AT_INTERRUPT = AT_NOTIFY + 5,
	AT_DEVICE = AT_INTERRUPT + 4,
	AT_WINDOW = AT_DEVICE + 4,
	WINDOW_DATA = AT_WINDOW + 4,
};

struct capability {
	unsigned at, words, next; /* `next`: the following one, 0 for none */
	unsigned kind, bar, offset, bytes;
};

static void add_capability(struct pci_function *f, const struct capability *c)
{
	f->config[c->at] =
		c->kind << 24 | c->words * 4 << 16 | c->next * 4 << 8 | CAPABILITY_VENDOR;
	f->config[c->at + 1] = c->bar;
	f->config[c->at + 2] = c->offset;
	f->config[c->at + 3] = c->bytes;
}

static void add_capabilities(struct pci_function *f)
{
	static const struct capability list[] = {
		{AT_COMMON, 4, AT_NOTIFY, KIND_COMMON, BAR, COMMON, COMMON_BYTES},
		/* Its fifth word, the distance of queues' ports, is 0: the value names the queue.
		 */
		{AT_NOTIFY, 5, AT_INTERRUPT, KIND_NOTIFY, BAR, NOTIFY, NOTIFY_BYTES},
		{AT_INTERRUPT, 4, AT_DEVICE, KIND_INTERRUPT, BAR, INTERRUPT, 1},
		{AT_DEVICE, 4, AT_WINDOW, KIND_DEVICE, BAR, DEVICE, VIRTIO_CONFIG_MAX},
		{AT_WINDOW, 5, 0, KIND_WINDOW, 0, 0, 0},
	};

	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		add_capability(f, &list[i]);
	f->writable[AT_WINDOW + 1] = 0xff;
	f->writable[AT_WINDOW + 2] = UINT32_MAX;
	f->writable[AT_WINDOW + 3] = UINT32_MAX;
	f->config[CONFIG_COMMAND] |= STATUS_CAPABILITIES;
	f->config[CONFIG_CAPABILITIES] = AT_COMMON * 4;
}

static void add_bar(struct pci_function *f, unsigned bar, uint16_t port)
{
	f->config[CONFIG_BAR + bar] = port | BAR_IS_PORTS;
	f->writable[CONFIG_BAR + bar] = 0x10000 - BAR_PORTS;
}

/* 4.1.2.1: by its number, and so by the revision. */
static bool is_modern(const struct virtio_device *d)
{
	return d->identity.pci_device >= FIRST_MODERN;
}

static void add_numbers(struct pci_function *f, const struct virtio_identity *identity, bool modern)
{
	uint32_t subsystem = modern ? identity->pci_device : identity->type;

	f->config[CONFIG_ID] = (uint32_t)identity->pci_device << 16 | VENDOR;
	f->config[CONFIG_CLASS] = identity->pci_class << 8 | (modern ? REVISION_MODERN : 0);
	f->config[CONFIG_SUBSYSTEM] = subsystem << 16 | VENDOR;
}

void virtio_init(struct virtio_device *d, struct dev_host *host, unsigned index,
		 const struct virtio_identity *identity, struct virtio_shared *shared,
		 const struct virtio_place *place)
{
	struct pci_function *f = &d->pci;

	*d = (struct virtio_device){
		.host = host,
		.index = index,
		.identity = *identity,
		.shared = shared,
	};
	f->devfn = place->devfn;
	add_numbers(f, identity, is_modern(d));
	f->config[CONFIG_COMMAND] = COMMAND_IO;
	f->writable[CONFIG_COMMAND] = COMMAND_IO | COMMAND_MASTER | COMMAND_NO_INTX;
	f->config[CONFIG_INTERRUPT] = INTERRUPT_PIN_A | place->irq;
	f->writable[CONFIG_INTERRUPT] = 0xff;
	if (!is_modern(d))
		add_bar(f, LEGACY_BAR, place->port);
	add_bar(f, BAR, (uint16_t)(place->port + BAR_PORTS));
	add_capabilities(f);
	virtio_config_init(d);
	virtio_reset(d);
}

static uint32_t cut(uint32_t value, unsigned width)
{
	return width >= 4 ? value : value & ((1u << 8 * width) - 1);
}

static uint32_t read_modern(struct virtio_device *d, unsigned offset, unsigned width)
{
	if (offset >= DEVICE)
		return virtio_read_config(d, offset - DEVICE, width);
	if (offset < COMMON + COMMON_BYTES)
		return virtio_read_common(d, offset - COMMON);
	return offset == INTERRUPT ? virtio_take_interrupt(d) : 0;
}

uint32_t virtio_read(struct virtio_device *d, unsigned bar, unsigned offset, unsigned width)
{
	if (bar != LEGACY_BAR)
		return cut(read_modern(d, offset, width), width);
	if (offset >= LEGACY_DEVICE)
		return virtio_read_config(d, offset - LEGACY_DEVICE, width);
	return cut(virtio_read_legacy(d, offset), width);
}

void virtio_write(struct virtio_device *d, unsigned bar, unsigned offset, unsigned width,
		  uint32_t value)
{
	value = cut(value, width);
	if (bar == LEGACY_BAR && offset >= LEGACY_DEVICE)
		virtio_write_config(d, offset - LEGACY_DEVICE, width, value);
	else if (bar == LEGACY_BAR)
		virtio_write_legacy(d, offset, value);
	else if (offset >= DEVICE)
		virtio_write_config(d, offset - DEVICE, width, value);
	else if (offset < COMMON + COMMON_BYTES)
		virtio_write_common(d, offset - COMMON, value);
	else if (offset == NOTIFY)
		virtio_notify(d, (uint16_t)value);
}

bool virtio_is_window(unsigned reg)
{
	return reg == WINDOW_DATA * 4;
}

static bool has_bar(const struct virtio_device *d, unsigned bar)
{
	return bar == BAR || (bar == LEGACY_BAR && !is_modern(d));
}

/* 4.1.4.9.2: the driver has named a structure's BAR, and 1, 2 or 4 aligned bytes in it. */
static bool window_fits(const struct virtio_device *d, unsigned width)
{
	const uint32_t *window = &d->pci.config[AT_WINDOW];

	return has_bar(d, window[1] & 0xff) && window[3] == width && window[2] < BAR_PORTS &&
	       window[2] % width == 0;
}

uint32_t virtio_read_window(struct virtio_device *d, unsigned width)
{
	const uint32_t *window = &d->pci.config[AT_WINDOW];

	return window_fits(d, width) ? virtio_read(d, window[1] & 0xff, window[2], width) : 0;
}

void virtio_write_window(struct virtio_device *d, unsigned width, uint32_t value)
{
	const uint32_t *window = &d->pci.config[AT_WINDOW];

	if (window_fits(d, width))
		virtio_write(d, window[1] & 0xff, window[2], width, value);
}

bool virtio_irq(struct virtio_device *d)
{
	uint32_t *command = &d->pci.config[CONFIG_COMMAND];
	bool wanted = virtio_load(&d->shared->interrupt) != 0;

	*command = (*command & ~(uint32_t)STATUS_INTERRUPT) | (wanted ? STATUS_INTERRUPT : 0);
	return wanted && !(*command & COMMAND_NO_INTX);
}
