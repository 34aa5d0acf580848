/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_test.c - the registers of virtio devices, as drivers find them on the PCI bus (Virtual I/O
 * Device (VIRTIO) Version 1.2, sections 2.1, 3.1, 4.1). Layouts and numbers are those of Linux's
 * headers for programs, not our own.
 *
 * Invariant: the driver side uses ports alone; the server side uses struct virtio_shared alone.
 */
#include "host.h"

#include <linux/pci_regs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

enum { DEVICES = 3, QUEUES = 2, QUEUE_SIZE = 64, CONFIG = 60 };

#define VERSION_1 (UINT64_C(1) << 32)
#define OFFERED	  (VERSION_1 | UINT64_C(0x30000240))

static struct virtio_identity identity[DEVICES];

/* Where the first device's structures are, as its capabilities say. */
static uint16_t common, notify, interrupt, device, legacy;

static struct virtio_shared *shared(unsigned index)
{
	return &host.virtio_shared[index];
}

/* ---- what a driver does ---- */

static void select_reg(unsigned index, unsigned reg)
{
	pc_io_write(&pc, 0xcf8, 4, 0x80000000u | (2 + index) << 11 | (reg & 0xfc));
}

static uint32_t config_read(unsigned index, unsigned reg, unsigned width)
{
	select_reg(index, reg);
	return pc_io_read(&pc, (uint16_t)(0xcfc + (reg & 3)), width);
}

static void config_write(unsigned index, unsigned reg, unsigned width, uint32_t value)
{
	select_reg(index, reg);
	pc_io_write(&pc, (uint16_t)(0xcfc + (reg & 3)), width, value);
}

static uint16_t bar_port(unsigned index, unsigned bar)
{
	return (uint16_t)(config_read(index, PCI_BASE_ADDRESS_0 + 4 * bar, 4) & ~3u);
}

/* The place of the first capability of a kind in configuration space. */
static unsigned find_capability(unsigned index, unsigned kind)
{
	unsigned at = config_read(index, PCI_CAPABILITY_LIST, 1);

	for (unsigned i = 0; at && i < 48; i++, at = config_read(index, at + 1, 1))
		if (config_read(index, at, 1) == PCI_CAP_ID_VNDR &&
		    config_read(index, at + offsetof(struct virtio_pci_cap, cfg_type), 1) == kind)
			return at;
	fail_msg("no capability of kind %u", kind);
	return 0;
}

static uint16_t structure(unsigned index, unsigned kind)
{
	unsigned at = find_capability(index, kind);
	unsigned bar = config_read(index, at + offsetof(struct virtio_pci_cap, bar), 1);

	return (uint16_t)(bar_port(index, bar) +
			  config_read(index, at + offsetof(struct virtio_pci_cap, offset), 4));
}

static void find_structures(void)
{
	common = structure(0, VIRTIO_PCI_CAP_COMMON_CFG);
	notify = structure(0, VIRTIO_PCI_CAP_NOTIFY_CFG);
	interrupt = structure(0, VIRTIO_PCI_CAP_ISR_CFG);
	device = structure(0, VIRTIO_PCI_CAP_DEVICE_CFG);
	legacy = bar_port(0, 0);
}

static uint32_t get(unsigned offset, unsigned width)
{
	return pc_io_read(&pc, (uint16_t)(common + offset), width);
}

static void set(unsigned offset, unsigned width, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(common + offset), width, value);
}

static void set_address(unsigned offset, uint64_t value)
{
	set(offset, 4, (uint32_t)value);
	set(offset + 4, 4, (uint32_t)(value >> 32));
}

static uint8_t status(void)
{
	return (uint8_t)get(VIRTIO_PCI_COMMON_STATUS, 1);
}

static void add_status(uint8_t bits)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, status() | bits);
}

