/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.c - see ports.h. Messages and rings are understood in wedge/dev/virtio/console.c.
 *
 * Invariant: the device's thread waits nowhere but in its poll, and at a reset for somebody to read
 * what was sent before, or for the end.
 */
#include "ports.h"
#include "devices.h"
#include "terminal.h"

#include <wedge/dev/virtio_console.h>

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *const words[VIRTIO_CONSOLE_PORTS] = {"terminal", "input", "output", "error"};

/* The device, whose thread has it while that runs. */
static struct virtio_console console;
static struct virtio_server *server; /* once it was served */
static int input[VIRTIO_CONSOLE_PORTS], output[VIRTIO_CONSOLE_PORTS];
static uint64_t moved; /* bytes from the guest */

/* The terminal's size as the main thread has read it last, in one word: rows, columns. */
static uint32_t size_read;

/* How often a wait for a reader looks for the end. */
enum { LOOK_MS = 50 };

void ports_parse(struct options *options, const char *text)
{
	for (const char *word = text;; word++) {
		size_t length = strcspn(word, ",");
		unsigned int port = 0;

		while (port < VIRTIO_CONSOLE_PORTS &&
		       (strncmp(word, words[port], length) != 0 || words[port][length] || !length))
			port++;
		if (port == VIRTIO_CONSOLE_PORTS)
			die(END_USAGE,
			    "--ports takes terminal, input, output and error, with commas between, "
			    "not '%s'",
			    text);
		options->ports |= 1u << port;
		word += length;
		if (!*word)
			return;
	}
}

/* ---- the terminal's size ---- */

static void read_size(void)
{
	uint16_t rows, columns;

	if (terminal_size(&rows, &columns))
		__atomic_store_n(&size_read, (uint32_t)rows << 16 | columns, __ATOMIC_RELAXED);
}

static struct virtio_console_size size_now(void)
{
	uint32_t size = __atomic_load_n(&size_read, __ATOMIC_RELAXED);

	return (struct virtio_console_size){.columns = (uint16_t)size,
					    .rows = (uint16_t)(size >> 16)};
}

void ports_resize(void)
{
	read_size();
	devices_ring(&console);
}

/* ---- the device ---- */

static void serve(void *model, struct virtio_server *s)
{
	server = s;
	virtio_console_resize(model, s, size_now());
	virtio_console_serve(model, s);
}

static unsigned int others(void *model, struct pollfd *polls)
{
	const struct virtio_console *c = model;
	unsigned int count = 0;

	for (unsigned int i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		if (virtio_port_listens(&c->port[i]) && input[i] >= 0)
			polls[count++] = (struct pollfd){.fd = input[i], .events = POLLIN};
		if (c->port[i].waits && output[i] >= 0)
			polls[count++] = (struct pollfd){.fd = output[i], .events = POLLOUT};
	}
	return count;
}

/* A reset is complete when what was sent before it is out. */
static void stop(void *model)
{
	struct virtio_console *c = model;

	while (server && !virtio_console_flush(c, server) && !devices_ending()) {
		struct pollfd polls[DEVICE_POLLS];
		unsigned int count = 0;

		for (unsigned int i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
			if (c->port[i].waits)
				polls[count++] =
					(struct pollfd){.fd = output[i], .events = POLLOUT};
		poll(polls, count, LOOK_MS);
	}
	virtio_console_forget(c);
}

void ports_open(const struct options *options)
{
	static const struct device_kind kind = {
		.serve = serve, .others = others, .stop = stop, .stays = true};
	static const char *const names[VIRTIO_CONSOLE_PORTS] = {
		NULL, "afterburn.input", "afterburn.output", "afterburn.error"};
	struct virtio_identity identity;

	if (!options->ports)
		return;
	for (unsigned int i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		console.port[i] = (struct virtio_port){.there = options->ports & 1u << i,
						       .terminal = i == PORT_TERMINAL,
						       .name = names[i]};
		input[i] = output[i] = -1;
	}
	read_size();
	if (options->ports & 1u << PORT_TERMINAL)
		console.size = size_now();
	virtio_console_identity(&console, &identity);
	devices_add(&kind, &console, &identity);
}

void ports_connect(enum port port, int from, int to)
{
	input[port] = from;
	output[port] = to;
}

bool ports_drain(void)
{
	uint64_t before = moved;

	if (server && server->active)
		virtio_console_flush(&console, server);
	return moved != before;
}

/* ---- what the device asks for ---- */

/* What nobody takes any more is lost, as what a program writes to a pipe without a reader. */
uint64_t dev_host_port_write(unsigned int port, const struct virtio_segment *from,
			     unsigned int count)
{
	struct iovec bytes[VIRTIO_QUEUE_SIZE_MAX];
	ssize_t done = -1;

	errno = EPIPE;
	if (output[port] >= 0)
		done = writev(output[port], bytes, (int)devices_elements(bytes, from, count));
	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (done < 0)
		return virtio_length(from, count);
	moved += (uint64_t)done;
	return (uint64_t)done;
}

int64_t dev_host_port_read(unsigned int port, const struct virtio_segment *to, unsigned int count)
{
	struct iovec bytes[VIRTIO_QUEUE_SIZE_MAX];
	ssize_t done;

	if (input[port] < 0)
		return 0;
	done = readv(input[port], bytes, (int)devices_elements(bytes, to, count));
	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return done > 0 ? done : -1;
}
