/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_domain.c - see fake_domain.h: memory and hypercalls.
 *
 * Invariant: what the wedge asks Xen for and the fake does not know fails the test.
 */
#include "fake_domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <wedge/log.h>
#include <xen/grant_table.h>

enum { FIRST_FRAME = 0x5000, GRANT_PAGES = 4, GRANTS = GRANT_PAGES * 512, PORT_FIRST = 20 };

struct vcpu vcpu;
struct xen xen;
char *fake_physmap;
uint64_t fake_machine_to_physical[1];
struct fake_domain fake;

static struct start_info start_info;
static struct shared_info shared_info;
static uint64_t frames[FAKE_PAGES];
static struct grant_entry_v1 *grants;
static unsigned int grant_pages;
static evtchn_port_t next_port;
static unsigned int heap_next;
static char *memory;

void fake_domain_new(void)
{
	struct vcpu_info *info = (void *)&vcpu.events;

	memory = memory ? memory : aligned_alloc(PAGE, (size_t)FAKE_PAGES * PAGE);
	grants = grants ? grants : aligned_alloc(PAGE, (size_t)GRANT_PAGES * PAGE);
	memset(memory, 0x5a, (size_t)FAKE_PAGES * PAGE);
	memset(grants, 0, (size_t)GRANT_PAGES * PAGE);
	fake_physmap = memory;
	memset(&shared_info, 0, sizeof(shared_info));
	memset(&vcpu, 0, sizeof(vcpu));
	memset(&fake, 0, sizeof(fake));
	fake.allocations = UINT32_MAX;
	fake.now_ns = 1000000000;
	info->time.system_time = fake.now_ns;
	for (unsigned int i = 0; i < FAKE_PAGES; i++)
		frames[i] = FIRST_FRAME + i;
	start_info = (struct start_info){.store_evtchn = FAKE_STORE_PORT, .store_mfn = 1};
	start_info.console.domU.evtchn = FAKE_CONSOLE_PORT;
	xen = (struct xen){.start_info = &start_info,
			   .shared = &shared_info,
			   .p2m = frames,
			   .pages = FAKE_PAGES};
	next_port = PORT_FIRST;
	grant_pages = 0;
	heap_next = FAKE_GUEST_PAGES;
	store_new();
	back_new();
}

void *fake_guest(uint64_t address)
{
	assert_in_range(address, 0, (uint64_t)FAKE_GUEST_PAGES * PAGE - 1);
	return memory + address;
}

void fake_event(evtchn_port_t port)
{
	struct vcpu_info *info = (void *)&vcpu.events;

	if (!port)
		return;
	shared_info.evtchn_pending[port / 64] |= 1ull << port % 64;
	info->evtchn_pending_sel |= 1ull << port / 64;
	vcpu.events.pending = 1;
}

void *fake_map(grant_ref_t reference)
{
	struct grant_entry_v1 *e = &grants[reference];

	if (reference >= grant_pages * 512 || (e->flags & GTF_type_mask) != GTF_permit_access ||
	    e->domid != FAKE_OTHER || e->frame - FIRST_FRAME >= FAKE_PAGES)
		return NULL;
	assert_in_range(e->frame - FIRST_FRAME, FAKE_GUEST_PAGES, FAKE_PAGES - 1);
	e->flags |= GTF_reading | GTF_writing;
	return memory + (e->frame - FIRST_FRAME) * PAGE;
}

void fake_unmap_all(void)
{
	for (unsigned int i = 0; i < grant_pages * 512; i++)
		grants[i].flags &= (uint16_t) ~(GTF_reading | GTF_writing);
}

unsigned int fake_grants(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < grant_pages * 512; i++)
		count += grants[i].flags != 0;
	return count;
}

/* ---- hypercalls ---- */

static long event_channel_op(unsigned long command, void *argument)
{
	switch (command) {
	case EVTCHNOP_alloc_unbound:
		if (fake.ports_refused)
			return -ENOSPC;
		((struct evtchn_alloc_unbound *)argument)->port = next_port++;
		fake.ports_open++;
		return 0;
	case EVTCHNOP_close:
		fake.ports_open--;
		return 0;
	case EVTCHNOP_send:
		fake.console_port_events +=
			((struct evtchn_send *)argument)->port == FAKE_CONSOLE_PORT;
		return 0;
	case EVTCHNOP_unmask:
		return 0;
	default:
		fail_msg("event channel operation %lu", command);
		return -ENOSYS;
	}
}

static long grant_table_op(unsigned long command, struct gnttab_setup_table *setup)
{
	assert_int_equal(command, GNTTABOP_setup_table);
	if (fake.grants_refused || setup->nr_frames > GRANT_PAGES) {
		setup->status = GNTST_general_error;
		return 0;
	}
	for (unsigned int i = 0; i < setup->nr_frames; i++)
		setup->frame_list.p[i] = 0x100 + i;
	grant_pages = setup->nr_frames;
	setup->status = GNTST_okay;
	return 0;
}