static uint64_t offered_features(void)
{
	uint64_t features;

	set(VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	features = (uint64_t)get(VIRTIO_PCI_COMMON_DF, 4) << 32;
	set(VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	return features | get(VIRTIO_PCI_COMMON_DF, 4);
}

static void accept_features(uint64_t features)
{
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	set(VIRTIO_PCI_COMMON_GF, 4, (uint32_t)features);
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	set(VIRTIO_PCI_COMMON_GF, 4, (uint32_t)(features >> 32));
	add_status(VIRTIO_CONFIG_S_FEATURES_OK);
}

static void set_up_queue(uint16_t queue, uint16_t size)
{
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	set(VIRTIO_PCI_COMMON_Q_SIZE, 2, size);
	set_address(VIRTIO_PCI_COMMON_Q_DESCLO, UINT64_C(0x112345000) + queue);
	set_address(VIRTIO_PCI_COMMON_Q_AVAILLO, UINT64_C(0x212345000) + queue);
	set_address(VIRTIO_PCI_COMMON_Q_USEDLO, UINT64_C(0x312345000) + queue);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

/* 3.1.1: up to and with DRIVER_OK. */
static void start_driver(uint64_t features)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	assert_int_equal(status(), 0);
	add_status(VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(VIRTIO_CONFIG_S_DRIVER);
	accept_features(features);
	assert_true(status() & VIRTIO_CONFIG_S_FEATURES_OK);
	set_up_queue(0, 16);
	add_status(VIRTIO_CONFIG_S_DRIVER_OK);
}

static uint32_t get_legacy(unsigned offset, unsigned width)
{
	return pc_io_read(&pc, (uint16_t)(legacy + offset), width);
}

static void set_legacy(unsigned offset, unsigned width, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(legacy + offset), width, value);
}

static int virtio_setup(void **state)
{
	struct pc_config config = {
		.host = HOST,
		.ram_bytes = UINT64_C(256) << 20,
		.virtio_devices = DEVICES,
		.virtio_identity = identity,
	};

	host_setup(state);
	for (unsigned i = 0; i < DEVICES; i++) {
		identity[i] = (struct virtio_identity){
			.type = 2,
			.pci_device = 0x1001,
			.pci_class = 0x010000,
			.features = OFFERED,
			.queues = QUEUES,
			.queue_size = QUEUE_SIZE,
			.config_bytes = CONFIG,
		};
		for (unsigned b = 0; b < CONFIG; b++)
			identity[i].config[b] = (uint8_t)(b + 1);
	}
	config.virtio_shared = host.virtio_shared;
	pc_init(&pc, &config);
	find_structures();
	return 0;
}

/* ---- the PCI function ---- */

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
		.virtio_identity = identity,
		.virtio_shared = host.virtio_shared,
	};
	unsigned window;

	(void)state;
	identity[0].type = 26;
	identity[0].pci_device = 0x105a;
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
	assert_int_equal(pc_io_read(&pc, legacy, 4), 0xffffffff);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(legacy + 0x200), 4), (uint32_t)OFFERED);
	config_write(0, PCI_COMMAND, 2, PCI_COMMAND_IO);
	assert_int_equal(pc_io_read(&pc, legacy, 4), (uint32_t)OFFERED);
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
		assert_int_equal(status(), 0);
	}
}

/* ---- features ---- */

static void features_come_in_halves(void **state)
{
	(void)state;
	assert_int_equal(offered_features(), OFFERED);
	set(VIRTIO_PCI_COMMON_DFSELECT, 4, 2);
	assert_int_equal(get(VIRTIO_PCI_COMMON_DF, 4), 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_DFSELECT, 4), 2);
}

static void features_that_fit_are_accepted(void **state)
{
	(void)state;
	accept_features(VERSION_1 | 0x40);
	assert_int_equal(status(), VIRTIO_CONFIG_S_FEATURES_OK);
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_GF, 4), 0x40);
	set(VIRTIO_PCI_COMMON_GF, 4, 0x200); /* too late */
	assert_int_equal(get(VIRTIO_PCI_COMMON_GF, 4), 0x40);
}

static void features_not_offered_are_refused(void **state)
{
	(void)state;
	accept_features(VERSION_1 | 0x1);
	assert_int_equal(status(), 0);
	accept_features(VERSION_1 | UINT64_C(1) << 40);
	assert_int_equal(status(), 0);
	accept_features(0x40); /* not a driver of this version */
	assert_int_equal(status(), 0);
	add_status(VIRTIO_CONFIG_S_DRIVER_OK);
	assert_int_equal(shared(0)->run, 0);
}

/* ---- queues, start, notification ---- */

static void a_driver_starts_the_device(void **state)
{
	(void)state;
	start_driver(VERSION_1 | 0x200);
	assert_int_equal(shared(0)->run, 1);
	assert_int_equal(shared(0)->features, VERSION_1 | 0x200);
	assert_int_equal(shared(0)->queue[0].size, 16);
	assert_int_equal(shared(0)->queue[0].enabled, 1);
	assert_int_equal(shared(0)->queue[0].descriptors, UINT64_C(0x112345000));
	assert_int_equal(shared(0)->queue[0].driver, UINT64_C(0x212345000));
	assert_int_equal(shared(0)->queue[0].device, UINT64_C(0x312345000));
	assert_int_equal(shared(0)->queue[1].enabled, 0);
	assert_int_equal(host.doorbells, 1);
	assert_int_equal(shared(1)->run, 0);
	assert_int_equal(status(), 0x0f);
}

