/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_registers_test.c - the registers of virtio devices, as drivers of version 1 use them:
 * features, queues, notification, interrupts, reset, configuration (Virtual I/O Device (VIRTIO)
 * Version 1.2, sections 2.1, 3.1, 4.1).
 *
 * Invariant: see virtio_driver.h.
 */
#include "virtio_driver.h"

/* ---- features ---- */

static void features_come_in_halves(void **state)
{
	(void)state;
	assert_int_equal(offered_features(), OFFERED);
	common_set(VIRTIO_PCI_COMMON_DFSELECT, 4, 2);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_DF, 4), 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_DFSELECT, 4), 2);
}

static void features_that_fit_are_accepted(void **state)
{
	(void)state;
	accept_features(VERSION_1 | 0x40);
	assert_int_equal(device_status(), VIRTIO_CONFIG_S_FEATURES_OK);
	common_set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_GF, 4), 0x40);
	common_set(VIRTIO_PCI_COMMON_GF, 4, 0x200); /* too late */
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_GF, 4), 0x40);
}

static void features_not_offered_are_refused(void **state)
{
	(void)state;
	accept_features(VERSION_1 | 0x1);
	assert_int_equal(device_status(), 0);
	accept_features(VERSION_1 | UINT64_C(1) << 40);
	assert_int_equal(device_status(), 0);
	accept_features(0x40); /* not a driver of this version */
	assert_int_equal(device_status(), 0);
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
	assert_int_equal(device_status(), 0x0f);
}

static void queues_have_sizes(void **state)
{
	(void)state;
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_NUMQ, 2), QUEUES);
	for (uint16_t queue = 0; queue < 6; queue++) {
		common_set(VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
		assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SIZE, 2),
				 queue < QUEUES ? QUEUE_SIZE : 0);
		assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
		assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_NOFF, 2), 0);
	}
}

static void only_sizes_of_split_queues_are_taken(void **state)
{
	static const uint16_t bad[] = {0, 3, 63, 128, 65, 0x8000, 0xffff};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		common_set(VIRTIO_PCI_COMMON_Q_SIZE, 2, bad[i]);
		assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SIZE, 2), QUEUE_SIZE);
	}
	common_set(VIRTIO_PCI_COMMON_Q_SIZE, 2, 1);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SIZE, 2), 1);
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
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_DESCLO, 4), 0x12345001);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 1);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_AVAILHI, 4), 2);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_USEDLO, 4), 0x12345001);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_USEDHI, 4), 3);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 1);
}

static void selectors_read_back(void **state)
{
	(void)state;
	common_set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0x80000001);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_GFSELECT, 4), 0x80000001);
	common_set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0x1234);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SELECT, 2), 0x1234);
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_SEL, 2), 0x1234);
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_NUM, 2), 0);
	legacy_set(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SELECT, 2), 1);
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
	legacy_set(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	legacy_set(VIRTIO_PCI_QUEUE_PFN, 4, 5);
	legacy_set(VIRTIO_PCI_GUEST_FEATURES, 4, 0);
	assert_memory_equal(shared(0), &before, sizeof(before));
}

static void notifications_ring(void **state)
{
	(void)state;
	pc_io_write(&pc, ports.notify, 2, 0);
	assert_int_equal(host.doorbells, 0); /* not running */
	start_driver(OFFERED);
	pc_io_write(&pc, ports.notify, 2, 1);
	assert_int_equal(host.doorbells, 2);
	assert_int_equal(host.last_device, 0);
	assert_int_equal(host.last_queue, 1);
	pc_io_write(&pc, ports.notify, 2, QUEUES);
	pc_io_write(&pc, ports.notify, 2, 0xffff);
	assert_int_equal(host.doorbells, 2);
}

static void the_second_device_is_another(void **state)
{
	(void)state;
	ports.common += 0x200;
	ports.notify += 0x200;
	start_driver(OFFERED);
	pc_io_write(&pc, ports.notify, 2, 0);
	assert_int_equal(host.last_device, 1);
	assert_int_equal(shared(0)->run, 0);
	assert_int_equal(shared(1)->run, 1);
}

