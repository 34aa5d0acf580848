/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - the first domain writes to Xen's own console, any other to a ring that a daemon reads
 * (public/io/console.h).
 *
 * Invariant: output works from the first instruction on. Until the ring is mapped it goes by
 * console_io, which a release build of Xen refuses to all domains but the first. So it does again
 * when the daemon has written indices that make no sense: then nothing in the ring is believed. A
 * daemon that reads nothing stops the guest for a minute, and then no more.
 */
#include <wedge/backend.h>
#include <wedge/lib.h>
#include "xen.h"
#include <xen/io/console.h>

/*
 * Where the ring is mapped; NULL for the first domain, before it is mapped, and when the daemon has
 * broken it.
 */
static struct xencons_interface *ring;

/* How long the daemon may take for a domain's last words, and for any others. */
#define DRAIN_NS   UINT64_C(1000000000)
#define SILENCE_NS UINT64_C(60000000000)

/* The daemon has read nothing for so long: until it does, what has no room is lost. */
static bool silent;

/* False until there is a vCPU, which has the counters and the clock. */
static bool counts;

void console_set_ring(void *mapped)
{
	ring = mapped;
}

void console_start_counting(void)
{
	counts = true;
}

static long call(enum counter counter, unsigned long number, unsigned long a, unsigned long b,
		 const void *c)
{
	if (counts)
		xen_count(counter);
	return hypercall_raw(number, a, b, (unsigned long)c, 0, 0);
}

static long console_io(unsigned int command, size_t size, const char *text)
{
	return call(COUNT_HYPERCALL_CONSOLE, __HYPERVISOR_console_io, command, size, text);
}

static void notify(void)
{
	struct evtchn_send send = {.port = xen.start_info->console.domU.evtchn};

	call(COUNT_HYPERCALL_EVENT, __HYPERVISOR_event_channel_op, EVTCHNOP_send,
	     (unsigned long)&send, NULL);
}

static void yield(void)
{
	call(COUNT_HYPERCALL_SCHED, __HYPERVISOR_sched_op, SCHEDOP_yield, 0, NULL);
}

/* The bytes in the ring that the daemon has not read yet. */
static uint32_t unread(const struct xencons_interface *r)
{
	return r->out_prod - __atomic_load_n(&r->out_cons, __ATOMIC_ACQUIRE);
}

void console_drain(void)
{
	uint64_t end;

	if (!ring || !counts)
		return;
	for (end = backend_now_ns() + DRAIN_NS; unread(ring) && backend_now_ns() < end;)
		yield();
}

/* Whether the daemon's index makes sense: `bytes` lie between it and the wedge's. */
static bool believe(uint32_t bytes, size_t size)
{
	if (bytes > size)
		ring = NULL;
	return ring;
}

/* Waits until the daemon has made room; false: it does not. */
static bool wait_for_room(const struct xencons_interface *r)
{
	uint64_t end = counts ? backend_now_ns() + SILENCE_NS : 0;

	while (unread(r) == sizeof(r->out)) {
		if (silent)
			return false;
		notify();
		yield();
		silent = counts && backend_now_ns() >= end;
	}
	silent = false;
	return true;
}

static bool ring_put(struct xencons_interface *r, char c)
{
	if (!wait_for_room(r) || !believe(unread(r), sizeof(r->out)))
		return false;
	r->out[MASK_XENCONS_IDX(r->out_prod, r->out)] = c;
	__atomic_store_n(&r->out_prod, r->out_prod + 1, __ATOMIC_RELEASE);
	return true;
}

void backend_console_write(const char *text, size_t size)
{
	size_t done = 0;

	while (ring && done < size && ring_put(ring, text[done]))
		done++;
	if (ring)
		notify();
	else
		console_io(CONSOLEIO_write, size - done, text + done);
}

static size_t ring_get(struct xencons_interface *r, char *text, size_t size)
{
	uint32_t waiting = __atomic_load_n(&r->in_prod, __ATOMIC_ACQUIRE) - r->in_cons;
	size_t n = 0;

	if (!believe(waiting, sizeof(r->in)))
		return 0;
	for (; n < size && n < waiting; n++)
		text[n] = r->in[MASK_XENCONS_IDX(r->in_cons + n, r->in)];
	if (n) {
		__atomic_store_n(&r->in_cons, r->in_cons + (uint32_t)n, __ATOMIC_RELEASE);
		notify();
	}
	return n;
}

size_t backend_console_read(char *text, size_t size)
{
	long got;

	if (ring)
		return ring_get(ring, text, size);
	got = console_io(CONSOLEIO_read, size, text);
	return got > 0 ? (size_t)got : 0;
}
