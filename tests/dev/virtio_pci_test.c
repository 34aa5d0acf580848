/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_pci_test.c - the functions of virtio devices on the PCI bus: where they are, their
 * capabilities, ports that can be moved and switched off, and the window in configuration space
 * (Virtual I/O Device (VIRTIO) Version 1.2, sections 2.1, 4.1.2 to 4.1.4).
 *
 * Invariant: see virtio_driver.h.
 */
#include "virtio_driver.h"

#include <linux/virtio_blk.h>

static void devices_are_transitional(void **state)
{
	(void)state;
	assert_int_equal(config_read(0, PCI_VENDOR_ID, 4), 0x10011af4);
	assert_int_equal(config_read(0, PCI_CLASS_REVISION, 4), 0x01000000);
	assert_int_equal(config_read(0, PCI_SUBSYSTEM_ID, 2), 2);
	assert_int_equal(config_read(0, PCI_HEADER_TYPE, 1), 0);
	assert_int_equal(config_read(0, PCI_INTERRUPT_PIN, 1), 1);
	assert_true(config_read(0, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
}

/* 4.1.2: a kind that legacy drivers do not know has no ports for them, in no way. */
static void modern_devices_have_no_legacy_ports(void **state)
{
	const struct pc_config config = {
		.host = HOST,
		.ram_bytes = UINT64_C(256) << 20,
		.virtio_devices = 1,
		.virtio_identity = virtio_identity,
		.virtio_shared = host.virtio_shared,
	};
	unsigned window;

	(void)state;
	virtio_identity[0].type = 26;
	virtio_identity[0].pci_device = 0x105a;
	pc_init(&pc, &config);
	find_structures();
	window = find_capability(0, VIRTIO_PCI_CAP_PCI_CFG);
	assert_int_equal(config_read(0, PCI_VENDOR_ID, 4), 0x105a1af4);
	assert_true(config_read(0, PCI_REVISION_ID, 1) >= 1);
	assert_true(config_read(0, PCI_SUBSYSTEM_ID, 2) >= 0x40);
	assert_int_equal(config_read(0, PCI_BASE_ADDRESS_0, 4), 0);
	config_write(0, PCI_BASE_ADDRESS_0, 4, 0xffffffff);
	assert_int_equal(config_read(0, PCI_BASE_ADDRESS_0, 4), 0);
	assert_int_equal(pc_io_read(&pc, 0xc000, 4), 0xffffffff);
	assert_int_equal(offered_features(), OFFERED);
	config_write(0, window + offsetof(struct virtio_pci_cap, bar), 1, 0);
	config_write(0, window + offsetof(struct virtio_pci_cap, length), 4, 4);
	assert_int_equal(config_read(0, window + 16, 4), 0);
}

static void devices_are_where_firmware_puts_them(void **state)
{
	static const uint8_t lines[DEVICES] = {10, 11, 10};

	(void)state;
	for (unsigned i = 0; i < DEVICES; i++) {
		assert_int_equal(config_read(i, PCI_VENDOR_ID, 2), 0x1af4);
		assert_int_equal(config_read(i, PCI_INTERRUPT_LINE, 1), lines[i]);
		assert_int_equal(config_read(i, PCI_BASE_ADDRESS_0, 4), 0xc001 + 0x200 * i);
		assert_int_equal(config_read(i, PCI_BASE_ADDRESS_1, 4), 0xc101 + 0x200 * i);
	}
	assert_int_equal(config_read(DEVICES, PCI_VENDOR_ID, 4), 0xffffffff);
	assert_int_equal(in(0x4d1), 0x0c); /* level triggered */
}

static void a_machine_without_devices_has_none(void **state)
{
	(void)state;
	host_setup(NULL);
	assert_int_equal(config_read(0, PCI_VENDOR_ID, 4), 0xffffffff);
	assert_int_equal(in(0x4d1), 0);
	assert_int_equal(pc_io_read(&pc, 0xc000, 4), 0xffffffff);
	assert_int_equal(pc.stats.unclaimed_reads, 4);
}

static void ports_can_be_sized_and_moved(void **state)
{
	(void)state;
	config_write(0, PCI_BASE_ADDRESS_0, 4, 0xffffffff);
	assert_int_equal(config_read(0, PCI_BASE_ADDRESS_0, 4), 0xff01);
	config_write(0, PCI_BASE_ADDRESS_0, 4, 0xe000);
	assert_int_equal(pc_io_read(&pc, 0xc000, 4), 0xffffffff);
	assert_int_equal(pc_io_read(&pc, 0xe000, 4), (uint32_t)OFFERED);
	assert_int_equal(pc_io_read(&pc, 0xe0fe, 4), 0xffff0000); /* the half behind the end */
}

static void ports_can_be_switched_off(void **state)
{
	(void)state;
	config_write(0, PCI_COMMAND, 2, 0);
	assert_int_equal(pc_io_read(&pc, ports.legacy, 4), 0xffffffff);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(ports.legacy + 0x200), 4), (uint32_t)OFFERED);
	config_write(0, PCI_COMMAND, 2, PCI_COMMAND_IO);
	assert_int_equal(pc_io_read(&pc, ports.legacy, 4), (uint32_t)OFFERED);
}

