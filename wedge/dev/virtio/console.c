/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - see virtio_console.h. Ports are announced and opened by messages in a pair of queues
 * of their own (5.3.6.2), if the driver knows ports; otherwise there is port 0, which is open.
 *
 * Invariant: a port's bytes go out in their order, each once.
 */
#include <stddef.h>

#include <wedge/dev/virtio_console.h>
#include <wedge/lib.h>

/* 5.3.3 */
#define SIZE	  (UINT64_C(1) << 0)
#define MULTIPORT (UINT64_C(1) << 1)

enum { TYPE_CONSOLE = 3, PCI_CONSOLE = 0x1003, PCI_COMMUNICATION = 0x078000, QUEUE_SIZE = 64 };

/* Numbers of queues (5.3.2): two for messages, behind those of port 0, and two for each port. */
enum { TO_DRIVER = 2, FROM_DRIVER = 3, QUEUES = 2 * VIRTIO_CONSOLE_PORTS + 2 };

_Static_assert((int)QUEUES <= (int)VIRTIO_QUEUES_MAX, "a device may have so many");

/* Events of a message (5.3.6.2). */
enum event {
	DEVICE_READY = 0,
	DEVICE_ADD = 1,
	PORT_READY = 3,
	CONSOLE_PORT = 4,
	RESIZE = 5,
	PORT_OPEN = 6,
	PORT_NAME = 7,
};

struct message {
	uint32_t port;
	uint16_t event;
	uint16_t value;
};

/*
 * Bits of `owed`; the lowest is told first. The name is last: who finds a port by its name finds it
 * open, where Linux would take one that is not for one at its end.
 */
enum { OWES_ADD = 1, OWES_CONSOLE = 2, OWES_OPEN = 4, OWES_SIZE = 8, OWES_NAME = 16 };

/* The device configuration (5.3.4). */
struct config {
	struct virtio_console_size size;
	uint32_t ports;
	uint32_t emergency;
};

void virtio_console_identity(const struct virtio_console *c, struct virtio_identity *identity)
{
	struct config config = {.size = c->size, .ports = VIRTIO_CONSOLE_PORTS};

	*identity = (struct virtio_identity){
		.type = TYPE_CONSOLE,
		.pci_device = PCI_CONSOLE,
		.pci_class = PCI_COMMUNICATION,
		.features = MULTIPORT | (c->size.columns ? SIZE : 0) | VIRTIO_FEATURE_INDIRECT |
			    VIRTIO_FEATURE_EVENT_INDEX | VIRTIO_FEATURE_VERSION_1,
		.queues = QUEUES,
		.queue_size = QUEUE_SIZE,
		.config_bytes = sizeof(config),
	};
	memcpy(identity->config, &config, sizeof(config));
}

static unsigned receive_queue(unsigned port)
{
	return port ? 2 * port + 2 : 0;
}

static unsigned transmit_queue(unsigned port)
{
	return receive_queue(port) + 1;
}

/* ---- messages ---- */

static void be_ready(struct virtio_console *c)
{
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		if (c->port[i].there)
			c->port[i].owed |= OWES_ADD;
}

static uint8_t description_of(const struct virtio_console *c, const struct virtio_port *p)
{
	return (uint8_t)(OWES_OPEN | (p->terminal ? OWES_CONSOLE : 0) | (p->name ? OWES_NAME : 0) |
			 (p->terminal && c->sizes ? OWES_SIZE : 0));
}

/* A message of the driver's. What it says of a port that is not there means nothing. */
static int64_t take_message(void *model, unsigned queue, struct virtio_chain *chain)
{
	struct virtio_buffer buffer = virtio_readable(chain);
	struct virtio_console *c = model;
	struct virtio_port *p;
	struct message m;

	(void)queue;
	if (chain->readable != chain->count || virtio_pull(&buffer, &m, sizeof(m)) < sizeof(m))
		return VIRTIO_REFUSED;
	if (m.event == DEVICE_READY && m.value)
		be_ready(c);
	if (m.port >= VIRTIO_CONSOLE_PORTS || !c->port[m.port].there)
		return 0;
	p = &c->port[m.port];
	if (m.event == PORT_READY && m.value) {
		p->ready = true;
		p->owed |= description_of(c, p);
	}
	if (m.event == PORT_OPEN)
		p->open = m.value;
	return 0;
}

/* The first that is owed. */
static struct message next_message(const struct virtio_port *p, unsigned port)
{
	if (p->owed & OWES_ADD)
		return (struct message){port, DEVICE_ADD, 1};
	if (p->owed & OWES_CONSOLE)
		return (struct message){port, CONSOLE_PORT, 1};
	if (p->owed & OWES_OPEN)
		return (struct message){port, PORT_OPEN, !p->over};
	if (p->owed & OWES_SIZE)
		return (struct message){port, RESIZE, 0};
	return (struct message){port, PORT_NAME, 1};
}

/* Fills a buffer of the driver's; how many bytes. One that is too small gets the beginning. */
static uint32_t write_message(struct virtio_chain *chain, const struct virtio_console *c,
			      unsigned port)
{
	const struct virtio_port *p = &c->port[port];
	struct message m = next_message(p, port);
	struct virtio_buffer buffer = virtio_writable(chain);
	size_t done = virtio_push(&buffer, &m, sizeof(m)), length = 0;

	if (m.event == PORT_NAME) {
		while (length < VIRTIO_CONSOLE_NAME && p->name[length])
			length++;
		done += virtio_push(&buffer, p->name, length);
	}
	if (m.event == RESIZE)
		done += virtio_push(&buffer, &c->size, sizeof(c->size));
	return (uint32_t)done;
}

/* Tells the driver what is owed of a port, as far as it has buffers; false if they make no sense.
 */
