/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_driver.c - see virtio_driver.h.
 *
 * Invariant: see virtio_driver.h.
 */
#include "virtio_driver.h"

struct virtio_identity virtio_identity[DEVICES];
struct virtio_ports ports;

static void select_reg(unsigned index, unsigned reg)
{
	pc_io_write(&pc, 0xcf8, 4, 0x80000000u | (2 + index) << 11 | (reg & 0xfc));
}

uint32_t config_read(unsigned index, unsigned reg, unsigned width)
{
	select_reg(index, reg);
	return pc_io_read(&pc, (uint16_t)(0xcfc + (reg & 3)), width);
}

void config_write(unsigned index, unsigned reg, unsigned width, uint32_t value)
{
	select_reg(index, reg);
	pc_io_write(&pc, (uint16_t)(0xcfc + (reg & 3)), width, value);
}

static uint16_t bar_port(unsigned index, unsigned bar)
{
	return (uint16_t)(config_read(index, PCI_BASE_ADDRESS_0 + 4 * bar, 4) & ~3u);
}

unsigned find_capability(unsigned index, unsigned kind)
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

void find_structures(void)
{
	ports.common = structure(0, VIRTIO_PCI_CAP_COMMON_CFG);
	ports.notify = structure(0, VIRTIO_PCI_CAP_NOTIFY_CFG);
	ports.interrupt = structure(0, VIRTIO_PCI_CAP_ISR_CFG);
	ports.device = structure(0, VIRTIO_PCI_CAP_DEVICE_CFG);
	ports.legacy = bar_port(0, 0);
}

uint32_t common_get(unsigned offset, unsigned width)
{
	return pc_io_read(&pc, (uint16_t)(ports.common + offset), width);
}

void common_set(unsigned offset, unsigned width, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(ports.common + offset), width, value);
}

static void set_address(unsigned offset, uint64_t value)
{
	common_set(offset, 4, (uint32_t)value);
	common_set(offset + 4, 4, (uint32_t)(value >> 32));
}

uint8_t device_status(void)
{
	return (uint8_t)common_get(VIRTIO_PCI_COMMON_STATUS, 1);
}

void add_status(uint8_t bits)
{
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, device_status() | bits);
}

uint64_t offered_features(void)
{
	uint64_t features;

	common_set(VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	features = (uint64_t)common_get(VIRTIO_PCI_COMMON_DF, 4) << 32;
	common_set(VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	return features | common_get(VIRTIO_PCI_COMMON_DF, 4);
}

void accept_features(uint64_t features)
{
	common_set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	common_set(VIRTIO_PCI_COMMON_GF, 4, (uint32_t)features);
	common_set(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	common_set(VIRTIO_PCI_COMMON_GF, 4, (uint32_t)(features >> 32));
	add_status(VIRTIO_CONFIG_S_FEATURES_OK);
}

void set_up_queue(uint16_t queue, uint16_t size)
{
	common_set(VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	common_set(VIRTIO_PCI_COMMON_Q_SIZE, 2, size);
	set_address(VIRTIO_PCI_COMMON_Q_DESCLO, UINT64_C(0x112345000) + queue);
	set_address(VIRTIO_PCI_COMMON_Q_AVAILLO, UINT64_C(0x212345000) + queue);
	set_address(VIRTIO_PCI_COMMON_Q_USEDLO, UINT64_C(0x312345000) + queue);
	common_set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

void start_driver(uint64_t features)
{
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	assert_int_equal(device_status(), 0);
	add_status(VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(VIRTIO_CONFIG_S_DRIVER);
	accept_features(features);
	assert_true(device_status() & VIRTIO_CONFIG_S_FEATURES_OK);
	set_up_queue(0, 16);
	add_status(VIRTIO_CONFIG_S_DRIVER_OK);
}

uint32_t legacy_get(unsigned offset, unsigned width)
{
	return pc_io_read(&pc, (uint16_t)(ports.legacy + offset), width);
}

void legacy_set(unsigned offset, unsigned width, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(ports.legacy + offset), width, value);
}

int virtio_setup(void **state)
{
	struct pc_config config = {
		.host = HOST,
		.ram_bytes = UINT64_C(256) << 20,
		.virtio_devices = DEVICES,
		.virtio_identity = virtio_identity,
	};

	host_setup(state);
	for (unsigned i = 0; i < DEVICES; i++) {
		virtio_identity[i] = (struct virtio_identity){
			.type = 2,
			.pci_device = 0x1001,
			.pci_class = 0x010000,
			.features = OFFERED,
			.queues = QUEUES,
			.queue_size = QUEUE_SIZE,
			.config_bytes = CONFIG,
		};
		for (unsigned b = 0; b < CONFIG; b++)
			virtio_identity[i].config[b] = (uint8_t)(b + 1);
	}
	config.virtio_shared = host.virtio_shared;
	pc_init(&pc, &config);
	find_structures();
	return 0;
}

void raise_interrupt(unsigned index, uint32_t bits)
{
	shared(index)->interrupt |= bits;
	pc_virtio_interrupt(&pc);
}
