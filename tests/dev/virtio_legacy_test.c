/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_legacy_test.c - the registers of virtio devices, as legacy drivers use them
 * (Virtual I/O Device (VIRTIO) Version 1.2, sections 3.1.2, 4.1.4.10).
 *
 * Invariant: see virtio_driver.h.
 */
#include "virtio_driver.h"

#include <linux/virtio_ring.h>

static void start_legacy_driver(void)
{
	legacy_set(VIRTIO_PCI_STATUS, 1, 0);
	legacy_set(VIRTIO_PCI_STATUS, 1, 1);
	legacy_set(VIRTIO_PCI_STATUS, 1, 3);
	legacy_set(VIRTIO_PCI_GUEST_FEATURES, 4, legacy_get(VIRTIO_PCI_HOST_FEATURES, 4) | 1);
	legacy_set(VIRTIO_PCI_QUEUE_SEL, 2, 1);
	legacy_set(VIRTIO_PCI_QUEUE_PFN, 4, 0x12345);
}

static void a_legacy_driver_starts_the_device(void **state)
{
	struct vring ring;

	(void)state;
	start_legacy_driver();
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_NUM, 2), QUEUE_SIZE);
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_PFN, 4), 0x12345);
	assert_int_equal(shared(0)->run, 0);
	legacy_set(VIRTIO_PCI_STATUS, 1, 7);
	assert_int_equal(shared(0)->run, 1);
	assert_int_equal(shared(0)->features, (uint32_t)OFFERED); /* not the one beside */
	vring_init(&ring, QUEUE_SIZE, (void *)0x12345000, 4096);
	assert_int_equal(shared(0)->queue[1].descriptors, (uintptr_t)ring.desc);
	assert_int_equal(shared(0)->queue[1].driver, (uintptr_t)ring.avail);
	assert_int_equal(shared(0)->queue[1].device, (uintptr_t)ring.used);
	assert_int_equal(shared(0)->queue[1].enabled, 1);
	assert_int_equal(legacy_get(VIRTIO_PCI_STATUS, 1), 7);
	legacy_set(VIRTIO_PCI_QUEUE_NOTIFY, 2, 1);
	assert_int_equal(host.last_queue, 1);
}

/* 3.1.2 */
static void a_legacy_driver_uses_the_device_early(void **state)
{
	(void)state;
	start_legacy_driver();
	legacy_set(VIRTIO_PCI_QUEUE_NOTIFY, 2, 0); /* one that it has not set up */
	assert_int_equal(shared(0)->run, 0);
	legacy_set(VIRTIO_PCI_QUEUE_NOTIFY, 2, 1);
	assert_int_equal(shared(0)->run, 1);
	assert_int_equal(host.last_queue, 1);
	legacy_set(VIRTIO_PCI_STATUS, 1, 7);
	assert_int_equal(shared(0)->run, 1);
}

static void a_legacy_reset_is_complete_at_once(void **state)
{
	(void)state;
	start_legacy_driver();
	legacy_set(VIRTIO_PCI_STATUS, 1, 7);
	shared(0)->serving = 1;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 1);
	legacy_set(VIRTIO_PCI_STATUS, 1, 0);
	assert_false(host.intr);
	assert_int_equal(host.quiets, 1);
	assert_int_equal(legacy_get(VIRTIO_PCI_STATUS, 1), 0);
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_PFN, 4), 0);
	assert_int_equal(legacy_get(VIRTIO_PCI_GUEST_FEATURES, 4), 0);
}

static void a_legacy_driver_takes_a_queue_away(void **state)
{
	(void)state;
	start_legacy_driver();
	legacy_set(VIRTIO_PCI_QUEUE_PFN, 4, 0);
	assert_int_equal(legacy_get(VIRTIO_PCI_QUEUE_PFN, 4), 0);
	assert_int_equal(shared(0)->queue[1].enabled, 0);
}

static void legacy_interrupts_are_the_same(void **state)
{
	(void)state;
	guest_init_pic(0x0c04);
	raise_interrupt(0, 1);
	assert_true(host.intr);
	assert_int_equal(legacy_get(VIRTIO_PCI_ISR, 1), 1);
	assert_false(host.intr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_TEST(a_legacy_driver_starts_the_device),
		VIRTIO_TEST(a_legacy_driver_uses_the_device_early),
		VIRTIO_TEST(a_legacy_reset_is_complete_at_once),
		VIRTIO_TEST(a_legacy_driver_takes_a_queue_away),
		VIRTIO_TEST(legacy_interrupts_are_the_same),
	};

	return RUN_TAP(tests);
}