static void queues_have_sizes(void **state)
{
	(void)state;
	assert_int_equal(get(VIRTIO_PCI_COMMON_NUMQ, 2), QUEUES);
	for (uint16_t queue = 0; queue < 6; queue++) {
		set(VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), queue < QUEUES ? QUEUE_SIZE : 0);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_NOFF, 2), 0);
	}
}

static void only_sizes_of_split_queues_are_taken(void **state)
{
	static const uint16_t bad[] = {0, 3, 63, 128, 65, 0x8000, 0xffff};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set(VIRTIO_PCI_COMMON_Q_SIZE, 2, bad[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), QUEUE_SIZE);
	}
	set(VIRTIO_PCI_COMMON_Q_SIZE, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), 1);
}

static void other_queues_are_not_there(void **state)
{
	struct virtio_shared before = *shared(0);

	(void)state;
	for (uint16_t queue = QUEUES; queue < 0xffff; queue += 97)
		set_up_queue(queue, 16);
	assert_memory_equal(shared(0), &before, sizeof(before));
}

static void addresses_read_back(void **state)
{
	(void)state;
	set_up_queue(1, 8);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_DESCLO, 4), 0x12345001);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_AVAILHI, 4), 2);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_USEDLO, 4), 0x12345001);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_USEDHI, 4), 3);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
}

static void selectors_read_back(void **state)
{
	(void)state;
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0x80000001);
	assert_int_equal(get(VIRTIO_PCI_COMMON_GFSELECT, 4), 0x80000001);
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0x1234);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SELECT, 2), 0x1234);
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_SEL, 2), 0x1234);
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_NUM, 2), 0);
	set_legacy(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SELECT, 2), 1);
}

