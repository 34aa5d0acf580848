/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - the registers of a virtio device, in the layout of Virtual I/O Device (VIRTIO)
 * Version 1.2 and in the legacy one: how a driver negotiates features, sets up queues, starts and
 * resets the device (sections 2.1, 2.2, 3.1, 4.1.4.3, 4.1.4.10).
 *
 * An access is one to the register that begins at its offset; where none begins, reads give 0 and
 * writes do nothing.
 *
 * Invariant: `run` becomes 1 only while `serving` is 0, and is 0 while features or rings change.
 */
#include <wedge/dev.h>
#include "registers.h"

/* The common configuration structure. */
enum {
	DEVICE_FEATURE_SELECT = 0x00,
	DEVICE_FEATURE = 0x04,
	DRIVER_FEATURE_SELECT = 0x08,
	DRIVER_FEATURE = 0x0c,
	CONFIG_VECTOR = 0x10,
	NUM_QUEUES = 0x12,
	DEVICE_STATUS = 0x14,
	CONFIG_GENERATION = 0x15,
	QUEUE_SELECT = 0x16,
	QUEUE_SIZE = 0x18,
	QUEUE_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c,
	QUEUE_DESCRIPTORS = 0x20,
	QUEUE_DRIVER = 0x28,
	QUEUE_DEVICE = 0x30,
};

/* The legacy layout. */
enum {
	LEGACY_DEVICE_FEATURES = 0x00,
	LEGACY_DRIVER_FEATURES = 0x04,
	LEGACY_QUEUE_ADDRESS = 0x08,
	LEGACY_QUEUE_SIZE = 0x0c,
	LEGACY_QUEUE_SELECT = 0x0e,
	LEGACY_QUEUE_NOTIFY = 0x10,
	LEGACY_DEVICE_STATUS = 0x12,
	LEGACY_INTERRUPT_STATUS = 0x13,
};

/* Device status (2.1). */
enum { DRIVER_OK = 0x04, FEATURES_OK = 0x08, NEEDS_RESET = 0x40 };

enum { NO_VECTOR = 0xffff, LEGACY_PAGE_SHIFT = 12, DESCRIPTOR_BYTES = 16 };

/* A half of a 64-bit register: bits 0 to 31, or 32 to 63. */
static uint32_t half_of(uint64_t value, unsigned half)
{
	return (uint32_t)(value >> 32 * half);
}

static void set_half(uint64_t *value, unsigned half, uint32_t to)
{
	*value = (*value & ~((uint64_t)UINT32_MAX << 32 * half)) | (uint64_t)to << 32 * half;
}

/* The selected ring, or NULL if the device has no such queue. */
static struct virtio_ring *selected(const struct virtio_device *d)
{
	return d->queue_select < d->identity.queues ? &d->shared->queue[d->queue_select] : NULL;
}

/* The same, if its registers may change now. */
static struct virtio_ring *selected_to_set(const struct virtio_device *d)
{
	return virtio_load(&d->shared->run) ? NULL : selected(d);
}

/* ---- start and reset ---- */

static void start(struct virtio_device *d)
{
	if (virtio_load(&d->shared->run))
		return;
	d->shared->features = d->accepted & d->identity.features;
	virtio_store(&d->shared->run, 1);
	dev_host_virtio_doorbell(d->host, d->index, 0);
}

/* The server does not serve any more: its last interrupts are void. */
static void reset_is_complete(struct virtio_device *d)
{
	virtio_store(&d->shared->interrupt, 0);
	d->resetting = false;
	d->status = 0;
}

static void finish_reset(struct virtio_device *d)
{
	if (!d->resetting)
		return;
	if (virtio_load(&d->shared->serving))
		dev_host_virtio_quiet(d->host, d->index);
	reset_is_complete(d);
}

/* Until the server has stopped, the status stays (2.4.1: it is 0 once the reset is complete). */
static void begin_reset(struct virtio_device *d)
{
	bool ran = virtio_load(&d->shared->run);

	virtio_store(&d->shared->run, 0);
	if (ran)
		dev_host_virtio_doorbell(d->host, d->index, 0);
	d->accepted = 0;
	d->device_feature_select = 0;
	d->driver_feature_select = 0;
	d->queue_select = 0;
	for (unsigned i = 0; i < VIRTIO_QUEUES_MAX; i++) {
		d->shared->queue[i] = (struct virtio_ring){0};
		if (i < d->identity.queues)
			d->shared->queue[i].size = d->identity.queue_size;
	}
	d->resetting = true;
}

