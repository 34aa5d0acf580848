/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.c - event channels, time and waiting (public/event_channel.h, public/vcpu.h,
 * public/sched.h).
 *
 * Invariant: `pending` in the vCPU is set whenever an event or an interrupt of the virtual
 * controller waits. All code that sets the guest's interrupt flag tests it.
 */
#include <wedge/lib.h>
#include <wedge/lib/muldiv.h>
#include <wedge/log.h>
#include "events.h"

/* Who handles the events of each port; no handler: the port is not in use. */
static struct {
	event_handler *handle;
	void *who;
} bound[EVENT_PORTS];

/* The ports in use, in no order: what a halt waits for. */
static evtchn_port_t ports[EVENT_PORTS];
static unsigned int port_count;

static struct vcpu_info *info_of(struct vcpu *v)
{
	return (struct vcpu_info *)&v->events;
}

static evtchn_port_t bind_virq(uint32_t virq)
{
	struct evtchn_bind_virq bind = {.virq = virq};

	if (hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, (unsigned long)&bind))
		wedge_fatal("Xen refuses virtual interrupt %u", virq);
	return bind.port;
}

/* Xen looks whether an event has come while the port was masked. */
static void unmask(evtchn_port_t port)
{
	struct evtchn_unmask argument = {.port = port};

	hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_unmask, (unsigned long)&argument);
}

bool events_bind(evtchn_port_t port, event_handler *handle, void *who)
{
	if (!port || port >= EVENT_PORTS)
		return false;
	if (!bound[port].handle)
		ports[port_count++] = port;
	bound[port].handle = handle;
	bound[port].who = who;
	unmask(port);
	return true;
}

evtchn_port_t events_offer(domid_t domain, event_handler *handle, void *who)
{
	struct evtchn_alloc_unbound offer = {.dom = DOMID_SELF, .remote_dom = domain};

	if (hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		       (unsigned long)&offer))
		return 0;
	if (events_bind(offer.port, handle, who))
		return offer.port;
	events_close(offer.port);
	return 0;
}

static void unbind(evtchn_port_t port)
{
	for (unsigned int i = 0; i < port_count; i++)
		if (ports[i] == port)
			ports[i] = ports[--port_count];
	bound[port].handle = NULL;
}

void events_close(evtchn_port_t port)
{
	struct evtchn_close close = {.port = port};

	if (!port)
		return;
	if (port < EVENT_PORTS)
		unbind(port);
	hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_close, (unsigned long)&close);
}

void events_send(evtchn_port_t port)
{
	struct evtchn_send send = {.port = port};

	hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (unsigned long)&send);
}

static void timer(struct vcpu *v, void *who)
{
	(void)who;
	front_timer();
	core_timer(v);
}

static void console_input(struct vcpu *v, void *who)
{
	(void)who;
	core_console_input(v);
}

