/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci_host.c - configuration mechanism #1 (PCI Local Bus Specification 2.2, section 3.2.2.3.2) and
 * the host bridge on bus 0.
 *
 * Invariant: bits of configuration space outside `writable` never change.
 */
#include <stddef.h>

#include <wedge/dev/pci.h>

enum { ADDRESS_ENABLE = 1u << 31 };
enum { COMMAND = 1, COMMAND_PORTS = 1, BARS = 4, BARS_END = 10, BAR_IS_PORTS = 1 };

/* Writable bits of the address register: enable, bus, device, function, register. */
#define ADDRESS_BITS 0x80fffffcu

static struct pci_function *find(const struct pci_bus *bus, uint8_t devfn)
{
	for (unsigned i = 0; i < bus->count; i++)
		if (bus->function[i]->devfn == devfn)
			return bus->function[i];
	return NULL;
}

struct pci_function *pci_selected(const struct pci_bus *bus)
{
	if (!(bus->address & ADDRESS_ENABLE) || (bus->address >> 16 & 0xff) != 0)
		return NULL;
	return find(bus, (uint8_t)(bus->address >> 8));
}

static uint32_t mask_of(unsigned width)
{
	return width >= 4 ? UINT32_MAX : (1u << 8 * width) - 1;
}

uint32_t pci_read_address(const struct pci_bus *bus)
{
	return bus->address;
}

void pci_write_address(struct pci_bus *bus, uint32_t value)
{
	bus->address = value & ADDRESS_BITS;
}

uint32_t pci_read_data(const struct pci_bus *bus, unsigned offset, unsigned width)
{
	const struct pci_function *f = pci_selected(bus);

	if (!f)
		return mask_of(width);
	return f->config[bus->address >> 2 & 63] >> 8 * (offset & 3) & mask_of(width);
}

void pci_write_data(struct pci_bus *bus, unsigned offset, unsigned width, uint32_t value)
{
	struct pci_function *f = pci_selected(bus);
	unsigned reg = bus->address >> 2 & 63, shift = 8 * (offset & 3);
	uint32_t change;

	if (!f)
		return;
	change = f->writable[reg] & mask_of(width) << shift;
	f->config[reg] = (f->config[reg] & ~change) | (value << shift & change);
}

/* A base address register for ports has as many as its lowest writable bit says (6.2.5.1). */
static bool bar_has(const struct pci_function *f, unsigned reg, uint16_t port, unsigned width)
{
	uint32_t bits = f->writable[reg], ports = bits & -bits;
	uint32_t base = f->config[reg] & bits;

	return f->config[reg] & BAR_IS_PORTS && port >= base && port + width <= base + ports;
}

static bool function_has(struct pci_function *f, uint16_t port, unsigned width,
			 struct pci_port *found)
{
	if (!(f->config[COMMAND] & COMMAND_PORTS))
		return false;
	for (unsigned reg = BARS; reg < BARS_END; reg++)
		if (bar_has(f, reg, port, width)) {
			*found = (struct pci_port){.function = f, .bar = reg - BARS};
			found->offset = port - (f->config[reg] & f->writable[reg]);
			return true;
		}
	return false;
}

bool pci_find_port(const struct pci_bus *bus, uint16_t port, unsigned width, struct pci_port *found)
{
	for (unsigned i = 0; port >= PCI_FIRST_PORT && i < bus->count; i++)
		if (function_has(bus->function[i], port, width, found))
			return true;
	return false;
}

bool pci_add(struct pci_bus *bus, struct pci_function *function)
{
	if (bus->count == PCI_FUNCTIONS || find(bus, function->devfn))
		return false;
	bus->function[bus->count++] = function;
	return true;
}

void pci_init(struct pci_bus *bus)
{
	*bus = (struct pci_bus){0};
	bus->host.config[0] = 0x12378086; /* Intel 440FX */
	bus->host.config[2] = 0x06000002; /* host bridge, revision 2 */
	pci_add(bus, &bus->host);
}
