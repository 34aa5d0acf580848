/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console.h - a virtio console device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.3)
 * with ports: streams of bytes in both directions, some of which are terminals.
 *
 * The size of a terminal is told as the specification has it, columns first. Linux took rows first
 * until 2025 (commit 5326ab737a47, which stable versions have, too): such a kernel has them the
 * wrong way round. Emergency writes are not offered.
 *
 * Invariant: of what the driver says, there is room for all; what it is to be told is bits, not a
 * list, so a driver that takes nothing costs no memory.
 */
#ifndef WEDGE_DEV_VIRTIO_CONSOLE_H
#define WEDGE_DEV_VIRTIO_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_buffer.h>
#include <wedge/dev/virtio_server.h>

enum { VIRTIO_CONSOLE_PORTS = 4, VIRTIO_CONSOLE_NAME = 32 };

/* Of a terminal, as in the device configuration (5.3.4) and in a message; 0: not known. */
struct virtio_console_size {
	uint16_t columns, rows;
};

struct virtio_port {
	bool there;
	bool terminal; /* the driver makes a console of it; one without ports knows port 0 alone */
	const char *name; /* shorter than VIRTIO_CONSOLE_NAME, or NULL */

	/* console.c's own, zero at first. */
	bool ready;   /* the driver knows it */
	bool open;    /* in the guest: what comes is read there */
	bool over;    /* nothing more comes */
	bool starved; /* the driver has no buffer for what comes, and rings when it has */
	bool waits;   /* the medium had no room for `rest`, of `sent` */
	uint8_t owed; /* what the driver is to be told */
	struct virtio_chain sent;
	struct virtio_buffer rest;
};

struct virtio_console {
	struct virtio_port port[VIRTIO_CONSOLE_PORTS];
	struct virtio_console_size size; /* of port 0; one that is known at first may change */

	/* console.c's own, zero at first. */
	bool sizes;		   /* the driver takes them */
	bool flushes;		   /* the device is being reset, and what was sent goes out first */
	struct virtio_chain chain; /* a message, or a buffer for what comes */
};

/* What a driver sees of this device. */
void virtio_console_identity(const struct virtio_console *c, struct virtio_identity *identity);

/*
 * Moves what can be moved in both directions. Call it when virtio_server_follow() has returned
 * true, when the medium has room again for a port that waits, and when something has come for a
 * port that listens. A message that makes no sense breaks the queue, as does a buffer that goes the
 * wrong way.
 */
void virtio_console_serve(struct virtio_console *c, struct virtio_server *s);

/*
 * The terminal of port 0 has this size now. Call it when virtio_server_follow() has returned true,
 * and then virtio_console_serve().
 */
void virtio_console_resize(struct virtio_console *c, struct virtio_server *s,
			   struct virtio_console_size size);

/* Whether what comes for this port would be read by virtio_console_serve(). */
bool virtio_port_listens(const struct virtio_port *p);

/*
 * The driver resets the device (virtio_server.stop). The first sends what it had sent until then,
 * as far as the medium has room; true: nothing is left. The second forgets the driver.
 */
bool virtio_console_flush(struct virtio_console *c, struct virtio_server *s);
void virtio_console_forget(struct virtio_console *c);

/* ---- what the program defines that links console.c ---- */

/* Takes bytes from a port: how many. Less than all: there is no more room for now. */
uint64_t dev_host_port_write(unsigned port, const struct virtio_segment *from, unsigned count);

/* Fills bytes that come for a port: how many; 0: none for now; -1: none will come any more. */
int64_t dev_host_port_read(unsigned port, const struct virtio_segment *to, unsigned count);

#endif
