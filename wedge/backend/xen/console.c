/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - the first domain writes to Xen's own console, any other to a ring that a daemon reads
 * (public/io/console.h).
 *
 * Invariant: output works from the first instruction on. Until the ring is mapped it goes by
 * console_io, which a release build of Xen refuses to all domains but the first.
 */
#include <wedge/backend.h>
#include <wedge/lib.h>
#include "xen.h"
#include <xen/io/console.h>

/* Where the ring is mapped; NULL for the first domain, and before it is mapped. */
static struct xencons_interface *ring;

/* How long the daemon may take for a domain's last words. */
enum { DRAIN_NS = 1000000000 };

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

/* Puts one byte into the ring; waits for the daemon if it is full. */
static void ring_put(char c)
{
	struct xencons_interface *r = ring;

	while (unread(r) == sizeof(r->out)) {
		notify();
		yield();
	}
	r->out[MASK_XENCONS_IDX(r->out_prod, r->out)] = c;
	__atomic_store_n(&r->out_prod, r->out_prod + 1, __ATOMIC_RELEASE);
}

void backend_console_write(const char *text, size_t size)
{
	if (!ring) {
		console_io(CONSOLEIO_write, size, text);
		return;
	}
	for (size_t i = 0; i < size; i++)
		ring_put(text[i]);
	notify();
}

static size_t ring_get(char *text, size_t size)
{
	struct xencons_interface *r = ring;
	size_t n = 0;

	while (n < size && r->in_cons != __atomic_load_n(&r->in_prod, __ATOMIC_ACQUIRE)) {
		text[n++] = r->in[MASK_XENCONS_IDX(r->in_cons, r->in)];
		__atomic_store_n(&r->in_cons, r->in_cons + 1, __ATOMIC_RELEASE);
	}
	if (n)
		notify();
	return n;
}

size_t backend_console_read(char *text, size_t size)
{
	long got;

	if (ring)
		return ring_get(text, size);
	got = console_io(CONSOLEIO_read, size, text);
	return got > 0 ? (size_t)got : 0;
}
