/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.c - what comes from outside: the signals of the timer and of virtio devices, console
 * input; and time.
 *
 * A signal handler only leaves a mark and sets `pending`; the wedge acts on it here, outside of
 * handlers.
 *
 * Invariant: code that is about to block or to run guest code looks at `pending` in such a way that
 * a signal in between is not missed (entry.S).
 */
#include <wedge/log.h>
#include "linux.h"

enum { NS_PER_S = 1000000000, ABSOLUTE = 1 };

struct timer_setting {
	struct host_time interval, value;
};

/* struct sigevent, of which a signal needs only the beginning. */
struct timer_event {
	uint64_t value;
	int32_t signal, notify;
	int32_t reserved[12];
};

void events_init(struct vcpu *v)
{
	struct timer_event event = {.signal = SIGALRM};
	long result;

	(void)v;
	result = host_call3(__NR_timer_create, CLOCK_MONOTONIC, &event, &machine.timer);
	if (host_failed(result))
		linux_host_failed("a timer", result);
}

/* Several presses between two looks are one. */
static void look_at_power(struct vcpu *v)
{
	uint32_t presses =
		virtio_load(&((struct launch_shared *)machine.info.shared)->power_presses);

	if (presses == linux_of(v)->power_presses)
		return;
	linux_of(v)->power_presses = presses;
	core_power_button(v);
}

void events_handle(struct vcpu *v)
{
	struct linux_vcpu *l = linux_of(v);

	v->events.pending = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (l->timer_fired) {
		l->timer_fired = false;
		core_timer(v);
		/* No signal tells of input: while the guest is busy, ask at times. */
		core_console_input(v);
	}
	if (l->virtio_calls) {
		l->virtio_calls = false;
		core_virtio(v);
		look_at_power(v);
	}
	if (v->line)
		v->events.pending = 1;
}

void backend_block(struct vcpu *v)
{
	struct host_poll poll = {.fd = machine.info.input_fd, .events = HOST_POLL_IN};

	linux_wait(__NR_ppoll, (uint64_t)&poll, machine.info.input_fd >= 0, 0, 0);
	events_handle(v);
	if (poll.happened)
		core_console_input(v);
}

static uint64_t read_clock(int clock)
{
	struct host_time now = {0};

	host_call2(__NR_clock_gettime, clock, &now);
	return (uint64_t)now.seconds * NS_PER_S + (uint64_t)now.nanoseconds;
}

uint64_t backend_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t backend_wallclock_s(void)
{
	return read_clock(CLOCK_REALTIME) / NS_PER_S;
}

void backend_timer(uint64_t deadline_ns)
{
	struct timer_setting setting = {0};

	/* A setting of zero disarms. */
	if (deadline_ns != UINT64_MAX) {
		setting.value.seconds = (int64_t)(deadline_ns / NS_PER_S);
		setting.value.nanoseconds = (int64_t)(deadline_ns % NS_PER_S);
		if (!deadline_ns)
			setting.value.nanoseconds = 1;
	}
	host_call4(__NR_timer_settime, machine.timer, ABSOLUTE, &setting, 0);
}

uint64_t backend_tsc_khz(void)
{
	return machine.info.tsc_khz;
}
