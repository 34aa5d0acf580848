/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_server.h - what serves the rings of one virtio device: starts and stops with the driver,
 * and interrupts it. The rules between it and the registers are in virtio_shared.h.
 *
 * One thread serves a device:
 *
 *	wait for dev_host_virtio_doorbell();
 *	if (virtio_server_follow(&s))
 *		virtio_block_serve(&block, &s);
 *	else
 *		wake what waits in dev_host_virtio_quiet();
 *
 * and begins again. Rings that come while it works must not be lost.
 *
 * Invariant: while `active` is false, the server touches no ring and no guest memory.
 */
#ifndef WEDGE_DEV_VIRTIO_SERVER_H
#define WEDGE_DEV_VIRTIO_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_shared.h>

struct virtio_server {
	struct virtio_shared *shared;
	unsigned device;   /* names the device to dev_host_virtio_interrupt() */
	unsigned queues;   /* of the device */
	uint64_t offered;  /* features */
	uint64_t features; /* that the driver has accepted, once active */
	bool active;
	bool broken; /* the driver broke the rules; nothing is served until it resets the device */
	bool config_changed; /* while no driver was there to be told */
	uint32_t config_sequence;
	uint8_t config[VIRTIO_CONFIG_MAX]; /* the device configuration, without what drivers write
					    */
	struct virtio_queue queue[VIRTIO_QUEUES_MAX];
	/*
	 * Unless NULL: called with `model` before shared->serving becomes 0. On return nobody else
	 * serves the rings, who did so for the server. Set it behind virtio_server_init().
	 */
	void (*stop)(void *model);
	void *model;
};

void virtio_server_init(struct virtio_server *s, unsigned device,
			const struct virtio_identity *identity, struct virtio_shared *shared);

/*
 * Starts or stops as `run` says. True: the queues may be served. False: shared->serving is 0.
 */
bool virtio_server_follow(struct virtio_server *s);

/* Whether to go on with the next chain: the driver has not asked for a reset. */
bool virtio_server_runs(const struct virtio_server *s);

/* Chains were given back for which the driver wants an interrupt. */
void virtio_server_interrupt(struct virtio_server *s);

/*
 * The device configuration has other bytes from an offset on, within VIRTIO_CONFIG_MAX: shows them
 * to the driver and interrupts it (2.5.1), or as soon as it has started the device. Like all
 * functions here, for the thread that serves the device; it may be called while the server is not
 * active.
 */
void virtio_server_configure(struct virtio_server *s, unsigned offset, const void *bytes,
			     unsigned length);

/*
 * What the driver has written to the word at `offset` of the device configuration, a multiple of 4,
 * if it may write there (identity.config_writable); before it has, what the identity says. It rings
 * when it writes.
 */
uint32_t virtio_server_written(const struct virtio_server *s, unsigned offset);

/* What a chain that breaks the rules of its kind of device comes to. */
enum { VIRTIO_REFUSED = -1 };

/*
 * Carries a chain of a queue out: the bytes that it has written there, or VIRTIO_REFUSED. `model`
 * is what virtio_server_serve() was given; segments may be used up (virtio_buffer.h).
 */
typedef int64_t virtio_carry_out(void *model, unsigned queue, struct virtio_chain *chain);

/*
 * Carries out all chains of a queue, one after the other, until it is empty or the driver resets
 * the device; on return the driver rings for the next one. A chain that is refused breaks the
 * queue. `chain` is room for one. Call it when virtio_server_follow() has returned true.
 */
void virtio_server_serve(struct virtio_server *s, unsigned queue, struct virtio_chain *chain,
			 virtio_carry_out *carry_out, void *model);

/* A queue is broken: tells the driver that the device needs a reset, and serves no more. */
void virtio_server_break(struct virtio_server *s);

/* ---- what the program defines that links server.c ---- */

/*
 * shared->interrupt of the device has new bits: have the core call pc_virtio_interrupt() soon. Is
 * called by the thread that serves the device.
 */
void dev_host_virtio_interrupt(unsigned device);

#endif