/* The server has its copy: what changes now would be seen by nobody. */
static void rings_stay_while_the_device_runs(void **state)
{
	struct virtio_shared before;

	(void)state;
	start_driver(OFFERED);
	before = *shared(0);
	set_up_queue(0, 8);
	set_up_queue(1, 8);
	accept_features(VERSION_1);
	set_legacy(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	set_legacy(VIRTIO_PCI_QUEUE_PFN, 4, 5);
	set_legacy(VIRTIO_PCI_GUEST_FEATURES, 4, 0);
	assert_memory_equal(shared(0), &before, sizeof(before));
}

static void notifications_ring(void **state)
{
	(void)state;
	pc_io_write(&pc, notify, 2, 0);
	assert_int_equal(host.doorbells, 0); /* not running */
	start_driver(OFFERED);
	pc_io_write(&pc, notify, 2, 1);
	assert_int_equal(host.doorbells, 2);
	assert_int_equal(host.last_device, 0);
	assert_int_equal(host.last_queue, 1);
	pc_io_write(&pc, notify, 2, QUEUES);
	pc_io_write(&pc, notify, 2, 0xffff);
	assert_int_equal(host.doorbells, 2);
}

static void the_second_device_is_another(void **state)
{
	(void)state;
	common += 0x200;
	notify += 0x200;
	start_driver(OFFERED);
	pc_io_write(&pc, notify, 2, 0);
	assert_int_equal(host.last_device, 1);
	assert_int_equal(shared(0)->run, 0);
	assert_int_equal(shared(1)->run, 1);
}

/* ---- interrupts ---- */

static void raise_interrupt(unsigned index, uint32_t bits)
{
	shared(index)->interrupt |= bits;
	pc_virtio_interrupt(&pc);
}

static void interrupts_wait_for_their_status_to_be_read(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 3);
	assert_true(host.intr);
	assert_int_equal(guest_take(), 10);
	assert_int_equal(guest_take(), 10); /* level triggered */
	assert_true(config_read(0, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
	assert_int_equal(in(interrupt), 3);
	assert_false(host.intr);
	assert_int_equal(in(interrupt), 0);
	assert_false(config_read(0, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
	pc_virtio_interrupt(&pc); /* the late word of an interrupt that was seen */
	assert_false(host.intr);
}

static void devices_share_a_line(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 1);
	raise_interrupt(2, 1);
	assert_int_equal(in(interrupt), 1);
	assert_int_equal(guest_take(), 10);
	assert_int_equal(in((uint16_t)(interrupt + 0x400)), 1);
	assert_int_equal(guest_take(), -1);
	raise_interrupt(1, 1);
	assert_int_equal(guest_take(), 11);
}

static void interrupts_can_be_switched_off(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	config_write(0, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_INTX_DISABLE);
	raise_interrupt(0, 1);
	assert_false(host.intr);
	assert_true(config_read(0, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
	config_write(0, PCI_COMMAND, 2, PCI_COMMAND_IO);
	assert_true(host.intr);
}

static void a_server_may_ask_for_a_reset(void **state)
{
	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	shared(0)->needs_reset = 1;
	assert_int_equal(status(), 0x0f | VIRTIO_CONFIG_S_NEEDS_RESET);
	shared(0)->needs_reset = 0;
	assert_int_equal(status(), 0x0f);
}

/* ---- reset ---- */

static void a_reset_is_complete_when_the_server_has_stopped(void **state)
{
	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	assert_int_equal(shared(0)->run, 0);
	assert_int_equal(host.doorbells, 2);
	assert_int_not_equal(status(), 0);
	shared(0)->interrupt = 1; /* its last one */
	shared(0)->serving = 0;
	assert_int_equal(status(), 0);
	assert_int_equal(shared(0)->interrupt, 0);
	assert_int_equal(host.quiets, 0);
	set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_SIZE, 2), QUEUE_SIZE);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_GF, 4), 0);
}

/* A driver that does not wait for the reset: the device does. */
static void no_start_overtakes_a_reset(void **state)
{
	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	set(VIRTIO_PCI_COMMON_STATUS, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	assert_int_equal(host.quiets, 1);
	assert_int_equal(shared(0)->serving, 0);
	assert_int_equal(status(), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	start_driver(OFFERED);
	shared(0)->serving = 1;
	set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	set_up_queue(0, 16);
	set_legacy(VIRTIO_PCI_QUEUE_NOTIFY, 2, 0);
	assert_int_equal(host.quiets, 2);
	assert_int_equal(shared(0)->run, 1);
}

static void a_reset_of_the_machine_resets_devices(void **state)
{
	struct pc_config config = {
		.host = HOST,
		.ram_bytes = 1 << 24,
		.virtio_devices = DEVICES,
		.virtio_identity = identity,
		.virtio_shared = host.virtio_shared,
	};

	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	raise_interrupt(0, 1);
	pc_init(&pc, &config);
	assert_int_equal(shared(0)->run, 0);
	assert_int_equal(host.quiets, 1);
	assert_int_equal(shared(0)->interrupt, 0);
	assert_int_equal(status(), 0);
	start_driver(OFFERED);
	assert_int_equal(shared(0)->run, 1);
}

/* ---- device configuration ---- */

static void configuration_has_its_bytes(void **state)
{
	(void)state;
	assert_int_equal(in(device), 1);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(device + 3), 2), 0x0504);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(device + 56), 4), 0x3c3b3a39);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(device + 58), 4), 0x00003c3b);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(device + 124), 4), 0);
	pc_io_write(&pc, device, 4, 0xffffffff);
	assert_int_equal(pc_io_read(&pc, device, 4), 0x04030201);
	assert_int_equal(get(VIRTIO_PCI_COMMON_CFGGENERATION, 1), 0);
	assert_int_equal(get_legacy(VIRTIO_PCI_CONFIG_OFF(0), 4), 0x04030201);
	assert_int_equal(get_legacy(VIRTIO_PCI_CONFIG_OFF(0) + 1, 1), 2);
	assert_int_equal(get_legacy(252, 4), 0);
}

static void there_are_no_message_interrupts(void **state)
{
	(void)state;
	set(VIRTIO_PCI_COMMON_MSIX, 2, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
	set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0);
	assert_int_equal(get(VIRTIO_PCI_COMMON_Q_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
}

/* ---- the legacy layout ---- */

static void start_legacy_driver(void)
{
	set_legacy(VIRTIO_PCI_STATUS, 1, 0);
	set_legacy(VIRTIO_PCI_STATUS, 1, 1);
	set_legacy(VIRTIO_PCI_STATUS, 1, 3);
	set_legacy(VIRTIO_PCI_GUEST_FEATURES, 4, get_legacy(VIRTIO_PCI_HOST_FEATURES, 4) | 1);
	set_legacy(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	set_legacy(VIRTIO_PCI_QUEUE_PFN, 4, 0x12345);
}

static void a_legacy_driver_starts_the_device(void **state)
{
	struct vring ring;

	(void)state;
	start_legacy_driver();
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_NUM, 2), QUEUE_SIZE);
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_PFN, 4), 0x12345);
	assert_int_equal(shared(0)->run, 0);
	set_legacy(VIRTIO_PCI_STATUS, 1, 7);
	assert_int_equal(shared(0)->run, 1);
	assert_int_equal(shared(0)->features, (uint32_t)OFFERED); /* not the one beside */
	vring_init(&ring, QUEUE_SIZE, (void *)0x12345000, 4096);
	assert_int_equal(shared(0)->queue[1].descriptors, (uintptr_t)ring.desc);
	assert_int_equal(shared(0)->queue[1].driver, (uintptr_t)ring.avail);
	assert_int_equal(shared(0)->queue[1].device, (uintptr_t)ring.used);
	assert_int_equal(shared(0)->queue[1].enabled, 1);
	assert_int_equal(get_legacy(VIRTIO_PCI_STATUS, 1), 7);
	set_legacy(VIRTIO_PCI_QUEUE_NOTIFY, 2, 1);
	assert_int_equal(host.last_queue, 1);
}