void virtio_reset(struct virtio_device *d)
{
	begin_reset(d);
	finish_reset(d);
}

static uint8_t read_status(struct virtio_device *d)
{
	if (d->resetting && !virtio_load(&d->shared->serving))
		reset_is_complete(d);
	return (uint8_t)(d->status |
			 (virtio_load(&d->shared->run) && virtio_load(&d->shared->needs_reset)
				  ? NEEDS_RESET
				  : 0));
}

/* 3.1.1, steps 5 and 6, and 6.1: a driver of this layout is one of version 1. */
static bool features_fit(const struct virtio_device *d)
{
	return !(d->accepted & ~d->identity.features) && (d->accepted & VIRTIO_FEATURE_VERSION_1);
}

static void write_status(struct virtio_device *d, uint8_t value)
{
	finish_reset(d);
	if (!value) {
		begin_reset(d);
		return;
	}
	if (!features_fit(d))
		value &= (uint8_t)~FEATURES_OK;
	d->status |= value & (uint8_t)~NEEDS_RESET;
	if (d->status & DRIVER_OK && d->status & FEATURES_OK)
		start(d);
}

/* Legacy drivers know no FEATURES_OK, and do not wait for a reset. */
static void write_legacy_status(struct virtio_device *d, uint8_t value)
{
	finish_reset(d);
	if (!value)
		virtio_reset(d);
	d->status |= value & (uint8_t) ~(FEATURES_OK | NEEDS_RESET);
	if (d->status & DRIVER_OK)
		start(d);
}

/* ---- both layouts ---- */

uint32_t virtio_take_interrupt(struct virtio_device *d)
{
	uint32_t bits = __atomic_exchange_n(&d->shared->interrupt, 0, __ATOMIC_SEQ_CST);

	return bits & (VIRTIO_INTERRUPT_QUEUE | VIRTIO_INTERRUPT_CONFIG);
}

void virtio_notify(struct virtio_device *d, uint32_t queue)
{
	if (queue < d->identity.queues && virtio_load(&d->shared->run))
		dev_host_virtio_doorbell(d->host, d->index, queue);
}

static void write_driver_features(struct virtio_device *d, unsigned half, uint32_t value)
{
	if (half < 2 && !(d->status & FEATURES_OK) && !virtio_load(&d->shared->run))
		set_half(&d->accepted, half, value);
}

/* ---- the common configuration structure ---- */

static uint32_t read_queue(const struct virtio_ring *ring, unsigned offset)
{
	unsigned half = offset >> 2 & 1;

	switch (offset) {
	case QUEUE_SIZE:
		return ring->size;
	case QUEUE_ENABLE:
		return ring->enabled;
	case QUEUE_DESCRIPTORS:
	case QUEUE_DESCRIPTORS + 4:
		return half_of(ring->descriptors, half);
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
		return half_of(ring->driver, half);
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		return half_of(ring->device, half);
	default: /* all queues are notified at one port: queue_notify_off is 0 */
		return 0;
	}
}

uint32_t virtio_read_common(struct virtio_device *d, unsigned offset)
{
	const struct virtio_ring *ring = selected(d);

	switch (offset) {
	case DEVICE_FEATURE_SELECT:
		return d->device_feature_select;
	case DEVICE_FEATURE:
		return d->device_feature_select < 2
			       ? half_of(d->identity.features, d->device_feature_select)
			       : 0;
	case DRIVER_FEATURE_SELECT:
		return d->driver_feature_select;
	case DRIVER_FEATURE:
		return d->driver_feature_select < 2 ? half_of(d->accepted, d->driver_feature_select)
						    : 0;
	case CONFIG_VECTOR:
	case QUEUE_VECTOR:
		return NO_VECTOR;
	case NUM_QUEUES:
		return d->identity.queues;
	case DEVICE_STATUS:
		return read_status(d);
	case CONFIG_GENERATION:
		return virtio_config_generation(d);
	case QUEUE_SELECT:
		return d->queue_select;
	default:
		return ring ? read_queue(ring, offset) : 0;
	}
}

