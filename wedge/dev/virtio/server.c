/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - how the server of a virtio device starts and stops with the driver, and interrupts it.
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
	s->active = false;
	s->broken = false;
	virtio_store(&s->shared->needs_reset, 0);
	virtio_store(&s->shared->serving, 0);
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
	return s->active && !s->broken;
}

bool virtio_server_runs(const struct virtio_server *s)
{
	return s->active && !s->broken && virtio_load(&s->shared->run);
}

/* A bit that is still set was told of before: the driver has not looked since. */
static void interrupt(struct virtio_server *s, uint32_t bit)
{
	uint32_t before = __atomic_fetch_or(&s->shared->interrupt, bit, __ATOMIC_SEQ_CST);

	if (!(before & bit))
		dev_host_virtio_interrupt(s->device);
}

void virtio_server_interrupt(struct virtio_server *s)
{
	interrupt(s, VIRTIO_INTERRUPT_QUEUE);
}

/* 2.1.2: a change of the device's status is one of its configuration. */
void virtio_server_break(struct virtio_server *s)
{
	s->broken = true;
	virtio_store(&s->shared->needs_reset, 1);
	interrupt(s, VIRTIO_INTERRUPT_CONFIG);
}
