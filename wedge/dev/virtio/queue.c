/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queue.c - a split virtqueue from the device's side (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 2.7).
 *
 * The guest runs on while its rings are read. So each word of them is read once, and only the copy
 * is checked and used.
 *
 * Invariant: a queue that is not broken has a ring whose parts are aligned, and a size that is a
 * power of two.
 */
#include <stddef.h>

#include <wedge/dev/virtio_buffer.h>
#include <wedge/lib.h>

/* Flags of a descriptor (2.7.5), of the available ring (2.7.6) and of the used ring (2.7.8). */
enum { DESCRIPTOR_NEXT = 1, DESCRIPTOR_WRITE = 2, DESCRIPTOR_INDIRECT = 4 };
enum { AVAILABLE_NO_INTERRUPT = 1 };
enum { USED_NO_NOTIFY = 1 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags;
	uint16_t next;
};

/* `entry` has one element more, used_event. */
struct available {
	uint16_t flags;
	uint16_t index;
	uint16_t entry[];
};

struct used_entry {
	uint32_t head;
	uint32_t written;
};

/* Behind the entries is a uint16_t, avail_event. */
struct used {
	uint16_t flags;
	uint16_t index;
	struct used_entry entry[];
};

/* A descriptor table: the queue's own, or an indirect one. */
struct table {
	const uint8_t *descriptors;
	uint32_t count;
	bool indirect;
};