static long vcpu_op(unsigned long command, const struct vcpu_set_periodic_timer *period)
{
	fake.period_ns = command == VCPUOP_set_periodic_timer ? period->period_ns : 0;
	return 0;
}

static void pass_time(uint64_t ns)
{
	struct vcpu_info *info = (void *)&vcpu.events;

	fake.now_ns += ns;
	info->time.system_time = fake.now_ns;
}

/* Waits: daemon and back end go on; if that brings nothing, time passes. */
static long poll(const struct sched_poll *argument)
{
	bool any = store_run();

	any |= back_run();
	if (!any && !vcpu.events.pending && argument->timeout > fake.now_ns)
		pass_time(argument->timeout - fake.now_ns);
	return 0;
}

/* Others run for a millisecond. */
static long yield(void)
{
	if (fake.yielded)
		fake.yielded();
	pass_time(1000000);
	return 0;
}

static long sched_op(unsigned long command, void *argument)
{
	if (command == SCHEDOP_yield)
		return yield();
	assert_int_equal(command, SCHEDOP_poll);
	return poll(argument);
}

/* A release build of Xen has it for the first domain alone. */
static long console_io(void)
{
	fake.console_calls++;
	return -EPERM;
}

long hypercall_raw(unsigned long number, unsigned long a, unsigned long b, unsigned long c,
		   unsigned long d, unsigned long e)
{
	(void)d;
	(void)e;
	switch (number) {
	case __HYPERVISOR_event_channel_op:
		return event_channel_op(a, (void *)b);
	case __HYPERVISOR_grant_table_op:
		return grant_table_op(a, (void *)b);
	case __HYPERVISOR_vcpu_op:
		return vcpu_op(a, (void *)c);
	case __HYPERVISOR_sched_op:
		return sched_op(a, (void *)b);
	case __HYPERVISOR_console_io:
		return console_io();
	default:
		fail_msg("hypercall %lu", number);
		return -ENOSYS;
	}
}

/* ---- the rest of the wedge ---- */

extern char store_page[];

void *memory_map_frame(uint64_t va, uint64_t frame)
{
	if (va == XEN_STORE_RING)
		return store_page;
	assert_in_range(frame, 0x100, 0x100 + GRANT_PAGES - 1);
	return (char *)grants + (frame - 0x100) * PAGE;
}

bool memory_is_guest(uint64_t page)
{
	return page < FAKE_GUEST_PAGES;
}

void *backend_allocate(size_t size)
{
	unsigned int pages = (unsigned int)((size + PAGE - 1) / PAGE);
	void *start = memory + (size_t)heap_next * PAGE;

	if (!fake.allocations || heap_next + pages > FAKE_PAGES)
		return NULL;
	fake.allocations--;
	heap_next += pages;
	memset(start, 0, pages * PAGE);
	return start;
}

void wedge_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fake.last_log, sizeof(fake.last_log), format, arguments);
	va_end(arguments);
	fake.logged++;
}

void wedge_fatal(const char *format, ...)
{
	fail_msg("the wedge ends the guest: %s", format);
	abort();
}

void core_timer(struct vcpu *v)
{
	(void)v;
}

void core_console_input(struct vcpu *v)
{
	(void)v;
}

void core_power_button(struct vcpu *v)
{
	(void)v;
	fake.power_presses++;
}

/* ---- the balloon: what is in it is another part's (tests/wedge/xen/balloon_test.c) ---- */

bool balloon_init(void)
{
	return true;
}

bool balloon_take(const uint32_t *pages, unsigned int count)
{
	(void)pages;
	fake.in_balloon += count;
	return true;
}

int balloon_return(const uint32_t *pages, unsigned int count)
{
	unsigned int back = count < fake.xen_has ? count : fake.xen_has;

	(void)pages;
	fake.xen_has -= back;
	fake.in_balloon -= back;
	return (int)back;
}

bool balloon_return_all(void)
{
	unsigned int back = fake.in_balloon < fake.xen_has ? fake.in_balloon : fake.xen_has;

	fake.xen_has -= back;
	fake.in_balloon -= back;
	return !fake.in_balloon;
}

void core_reboot_keys(struct vcpu *v)
{
	(void)v;
	fake.reboot_presses++;
}

void core_serial_break(struct vcpu *v, char key)
{
	(void)v;
	fake.breaks++;
	fake.break_key = key;
}

void core_virtio(struct vcpu *v)
{
	(void)v;
	fake.virtio_interrupts++;
}

void world(void)
{
	for (unsigned int i = 0; i < 1000; i++) {
		bool any = store_run();

		any |= back_run();
		if (vcpu.events.pending)
			events_handle(&vcpu);
		else if (!any)
			return;
	}
	fail_msg("the world does not come to rest");
}
