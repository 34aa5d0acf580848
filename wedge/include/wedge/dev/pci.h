/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci.h - PCI configuration mechanism #1 over bus 0, with a table of functions.
 *
 * A function is its configuration space, and a mask of the bits that the guest may change. That is
 * enough to size base address registers (PCI Local Bus Specification 2.x, section 6.2.5.1).
 * pci_find_port() tells to which function an access at a base address goes.
 */
#ifndef WEDGE_DEV_PCI_H
#define WEDGE_DEV_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_FUNCTIONS 20 /* on bus 0, host bridge included */

struct pci_function {
	uint32_t config[64];
	uint32_t writable[64]; /* 1: the guest may change the bit */
	uint8_t devfn;	       /* device << 3 | function */
};

struct pci_bus {
	uint32_t address; /* port 0xcf8 */
	unsigned count;
	struct pci_function *function[PCI_FUNCTIONS];
	struct pci_function host;
};

/* Bus 0 with the host bridge 8086:1237 at 00:00.0 and nothing else. */
void pci_init(struct pci_bus *bus);

/*
 * Adds a function, which the caller owns and has filled in; false if the table is full or devfn
 * taken.
 */
bool pci_add(struct pci_bus *bus, struct pci_function *function);

/* The function that the address register selects, or NULL if there is none. */
struct pci_function *pci_selected(const struct pci_bus *bus);

/*
 * The bridge passes accesses from this port on to functions, wherever their base addresses are:
 * those below are the board's own.
 */
enum { PCI_FIRST_PORT = 0x1000 };

/* A port of a function. */
struct pci_port {
	struct pci_function *function;
	unsigned bar, offset;
};

/*
 * Whose `width` ports from `port` on are, all of one base address register: of the first function
 * that has them, with accesses to ports switched on in its command register. False if none has.
 */
bool pci_find_port(const struct pci_bus *bus, uint16_t port, unsigned width,
		   struct pci_port *found);

/* The 32-bit register at 0xcf8: only 32-bit accesses reach it. */
uint32_t pci_read_address(const struct pci_bus *bus);
void pci_write_address(struct pci_bus *bus, uint32_t value);

/* `width` 1, 2 or 4 bytes at 0xcfc + offset, all within the four. */
uint32_t pci_read_data(const struct pci_bus *bus, unsigned offset, unsigned width);
void pci_write_data(struct pci_bus *bus, unsigned offset, unsigned width, uint32_t value);

#endif