/* ---- interrupts ---- */

static void interrupts_wait_for_their_status_to_be_read(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 3);
	assert_true(host.intr);
	assert_int_equal(guest_take(), 10);
	assert_int_equal(guest_take(), 10); /* level triggered */
	assert_true(config_read(0, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
	assert_int_equal(in(ports.interrupt), 3);
	assert_false(host.intr);
	assert_int_equal(in(ports.interrupt), 0);
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
	assert_int_equal(in(ports.interrupt), 1);
	assert_int_equal(guest_take(), 10);
	assert_int_equal(in((uint16_t)(ports.interrupt + 0x400)), 1);
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
	assert_int_equal(device_status(), 0x0f | VIRTIO_CONFIG_S_NEEDS_RESET);
	shared(0)->needs_reset = 0;
	assert_int_equal(device_status(), 0x0f);
}

/* ---- reset ---- */

static void a_reset_is_complete_when_the_server_has_stopped(void **state)
{
	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	assert_int_equal(shared(0)->run, 0);
	assert_int_equal(host.doorbells, 2);
	assert_int_not_equal(device_status(), 0);
	shared(0)->interrupt = 1; /* its last one */
	shared(0)->serving = 0;
	assert_int_equal(device_status(), 0);
	assert_int_equal(shared(0)->interrupt, 0);
	assert_int_equal(host.quiets, 0);
	common_set(VIRTIO_PCI_COMMON_Q_SELECT, 2, 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_SIZE, 2), QUEUE_SIZE);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_ENABLE, 2), 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_DESCHI, 4), 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_GF, 4), 0);
}

/* A driver that does not wait for the reset: the device does. */
static void no_start_overtakes_a_reset(void **state)
{
	(void)state;
	start_driver(OFFERED);
	shared(0)->serving = 1;
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	assert_int_equal(host.quiets, 1);
	assert_int_equal(shared(0)->serving, 0);
	assert_int_equal(device_status(), VIRTIO_CONFIG_S_ACKNOWLEDGE);
	start_driver(OFFERED);
	shared(0)->serving = 1;
	common_set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	set_up_queue(0, 16);
	legacy_set(VIRTIO_PCI_QUEUE_NOTIFY, 2, 0);
	assert_int_equal(host.quiets, 2);
	assert_int_equal(shared(0)->run, 1);
}

static void a_reset_of_the_machine_resets_devices(void **state)
{
	struct pc_config config = {
		.host = HOST,
		.ram_bytes = 1 << 24,
		.virtio_devices = DEVICES,
		.virtio_identity = virtio_identity,
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
	assert_int_equal(device_status(), 0);
	start_driver(OFFERED);
	assert_int_equal(shared(0)->run, 1);
}

/* ---- device configuration ---- */

static void configuration_has_its_bytes(void **state)
{
	(void)state;
	assert_int_equal(in(ports.device), 1);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(ports.device + 3), 2), 0x0504);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(ports.device + 56), 4), 0x3c3b3a39);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(ports.device + 58), 4), 0x00003c3b);
	assert_int_equal(pc_io_read(&pc, (uint16_t)(ports.device + 124), 4), 0);
	pc_io_write(&pc, ports.device, 4, 0xffffffff);
	assert_int_equal(pc_io_read(&pc, ports.device, 4), 0x04030201);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_CFGGENERATION, 1), 0);
	assert_int_equal(legacy_get(VIRTIO_PCI_CONFIG_OFF(0), 4), 0x04030201);
	assert_int_equal(legacy_get(VIRTIO_PCI_CONFIG_OFF(0) + 1, 1), 2);
	assert_int_equal(legacy_get(252, 4), 0);
}

static void there_are_no_message_interrupts(void **state)
{
	(void)state;
	common_set(VIRTIO_PCI_COMMON_MSIX, 2, 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
	common_set(VIRTIO_PCI_COMMON_Q_MSIX, 2, 0);
	assert_int_equal(common_get(VIRTIO_PCI_COMMON_Q_MSIX, 2), VIRTIO_MSI_NO_VECTOR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return RUN_TAP(tests);
}