/* Ports of a function that is no virtio device are nobody's here. */
static void other_functions_keep_their_ports(void **state)
{
	static struct pci_function card;

	(void)state;
	card = (struct pci_function){.devfn = 20 << 3};
	card.config[1] = PCI_COMMAND_IO;
	card.config[4] = 0x8001;
	card.writable[4] = 0xffc0;
	assert_true(pci_add(&pc.pci, &card));
	pc_io_write(&pc, 0x8000, 4, 1);
	assert_int_equal(pc_io_read(&pc, 0x8000, 4), 0xffffffff);
	assert_int_equal(pc.stats.unclaimed_writes, 4);
}

/* A base address among the ports of the board takes none of them. */
static void the_board_keeps_its_ports(void **state)
{
	(void)state;
	out(0x3ff, 0x5a);
	config_write(0, PCI_BASE_ADDRESS_0, 4, 0x0300);
	assert_int_equal(in(0x3ff), 0x5a);
	assert_int_equal(in(0x300), 0xff);
	config_write(0, PCI_BASE_ADDRESS_0, 4, 0x0c00);
	assert_int_equal(in(0xcb0), 'A');
	assert_int_equal(config_read(0, PCI_VENDOR_ID, 2), 0x1af4);
}

static void capabilities_name_structures(void **state)
{
	static const struct {
		unsigned kind, bytes, align;
	} needed[] = {
		{VIRTIO_PCI_CAP_COMMON_CFG, sizeof(struct virtio_pci_common_cfg), 4},
		{VIRTIO_PCI_CAP_NOTIFY_CFG, 2, 2},
		{VIRTIO_PCI_CAP_ISR_CFG, 1, 1},
		{VIRTIO_PCI_CAP_DEVICE_CFG, sizeof(struct virtio_blk_config), 4},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		unsigned at = find_capability(0, needed[i].kind);
		uint32_t offset = config_read(0, at + 8, 4), bytes = config_read(0, at + 12, 4);

		assert_in_range(config_read(0, at + 2, 1), 16, 20);
		assert_int_equal(config_read(0, at + 4, 1), 1);
		assert_true(bytes >= needed[i].bytes);
		assert_int_equal(offset % needed[i].align, 0);
		assert_true(offset + bytes <= 256);
	}
	/* 4.1.4.4: a distance of 0 means one port for all queues. */
	assert_int_equal(config_read(0, find_capability(0, VIRTIO_PCI_CAP_NOTIFY_CFG) + 16, 4), 0);
}

static void set_window(uint8_t bar, uint32_t offset, uint32_t length)
{
	unsigned at = find_capability(0, VIRTIO_PCI_CAP_PCI_CFG);

	config_write(0, at + offsetof(struct virtio_pci_cap, bar), 1, bar);
	config_write(0, at + offsetof(struct virtio_pci_cap, offset), 4, offset);
	config_write(0, at + offsetof(struct virtio_pci_cap, length), 4, length);
}

/* 4.1.4.9: the registers without ports. */
static void configuration_space_has_a_window(void **state)
{
	unsigned data = find_capability(0, VIRTIO_PCI_CAP_PCI_CFG) +
			offsetof(struct virtio_pci_cfg_cap, pci_cfg_data);

	(void)state;
	config_write(0, PCI_COMMAND, 2, 0);
	set_window(1, VIRTIO_PCI_COMMON_NUMQ, 2);
	assert_int_equal(config_read(0, data, 2), QUEUES);
	set_window(1, VIRTIO_PCI_COMMON_STATUS, 1);
	config_write(0, data, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	assert_int_equal(config_read(0, data, 1), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	set_window(0, 0, 4);
	assert_int_equal(config_read(0, data, 4), (uint32_t)OFFERED);
}

static void a_window_elsewhere_shows_nothing(void **state)
{
	static const struct {
		uint8_t bar;
		uint32_t offset, length;
	} bad[] = {{2, 0, 4}, {0xff, 0, 4},	  {0, 256, 4}, {0, 0xfffffffc, 4}, {0, 2, 4},
		   {0, 0, 3}, {0, 0, 0xffffffff}, {0, 0, 0},   {0, 0x80000000, 4}, {0, 0, 2}};
	unsigned data = find_capability(0, VIRTIO_PCI_CAP_PCI_CFG) + 16;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_window(bad[i].bar, bad[i].offset, bad[i].length);
		config_write(0, data, 4, 0xffffffff);
		assert_int_equal(config_read(0, data, 4), 0);
		assert_int_equal(device_status(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_TEST(devices_are_transitional),
		VIRTIO_TEST(modern_devices_have_no_legacy_ports),
		VIRTIO_TEST(devices_are_where_firmware_puts_them),
		VIRTIO_TEST(a_machine_without_devices_has_none),
		VIRTIO_TEST(ports_can_be_sized_and_moved),
		VIRTIO_TEST(ports_can_be_switched_off),
		VIRTIO_TEST(other_functions_keep_their_ports),
		VIRTIO_TEST(the_board_keeps_its_ports),
		VIRTIO_TEST(capabilities_name_structures),
		VIRTIO_TEST(configuration_space_has_a_window),
		VIRTIO_TEST(a_window_elsewhere_shows_nothing),
	};

	return RUN_TAP(tests);
}