void events_init(struct vcpu *v)
{
	struct vcpu_register_vcpu_info reg = {0};
	const uint64_t *l1 = xen_page(xen.wedge_l1);

	_Static_assert(sizeof(struct vcpu_info) == sizeof(struct vcpu_events), "one in the other");
	_Static_assert(offsetof(struct vcpu, events) == 0, "within one page");
	v->events.masked = 1;
	reg.mfn = (l1[WEDGE_VCPU_BASE / PAGE % ENTRIES] & X86_PTE_ADDRESS) / PAGE;
	if (hypercall3(__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, 0, (unsigned long)&reg))
		wedge_fatal("Xen refuses to share the vCPU's event bytes");
	v->events.masked = 1;
	hypercall3(__HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
}

void events_start(void)
{
	bool first_domain = xen.start_info->flags & SIF_INITDOMAIN;

	events_bind(bind_virq(VIRQ_TIMER), timer, NULL);
	events_bind(first_domain ? bind_virq(VIRQ_CONSOLE) : xen.start_info->console.domU.evtchn,
		    console_input, NULL);
}

enum { WORD_PORTS = 8 * sizeof(xen_ulong_t) };

/* The events of one word of ports. A port that nobody has bound stays pending and is forgotten. */
static void handle_ports(struct vcpu *v, unsigned int word)
{
	xen_ulong_t *pending = &xen.shared->evtchn_pending[word];
	xen_ulong_t bits = __atomic_load_n(pending, __ATOMIC_SEQ_CST) &
			   ~__atomic_load_n(&xen.shared->evtchn_mask[word], __ATOMIC_SEQ_CST);

	for (; bits; bits &= bits - 1) {
		unsigned int port = word * WORD_PORTS + (unsigned int)__builtin_ctzl(bits);

		if (port >= EVENT_PORTS || !bound[port].handle)
			continue;
		__atomic_fetch_and(pending, ~(bits & -bits), __ATOMIC_SEQ_CST);
		bound[port].handle(v, bound[port].who);
	}
}

/*
 * Each level is cleared before the one below is read (public/xen.h, struct vcpu_info), so an event
 * that comes meanwhile is seen here or sets them again; below, `line` may set the first again.
 */
void events_handle(struct vcpu *v)
{
	xen_ulong_t words;

	v->events.pending = 0;
	words = __atomic_exchange_n(&info_of(v)->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
	for (; words; words &= words - 1)
		handle_ports(v, (unsigned int)__builtin_ctzl(words));
	front_interrupt(v);
	if (v->line)
		v->events.pending = 1;
}

void events_wait(struct vcpu *v, uint64_t until_ns)
{
	struct sched_poll poll = {.nr_ports = port_count, .timeout = until_ns};

	/* Not SCHEDOP_block: that unmasks events, and the wedge is not reentrant. */
	set_xen_guest_handle(poll.ports, ports);
	hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, (unsigned long)&poll);
	events_handle(v);
}

void backend_block(struct vcpu *v)
{
	events_wait(v, 0);
}

/* ---- time ---- */

/* public/xen.h, struct vcpu_time_info: scaled time stamp since the last update. */
static uint64_t scale(uint64_t ticks, uint32_t multiplier, int8_t shift)
{
	if (shift < 0)
		ticks >>= -shift;
	else
		ticks <<= shift;
	return u64_mul_fraction(ticks, multiplier);
}

uint64_t backend_now_ns(void)
{
	const volatile struct vcpu_time_info *t = &info_of(vcpu_this())->time;
	uint32_t version;
	uint64_t now;

	do {
		version = t->version;
		__asm__ volatile("" : : : "memory");
		now = t->system_time +
		      scale(x86_read_tsc() - t->tsc_timestamp, t->tsc_to_system_mul, t->tsc_shift);
		__asm__ volatile("" : : : "memory");
	} while ((version & 1) || version != t->version);
	return now;
}

uint64_t backend_wallclock_s(void)
{
	const volatile struct shared_info *s = xen.shared;
	uint32_t version;
	uint64_t seconds, ns;
	uint32_t rest;

	do {
		version = s->wc_version;
		__asm__ volatile("" : : : "memory");
		seconds = (uint64_t)s->xen_wc_sec_hi << 32 | s->wc_sec;
		ns = s->wc_nsec;
		__asm__ volatile("" : : : "memory");
	} while ((version & 1) || version != s->wc_version);
	return seconds + u64_div(ns + backend_now_ns(), 1000000000, &rest);
}

void backend_timer(uint64_t deadline_ns)
{
	/* 0 disarms (public/xen.h, HYPERVISOR_set_timer_op). */
	hypercall_timer(deadline_ns == UINT64_MAX ? 0 : deadline_ns);
}

/*
 * public/xen.h, struct vcpu_time_info: ns = (ticks << shift) * mul >> 32. Xen gives a domU the
 * processor's counter only if that is safe, else it emulates one of constant rate (tsc_mode); dom0
 * always has the processor's, whose rate must be constant.
 */
uint64_t backend_tsc_khz(void)
{
	const volatile struct vcpu_time_info *t = &info_of(vcpu_this())->time;
	uint32_t rest;
	uint64_t khz = u64_div(1000000ull << 32, t->tsc_to_system_mul, &rest);

	return t->tsc_shift < 0 ? khz << -t->tsc_shift : khz >> t->tsc_shift;
}