/* Sizes that no split queue has are ignored. */
static void write_queue_size(struct virtio_ring *ring, uint16_t size, uint16_t most)
{
	if (size && size <= most && !(size & (size - 1)))
		ring->size = size;
}

static void write_queue(struct virtio_device *d, unsigned offset, uint32_t value)
{
	struct virtio_ring *ring = selected_to_set(d);
	unsigned half = offset >> 2 & 1;

	if (!ring || ring->enabled)
		return;
	switch (offset) {
	case QUEUE_SIZE:
		write_queue_size(ring, (uint16_t)value, d->identity.queue_size);
		break;
	case QUEUE_ENABLE:
		ring->enabled = (uint16_t)value == 1;
		break;
	case QUEUE_DESCRIPTORS:
	case QUEUE_DESCRIPTORS + 4:
		set_half(&ring->descriptors, half, value);
		break;
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
		set_half(&ring->driver, half, value);
		break;
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		set_half(&ring->device, half, value);
		break;
	}
}

void virtio_write_common(struct virtio_device *d, unsigned offset, uint32_t value)
{
	switch (offset) {
	case DEVICE_FEATURE_SELECT:
		d->device_feature_select = value;
		break;
	case DRIVER_FEATURE_SELECT:
		d->driver_feature_select = value;
		break;
	case DRIVER_FEATURE:
		write_driver_features(d, d->driver_feature_select, value);
		break;
	case DEVICE_STATUS:
		write_status(d, (uint8_t)value);
		break;
	case QUEUE_SELECT:
		d->queue_select = (uint16_t)value;
		break;
	default:
		write_queue(d, offset, value);
		break;
	}
}

/* ---- the legacy layout ---- */

uint32_t virtio_read_legacy(struct virtio_device *d, unsigned offset)
{
	const struct virtio_ring *ring = selected(d);

	switch (offset) {
	case LEGACY_DEVICE_FEATURES:
		return half_of(d->identity.features, 0);
	case LEGACY_DRIVER_FEATURES:
		return half_of(d->accepted, 0);
	case LEGACY_QUEUE_ADDRESS:
		return ring && ring->enabled ? (uint32_t)(ring->descriptors >> LEGACY_PAGE_SHIFT)
					     : 0;
	case LEGACY_QUEUE_SIZE:
		return ring ? ring->size : 0;
	case LEGACY_QUEUE_SELECT:
		return d->queue_select;
	case LEGACY_DEVICE_STATUS:
		return read_status(d);
	case LEGACY_INTERRUPT_STATUS:
		return virtio_take_interrupt(d);
	default:
		return 0;
	}
}

/* 2.7.2: the three parts follow one another, the used ring on a page of its own. */
static void write_queue_address(struct virtio_device *d, uint32_t page)
{
	struct virtio_ring *ring = selected_to_set(d);
	uint64_t end;

	if (!ring)
		return;
	*ring = (struct virtio_ring){.size = d->identity.queue_size, .enabled = page != 0};
	ring->descriptors = (uint64_t)page << LEGACY_PAGE_SHIFT;
	ring->driver = ring->descriptors + (uint64_t)DESCRIPTOR_BYTES * ring->size;
	end = ring->driver + sizeof(uint16_t) * (3 + ring->size);
	ring->device = (end + (1 << LEGACY_PAGE_SHIFT) - 1) >> LEGACY_PAGE_SHIFT
								       << LEGACY_PAGE_SHIFT;
}

/* 3.1.2: legacy drivers use a device before they set DRIVER_OK. */
static void notify_legacy(struct virtio_device *d, uint32_t queue)
{
	finish_reset(d);
	if (queue < d->identity.queues && d->shared->queue[queue].enabled)
		start(d);
	virtio_notify(d, queue);
}

void virtio_write_legacy(struct virtio_device *d, unsigned offset, uint32_t value)
{
	switch (offset) {
	case LEGACY_DRIVER_FEATURES:
		write_driver_features(d, 0, value);
		break;
	case LEGACY_QUEUE_ADDRESS:
		write_queue_address(d, value);
		break;
	case LEGACY_QUEUE_SELECT:
		d->queue_select = (uint16_t)value;
		break;
	case LEGACY_QUEUE_NOTIFY:
		notify_legacy(d, (uint16_t)value);
		break;
	case LEGACY_DEVICE_STATUS:
		write_legacy_status(d, (uint8_t)value);
		break;
	}
}
