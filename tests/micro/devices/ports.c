/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.c - what stands behind the ports of a PC: serial port, PCI bus, and nothing.
 *
 * Invariant: the serial port works as console again when a check ends.
 */
#include "micro.h"

enum { COM1 = 0x3f8, LOOPBACK = 0x10, NOBODY = 0x2f0, PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };

CHECK(unclaimed_ports_read_ones)
{
	expect_is(inb(NOBODY), 0xff);
	expect_is(inw(NOBODY), 0xffff);
	expect_is(inl(NOBODY), 0xffffffff);
	outb(NOBODY, 0);
	outw(NOBODY, 0);
	outl(NOBODY, 0);
	expect_is(inb(NOBODY), 0xff);
}

CHECK(serial_scratch_and_divisor)
{
	uint8_t control = inb(COM1 + 3), low, high;

	outb(COM1 + 7, 0x5a);
	expect_is(inb(COM1 + 7), 0x5a);
	outb(COM1 + 3, control | 0x80);
	low = inb(COM1);
	high = inb(COM1 + 1);
	outb(COM1, 12);
	outb(COM1 + 1, 1);
	expect_is(inb(COM1), 12);
	expect_is(inb(COM1 + 1), 1);
	outb(COM1, low);
	outb(COM1 + 1, high);
	outb(COM1 + 3, control);
	expect_is(inb(COM1 + 3), control);
}

CHECK(serial_loopback)
{
	uint8_t before = inb(COM1 + 4), got;

	while (!(inb(COM1 + 5) & 0x40))
		;
	outb(COM1 + 4, LOOPBACK | 0x0f);
	for (unsigned int i = 0; i < 100 && (inb(COM1 + 5) & 1); i++)
		inb(COM1);
	outb(COM1, 0xc3);
	for (unsigned int i = 0; i < 1000000 && !(inb(COM1 + 5) & 1); i++)
		;
	got = inb(COM1);
	expect_is(inb(COM1 + 6) & 0xf0, 0xf0);
	outb(COM1 + 4, before);
	expect_is(got, 0xc3);
}

static uint32_t pci_read(unsigned int device, unsigned int reg)
{
	outl(PCI_ADDRESS, 0x80000000 | device << 11 | reg);
	return inl(PCI_DATA);
}

CHECK(pci_host_bridge)
{
	outl(PCI_ADDRESS, 0x80000000);
	expect_is(inl(PCI_ADDRESS), 0x80000000);
	expect_is(pci_read(0, 0), 0x12378086);
	expect_is(pci_read(0, 8) >> 16, 0x0600);
	outl(PCI_ADDRESS, 0x80000000);
	expect_is(inw(PCI_DATA), 0x8086);
	expect_is(inw(PCI_DATA + 2), 0x1237);
	expect_is(inb(PCI_DATA + 1), 0x80);
}

CHECK(pci_absent_devices)
{
	for (unsigned int device = 8; device < 32; device++)
		expect_is(pci_read(device, 0), 0xffffffff);
	outl(PCI_ADDRESS, 0x80ff0000);
	expect_is(inl(PCI_DATA), 0xffffffff);
	outl(PCI_ADDRESS, 0);
	expect_is(inl(PCI_DATA), 0xffffffff);
}

/* A whole string through one site; data that is not there is all ones. */
CHECK(string_input_and_output)
{
	static uint16_t words[8];
	void *to = words;
	word count = 8;

	__asm__ volatile("cld; rep insw" : "+D"(to), "+c"(count) : "d"(NOBODY) : "memory");
	expect_is(count, 0);
	expect_is((word)to, (word)(words + 8));
	for (unsigned int i = 0; i < 8; i++)
		expect_is(words[i], 0xffff);
}

CHECK(post_code_port)
{
	outb(0x80, 0x12);
	inb(0x80);
}

CHECK(keyboard_controller_answers)
{
	uint8_t status = inb(0x64);

	/* Input buffer empty: commands are taken. Not all ones: somebody is there. */
	expect(!(status & 2));
}