static uint16_t load(const uint16_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(uint16_t *word, uint16_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* What was written before is seen by the other side before it sees what is read after (2.7.13). */
static void full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static struct available *available_of(const struct virtio_queue *q)
{
	return dev_host_memory(q->ring.driver,
			       sizeof(struct available) +
				       sizeof(uint16_t) * (q->ring.size + UINT64_C(1)));
}

static struct used *used_of(const struct virtio_queue *q)
{
	return dev_host_memory(q->ring.device, sizeof(struct used) +
						       sizeof(struct used_entry) * q->ring.size +
						       sizeof(uint16_t));
}

static uint16_t *available_event(const struct virtio_queue *q, struct used *used)
{
	return (uint16_t *)&used->entry[q->ring.size];
}

static bool ring_is_right(const struct virtio_ring *ring)
{
	return ring->size && ring->size <= VIRTIO_QUEUE_SIZE_MAX &&
	       !(ring->size & (ring->size - 1)) && ring->descriptors % 16 == 0 &&
	       ring->driver % 2 == 0 && ring->device % 4 == 0;
}

void virtio_queue_start(struct virtio_queue *q, const struct virtio_ring *ring, uint64_t features)
{
	*q = (struct virtio_queue){
		.event_index = features & VIRTIO_FEATURE_EVENT_INDEX,
		.indirect = features & VIRTIO_FEATURE_INDIRECT,
	};
	if (!ring->enabled)
		return;
	q->ring = *ring;
	q->broken = !ring_is_right(&q->ring);
}

/* ---- rings that another program serves ---- */

bool virtio_queue_is_right(const struct virtio_queue *q)
{
	if (!q->ring.size)
		return true;
	return !q->broken && available_of(q) && used_of(q) &&
	       dev_host_memory(q->ring.descriptors, sizeof(struct descriptor) * q->ring.size);
}

bool virtio_queue_has_news(struct virtio_queue *q)
{
	const struct available *available = q->ring.size ? available_of(q) : NULL;
	uint16_t index = available ? load(&available->index) : q->taken;
	bool news = index != q->taken;

	q->taken = index;
	return news;
}

void virtio_queue_resume(struct virtio_queue *q)
{
	const struct used *used = q->ring.size ? used_of(q) : NULL;

	if (used)
		q->taken = q->given = load(&used->index);
}

/* ---- chains ---- */

static struct descriptor read_descriptor(const struct table *t, uint32_t index)
{
	struct descriptor d;

	memcpy(&d, t->descriptors + sizeof(d) * index, sizeof(d));
	/* The compiler must not read the guest's memory again in place of the copy. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return d;
}

/* 2.7.5.3.1: of a chain's descriptors only the last may be indirect, once. */
static bool enter_indirect(const struct virtio_queue *q, const struct descriptor *d,
			   struct table *t)
{
	if (!q->indirect || t->indirect || d->flags & DESCRIPTOR_NEXT)
		return false;
	if (!d->length || d->length % sizeof(struct descriptor))
		return false;
	*t = (struct table){
		.descriptors = dev_host_memory(d->address, d->length),
		.count = d->length / sizeof(struct descriptor),
		.indirect = true,
	};
	return t->descriptors;
}

/* 2.7.4.2: what the device writes comes behind what it reads. */
static bool add_segment(struct virtio_chain *chain, const struct descriptor *d)
{
	struct virtio_segment *segment = &chain->segment[chain->count];

	if (!d->length || chain->count == VIRTIO_QUEUE_SIZE_MAX)
		return false;
	if (!(d->flags & DESCRIPTOR_WRITE)) {
		if (chain->readable != chain->count)
			return false;
		chain->readable++;
	}
	segment->bytes = dev_host_memory(d->address, d->length);
	segment->length = d->length;
	chain->count++;
	return segment->bytes;
}

/* 2.7.5: 2^32 bytes at most; the used ring can count one less. */
static bool length_fits(const struct virtio_chain *chain)
{
	return virtio_length(chain->segment, chain->count) <= UINT32_MAX;
}

/*
 * Follows a chain. Each step adds a segment or, once, enters an indirect table: so a chain that
 * bites its tail ends when there is no room for a segment.
 */
static bool read_chain(const struct virtio_queue *q, uint16_t head, struct virtio_chain *chain)
{
	struct table t = {
		.descriptors = dev_host_memory(q->ring.descriptors,
					       sizeof(struct descriptor) * q->ring.size),
		.count = q->ring.size,
	};
	struct descriptor d = {.flags = DESCRIPTOR_NEXT, .next = head};

	chain->head = head;
	chain->readable = 0;
	chain->count = 0;
	if (!t.descriptors)
		return false;
	while (d.flags & DESCRIPTOR_NEXT) {
		if (d.next >= t.count)
			return false;
		d = read_descriptor(&t, d.next);
		if (d.flags & DESCRIPTOR_INDIRECT) {
			if (!enter_indirect(q, &d, &t))
				return false;
			d = (struct descriptor){.flags = DESCRIPTOR_NEXT, .next = 0};
		} else if (!add_segment(chain, &d)) {
			return false;
		}
	}
	return length_fits(chain);
}

static enum virtio_take broken(struct virtio_queue *q)
{
	q->broken = true;
	return VIRTIO_BROKEN;
}

enum virtio_take virtio_queue_take(struct virtio_queue *q, struct virtio_chain *chain)
{
	const struct available *available;
	uint16_t waiting;

	if (q->broken)
		return VIRTIO_BROKEN;
	if (!q->ring.size)
		return VIRTIO_NONE;
	available = available_of(q);
	if (!available)
		return broken(q);
	waiting = (uint16_t)(load(&available->index) - q->taken);
	if (!waiting)
		return VIRTIO_NONE;
	if (waiting > q->ring.size)
		return broken(q);
	if (!read_chain(q, load(&available->entry[q->taken & (q->ring.size - 1)]), chain))
		return broken(q);
	q->taken++;
	return VIRTIO_CHAIN;
}

/* ---- giving back ---- */

/* 2.7.7.2: whether the driver wants an interrupt for one of the last `count` entries. */
static bool interrupt_is_wanted(const struct virtio_queue *q, const struct available *available,
				unsigned count)
{
	if (q->event_index)
		return (uint16_t)(q->given - load(&available->entry[q->ring.size]) - 1) < count;
	return !(load(&available->flags) & AVAILABLE_NO_INTERRUPT);
}

bool virtio_queue_give_all(struct virtio_queue *q, const struct virtio_given *given, unsigned count)
{
	struct used *used = used_of(q);
	const struct available *available = available_of(q);

	if (!used || !available) {
		q->broken = true;
		return false;
	}
	for (unsigned i = 0; i < count; i++)
		used->entry[q->given++ & (q->ring.size - 1)] =
			(struct used_entry){.head = given[i].head, .written = given[i].written};
	store(&used->index, q->given);
	full_barrier();
	return interrupt_is_wanted(q, available, count);
}

bool virtio_queue_give(struct virtio_queue *q, uint16_t head, uint32_t written)
{
	return virtio_queue_give_all(q, &(struct virtio_given){head, written}, 1);
}

void virtio_queue_put_back(struct virtio_queue *q, unsigned count)
{
	q->taken = (uint16_t)(q->taken - count);
}

/* ---- doorbells ---- */

/* A queue that is not used, or broken, has no rings to write to. */
static struct used *used_to_ring(const struct virtio_queue *q)
{
	return q->ring.size && !q->broken ? used_of(q) : NULL;
}

/* With event indices an old avail_event keeps the driver quiet (2.7.10). */
void virtio_queue_hush(struct virtio_queue *q)
{
	struct used *used = used_to_ring(q);

	if (used && !q->event_index)
		store(&used->flags, USED_NO_NOTIFY);
}

bool virtio_queue_listen(struct virtio_queue *q)
{
	struct used *used = used_to_ring(q);
	const struct available *available = used ? available_of(q) : NULL;

	if (!available)
		return true;
	if (q->event_index)
		store(available_event(q, used), q->taken);
	else
		store(&used->flags, 0);
	full_barrier();
	return load(&available->index) == q->taken;
}

enum virtio_take virtio_queue_take_or_listen(struct virtio_queue *q, struct virtio_chain *chain)
{
	enum virtio_take take;

	do
		take = virtio_queue_take(q, chain);
	while (take == VIRTIO_NONE && !virtio_queue_listen(q));
	return take;
}
