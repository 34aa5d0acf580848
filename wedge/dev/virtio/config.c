/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.c - the device configuration space of a virtio device (Virtual I/O Device (VIRTIO) Version
 * 1.2, sections 2.5 and 4.1.4.3.1): what the driver reads of it and writes there, while the server
 * may change it at any time. How the two tell each other is in virtio_shared.h.
 *
 * Invariant: identity.config is one state of the server's configuration, never a part of two, and
 * the generation is another one after each change.
 */
#include <wedge/dev.h>
#include <wedge/lib.h>
#include "registers.h"

static bool is_writable(const struct virtio_device *d, unsigned word)
{
	return d->identity.config_writable >> word & 1;
}

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

void virtio_config_init(struct virtio_device *d)
{
	d->generation = 0;
	d->config_sequence = 0;
	for (unsigned i = 0; i < VIRTIO_CONFIG_WORDS; i++)
		virtio_store(&d->shared->written[i], word_at(&d->identity.config[4 * i]));
}

/*
 * Takes over what the server has written, if it is not just writing: then its interrupt is still to
 * come, and the next access renews.
 */
static void renew(struct virtio_device *d)
{
	uint32_t sequence = virtio_load(&d->shared->config_sequence);
	uint32_t config[VIRTIO_CONFIG_WORDS];

	if (sequence == d->config_sequence || sequence & 1)
		return;
	for (unsigned i = 0; i < VIRTIO_CONFIG_WORDS; i++)
		config[i] = is_writable(d, i) ? word_at(&d->identity.config[4 * i])
					      : virtio_load(&d->shared->config[i]);
	if (virtio_load(&d->shared->config_sequence) != sequence)
		return;
	memcpy(d->identity.config, config, sizeof(config));
	d->config_sequence = sequence;
	d->generation++;
}

uint8_t virtio_config_generation(struct virtio_device *d)
{
	renew(d);
	return d->generation;
}

uint32_t virtio_read_config(struct virtio_device *d, unsigned offset, unsigned width)
{
	uint32_t value = 0;

	renew(d);
	for (unsigned i = 0; i < width; i++)
		if (offset + i < VIRTIO_CONFIG_MAX)
			value |= (uint32_t)d->identity.config[offset + i] << 8 * i;
	return value;
}

void virtio_write_config(struct virtio_device *d, unsigned offset, unsigned width, uint32_t value)
{
	bool changed = false;

	for (unsigned i = 0; i < width; i++) {
		unsigned at = offset + i;

		if (at >= VIRTIO_CONFIG_MAX || !is_writable(d, at / 4))
			continue;
		d->identity.config[at] = (uint8_t)(value >> 8 * i);
		virtio_store(&d->shared->written[at / 4], word_at(&d->identity.config[at & ~3u]));
		changed = true;
	}
	if (changed && virtio_load(&d->shared->run))
		dev_host_virtio_doorbell(d->host, d->index, 0);
}