static bool tell_of(struct virtio_console *c, struct virtio_server *s, unsigned port)
{
	struct virtio_queue *q = &s->queue[TO_DRIVER];
	struct virtio_port *p = &c->port[port];

	while (p->owed && virtio_server_runs(s)) {
		enum virtio_take take = virtio_queue_take_or_listen(q, &c->chain);

		if (take != VIRTIO_CHAIN)
			return take == VIRTIO_NONE;
		if (c->chain.readable)
			return false;
		if (virtio_queue_give(q, c->chain.head, write_message(&c->chain, c, port)))
			virtio_server_interrupt(s);
		p->owed &= (uint8_t)(p->owed - 1);
	}
	return true;
}

/* A driver without ports reads the size in the configuration, where all drivers are told. */
void virtio_console_resize(struct virtio_console *c, struct virtio_server *s,
			   struct virtio_console_size size)
{
	if (!(s->offered & SIZE) || (size.columns == c->size.columns && size.rows == c->size.rows))
		return;
	c->size = size;
	virtio_server_configure(s, offsetof(struct config, size), &size, sizeof(size));
	if (s->features & SIZE && c->port[0].ready)
		c->port[0].owed |= OWES_SIZE;
}

/* ---- bytes ---- */

static bool goes_on(const struct virtio_console *c, const struct virtio_server *s)
{
	return c->flushes || virtio_server_runs(s);
}

/* Takes the next chain of a port that has none at work. */
static enum virtio_take take_sent(struct virtio_port *p, struct virtio_queue *q)
{
	enum virtio_take take = virtio_queue_take_or_listen(q, &p->sent);

	p->rest = virtio_readable(&p->sent);
	return take == VIRTIO_CHAIN && p->sent.readable != p->sent.count ? VIRTIO_BROKEN : take;
}

/* Sends what the medium has room for; true if that was all. */
static bool send_rest(struct virtio_port *p, unsigned port)
{
	uint64_t left;

	if (!p->there)
		return true;
	left = dev_host_port_write(port, p->rest.segment, p->rest.count);
	while (p->rest.count && left >= p->rest.segment->length) {
		left -= p->rest.segment->length;
		p->rest.segment++;
		p->rest.count--;
	}
	if (!p->rest.count)
		return true;
	p->rest.segment->bytes += left;
	p->rest.segment->length -= (uint32_t)left;
	return false;
}

/* Sends what is in a port's queue, until that is empty or the medium full; false if it is broken.
 */
static bool transmit(struct virtio_console *c, struct virtio_server *s, unsigned port)
{
	struct virtio_queue *q = &s->queue[transmit_queue(port)];
	struct virtio_port *p = &c->port[port];

	while (goes_on(c, s)) {
		if (!p->waits) {
			enum virtio_take take = take_sent(p, q);

			if (take != VIRTIO_CHAIN)
				return take == VIRTIO_NONE;
		}
		p->waits = !send_rest(p, port);
		if (p->waits)
			return true;
		if (virtio_queue_give(q, p->sent.head, 0))
			virtio_server_interrupt(s);
	}
	return true;
}

bool virtio_port_listens(const struct virtio_port *p)
{
	return p->there && p->open && !p->over && !p->starved;
}

/* Gives the driver what comes for a port, as far as it has buffers; false if they make no sense. */
static bool receive(struct virtio_console *c, struct virtio_server *s, unsigned port)
{
	struct virtio_queue *q = &s->queue[receive_queue(port)];
	struct virtio_port *p = &c->port[port];

	p->starved = false;
	while (virtio_port_listens(p) && virtio_server_runs(s)) {
		enum virtio_take take = virtio_queue_take_or_listen(q, &c->chain);
		int64_t size;

		p->starved = take == VIRTIO_NONE;
		if (take != VIRTIO_CHAIN)
			return take == VIRTIO_NONE;
		if (c->chain.readable)
			return false;
		size = dev_host_port_read(port, c->chain.segment, c->chain.count);
		if (size <= 0) {
			virtio_queue_put_back(q, 1);
			p->over = size < 0;
			p->owed |= p->over ? OWES_OPEN : 0;
			return true;
		}
		if (virtio_queue_give(q, c->chain.head, (uint32_t)size))
			virtio_server_interrupt(s);
	}
	return true;
}

static bool serve_port(struct virtio_console *c, struct virtio_server *s, unsigned port)
{
	return transmit(c, s, port) && receive(c, s, port);
}

/* A driver that knows no ports has port 0, and the other queues are none of its. */
void virtio_console_serve(struct virtio_console *c, struct virtio_server *s)
{
	bool ports = s->features & MULTIPORT, right = true;

	c->sizes = s->features & SIZE;
	if (ports)
		virtio_server_serve(s, FROM_DRIVER, &c->chain, take_message, c);
	if (!ports)
		c->port[0].open = true;
	for (unsigned i = 0; right && i < (ports ? VIRTIO_CONSOLE_PORTS : 1); i++) {
		right = serve_port(c, s, i);
		if (right && ports)
			right = tell_of(c, s, i);
	}
	if (!right)
		virtio_server_break(s);
}

bool virtio_console_flush(struct virtio_console *c, struct virtio_server *s)
{
	unsigned ports = s->features & MULTIPORT ? VIRTIO_CONSOLE_PORTS : 1;
	bool done = true;

	c->flushes = true;
	for (unsigned i = 0; i < ports && !s->broken; i++)
		done &= !transmit(c, s, i) || !c->port[i].waits;
	c->flushes = false;
	return done;
}

void virtio_console_forget(struct virtio_console *c)
{
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		c->port[i].ready = c->port[i].open = false;
		c->port[i].starved = c->port[i].waits = false;
		c->port[i].owed = 0;
	}
}