/* 3.1.2 */
static void a_legacy_driver_uses_the_device_early(void **state)
{
	(void)state;
	start_legacy_driver();
	set_legacy(VIRTIO_PCI_QUEUE_NOTIFY, 2, 0); /* one that it has not set up */
	assert_int_equal(shared(0)->run, 0);
	set_legacy(VIRTIO_PCI_QUEUE_NOTIFY, 2, 1);
	assert_int_equal(shared(0)->run, 1);
	assert_int_equal(host.last_queue, 1);
	set_legacy(VIRTIO_PCI_STATUS, 1, 7);
	assert_int_equal(shared(0)->run, 1);
}

static void a_legacy_reset_is_complete_at_once(void **state)
{
	(void)state;
	start_legacy_driver();
	set_legacy(VIRTIO_PCI_STATUS, 1, 7);
	shared(0)->serving = 1;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 1);
	set_legacy(VIRTIO_PCI_STATUS, 1, 0);
	assert_false(host.intr);
	assert_int_equal(host.quiets, 1);
	assert_int_equal(get_legacy(VIRTIO_PCI_STATUS, 1), 0);
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_PFN, 4), 0);
	assert_int_equal(get_legacy(VIRTIO_PCI_GUEST_FEATURES, 4), 0);
}

static void a_legacy_driver_takes_a_queue_away(void **state)
{
	(void)state;
	start_legacy_driver();
	set_legacy(VIRTIO_PCI_QUEUE_PFN, 4, 0);
	assert_int_equal(get_legacy(VIRTIO_PCI_QUEUE_PFN, 4), 0);
	assert_int_equal(shared(0)->queue[1].enabled, 0);
}

static void legacy_interrupts_are_the_same(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 1);
	assert_true(host.intr);
	assert_int_equal(get_legacy(VIRTIO_PCI_ISR, 1), 1);
	assert_false(host.intr);
}

#define VIRTIO_TEST(function) cmocka_unit_test_setup(function, virtio_setup)

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
		VIRTIO_TEST(features_come_in_halves),
		VIRTIO_TEST(features_that_fit_are_accepted),
		VIRTIO_TEST(features_not_offered_are_refused),
		VIRTIO_TEST(a_driver_starts_the_device),
		VIRTIO_TEST(queues_have_sizes),
		VIRTIO_TEST(only_sizes_of_split_queues_are_taken),
		VIRTIO_TEST(other_queues_are_not_there),
		VIRTIO_TEST(addresses_read_back),
		VIRTIO_TEST(selectors_read_back),
		VIRTIO_TEST(rings_stay_while_the_device_runs),
		VIRTIO_TEST(notifications_ring),
		VIRTIO_TEST(the_second_device_is_another),
		VIRTIO_TEST(interrupts_wait_for_their_status_to_be_read),
		VIRTIO_TEST(devices_share_a_line),
		VIRTIO_TEST(interrupts_can_be_switched_off),
		VIRTIO_TEST(a_server_may_ask_for_a_reset),
		VIRTIO_TEST(a_reset_is_complete_when_the_server_has_stopped),
		VIRTIO_TEST(no_start_overtakes_a_reset),
		VIRTIO_TEST(a_reset_of_the_machine_resets_devices),
		VIRTIO_TEST(configuration_has_its_bytes),
		VIRTIO_TEST(there_are_no_message_interrupts),
		VIRTIO_TEST(a_legacy_driver_starts_the_device),
		VIRTIO_TEST(a_legacy_driver_uses_the_device_early),
		VIRTIO_TEST(a_legacy_reset_is_complete_at_once),
		VIRTIO_TEST(a_legacy_driver_takes_a_queue_away),
		VIRTIO_TEST(legacy_interrupts_are_the_same),
	};

	return RUN_TAP(tests);
}
