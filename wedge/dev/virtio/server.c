/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - how the server of a virtio device starts and stops with the driver, interrupts it, and
 * changes the device configuration.
 *
 * Invariant: shared->serving is 1 whenever a ring may be touched.
 */
#include <wedge/dev/virtio_server.h>
#include <wedge/lib.h>

void virtio_server_init(struct virtio_server *s, unsigned device,
			const struct virtio_identity *identity, struct virtio_shared *shared)
{
	*s = (struct virtio_server){
		.shared = shared,
		.device = device,
		.queues = identity->queues,
		.offered = identity->features,
	};
	memcpy(s->config, identity->config, sizeof(s->config));
}

static void start_queues(struct virtio_server *s)
{
	struct virtio_ring rings[VIRTIO_QUEUES_MAX];

	s->features = s->shared->features & s->offered;
	memcpy(rings, s->shared->queue, sizeof(rings));
	for (unsigned i = 0; i < s->queues; i++)
		virtio_queue_start(&s->queue[i], &rings[i], s->features);
}

static void stop(struct virtio_server *s)
{
	if (s->active && s->stop)
		s->stop(s->model);
	s->active = false;
	s->broken = false;
	virtio_store(&s->shared->needs_reset, 0);
	virtio_store(&s->shared->serving, 0);
}

/* A bit that is still set was told of before: the driver has not looked since. */
static void interrupt(struct virtio_server *s, uint32_t bit)
{
	uint32_t before = __atomic_fetch_or(&s->shared->interrupt, bit, __ATOMIC_SEQ_CST);

	if (!(before & bit))
		dev_host_virtio_interrupt(s->device);
}

/* The driver may have read the configuration before it was changed. */
static void tell_of_config(struct virtio_server *s)
{
	if (s->active && s->config_changed) {
		s->config_changed = false;
		interrupt(s, VIRTIO_INTERRUPT_CONFIG);
	}
}

bool virtio_server_follow(struct virtio_server *s)
{
	if (!s->active && virtio_load(&s->shared->run)) {
		virtio_store(&s->shared->serving, 1);
		start_queues(s);
		s->active = true;
	}
	/* If `run` is still 1, the rings have not changed while they were copied. */
	if (!virtio_load(&s->shared->run))
		stop(s);
	tell_of_config(s);
	return s->active && !s->broken;
}

bool virtio_server_runs(const struct virtio_server *s)
{
	return s->active && !s->broken && virtio_load(&s->shared->run);
}

void virtio_server_interrupt(struct virtio_server *s)
{
	interrupt(s, VIRTIO_INTERRUPT_QUEUE);
}

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The sequence is odd while words change, and never 0 again: that means the identity's. */
void virtio_server_configure(struct virtio_server *s, unsigned offset, const void *bytes,
			     unsigned length)
{
	memcpy(&s->config[offset], bytes, length);
	virtio_store(&s->shared->config_sequence, s->config_sequence + 1);
	for (unsigned i = 0; i < VIRTIO_CONFIG_WORDS; i++)
		virtio_store(&s->shared->config[i], word_at(&s->config[4 * i]));
	s->config_sequence += s->config_sequence == UINT32_MAX - 1 ? 4 : 2;
	virtio_store(&s->shared->config_sequence, s->config_sequence);
	s->config_changed = true;
	tell_of_config(s);
}

uint32_t virtio_server_written(const struct virtio_server *s, unsigned offset)
{
	return virtio_load(&s->shared->written[offset / 4]);
}

/* 2.1.2: a change of the device's status is one of its configuration. */
void virtio_server_break(struct virtio_server *s)
{
	s->broken = true;
	virtio_store(&s->shared->needs_reset, 1);
	interrupt(s, VIRTIO_INTERRUPT_CONFIG);
}

/* Serves what is in the queue; false if that is broken. */
static bool drain(struct virtio_server *s, unsigned queue, struct virtio_chain *chain,
		  virtio_carry_out *carry_out, void *model)
{
	struct virtio_queue *q = &s->queue[queue];

	while (virtio_server_runs(s)) {
		enum virtio_take take = virtio_queue_take(q, chain);
		int64_t written;

		if (take == VIRTIO_NONE)
			return true;
		if (take == VIRTIO_BROKEN)
			return false;
		written = carry_out(model, queue, chain);
		if (written < 0)
			return false;
		if (virtio_queue_give(q, chain->head, (uint32_t)written))
			virtio_server_interrupt(s);
	}
	return true;
}

void virtio_server_serve(struct virtio_server *s, unsigned queue, struct virtio_chain *chain,
			 virtio_carry_out *carry_out, void *model)
{
	struct virtio_queue *q = &s->queue[queue];

	if (!virtio_server_runs(s))
		return;
	do {
		virtio_queue_hush(q);
		if (!drain(s, queue, chain, carry_out, model)) {
			virtio_server_break(s);
			return;
		}
	} while (!virtio_queue_listen(q) && virtio_server_runs(s));
}
