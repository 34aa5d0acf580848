/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon_pages.c - see virtio_balloon_pages.h.
 *
 * Invariant: a page number is read once, and the copy is what the host gets.
 */
#include <wedge/dev/virtio_balloon_pages.h>

/* Features (5.5.3). */
#define MUST_TELL_HOST (UINT64_C(1) << 0)

enum { TYPE_BALLOON = 5, PCI_BALLOON = 0x1002, PCI_OTHER = 0x00ff00, QUEUE_SIZE = 128 };
enum { INFLATE, DEFLATE, QUEUES };
enum { NUMBER = 4 }; /* bytes of a page's number */

/* The device configuration (5.5.4), in words. */
enum { NUM_PAGES, ACTUAL, CONFIG_WORDS };

void virtio_balloon_pages_identity(struct virtio_identity *identity)
{
	*identity = (struct virtio_identity){
		.type = TYPE_BALLOON,
		.pci_device = PCI_BALLOON,
		.pci_class = PCI_OTHER,
		.features = MUST_TELL_HOST | VIRTIO_FEATURE_INDIRECT | VIRTIO_FEATURE_EVENT_INDEX |
			    VIRTIO_FEATURE_VERSION_1,
		.queues = QUEUES,
		.queue_size = QUEUE_SIZE,
		.config_bytes = CONFIG_WORDS * 4,
		.config_writable = 1 << ACTUAL,
	};
}

void virtio_balloon_pages_ask(struct virtio_server *s, uint32_t pages)
{
	virtio_server_configure(s, NUM_PAGES * 4, &pages, sizeof(pages));
}

/* The next page numbers of a chain: how many. */
static unsigned pull_pages(struct virtio_buffer *from, uint32_t *page)
{
	return (unsigned)(virtio_pull(from, page, VIRTIO_BALLOON_PIECE * NUMBER) / NUMBER);
}

/* A driver that does not promise to tell keeps its pages, and so has none to get back. */
static bool takes_part(const struct virtio_balloon_pages *b)
{
	return b->server->features & MUST_TELL_HOST;
}

static int64_t inflate(void *model, unsigned queue, struct virtio_chain *chain)
{
	const struct virtio_balloon_pages *b = model;
	struct virtio_buffer rest = virtio_readable(chain);
	uint32_t page[VIRTIO_BALLOON_PIECE];
	unsigned count;

	(void)queue;
	while (takes_part(b) && (count = pull_pages(&rest, page)))
		if (!dev_host_balloon_take(page, count))
			return VIRTIO_REFUSED;
	return 0;
}

static void begin_deflate(struct virtio_balloon_pages *b)
{
	b->waits = true;
	b->rest = virtio_readable(&b->wanted);
	b->pages = b->done = 0;
}

/* Goes on with the chain at work, as far as the host can. False: it names what was not given. */
static bool deflate(struct virtio_balloon_pages *b)
{
	while (takes_part(b)) {
		int back;

		if (b->done == b->pages) {
			b->done = 0;
			b->pages = pull_pages(&b->rest, b->page);
			if (!b->pages)
				break;
		}
		back = dev_host_balloon_return(b->page + b->done, b->pages - b->done);
		if (back < 0)
			return false;
		b->done += (unsigned)back;
		if (b->done < b->pages)
			return true;
	}
	b->waits = false;
	return true;
}

/* Serves what is in the queue, as far as it goes at once; false if that is broken. */
static bool drain(struct virtio_balloon_pages *b)
{
	struct virtio_queue *q = &b->server->queue[DEFLATE];

	while (virtio_server_runs(b->server)) {
		if (!b->waits) {
			enum virtio_take take = virtio_queue_take(q, &b->wanted);

			if (take != VIRTIO_CHAIN)
				return take == VIRTIO_NONE;
			begin_deflate(b);
		}
		if (!deflate(b))
			return false;
		if (b->waits)
			return true;
		if (virtio_queue_give(q, b->wanted.head, 0))
			virtio_server_interrupt(b->server);
	}
	return true;
}

static void serve_wanted(struct virtio_balloon_pages *b)
{
	struct virtio_queue *q = &b->server->queue[DEFLATE];

	if (!q->ring.size)
		return;
	do {
		virtio_queue_hush(q);
		if (!drain(b)) {
			b->waits = false;
			virtio_server_break(b->server);
			return;
		}
	} while (!b->waits && !virtio_queue_listen(q) && virtio_server_runs(b->server));
}

void virtio_balloon_pages_serve(struct virtio_balloon_pages *b, struct virtio_server *s)
{
	b->server = s;
	if (s->queue[INFLATE].ring.size)
		virtio_server_serve(s, INFLATE, &b->given, inflate, b);
	if (virtio_server_runs(s))
		serve_wanted(b);
}

void virtio_balloon_pages_forget(struct virtio_balloon_pages *b)
{
	b->waits = false;
}
