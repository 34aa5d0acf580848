/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.c - what comes from outside, as irq.c leaves it: ticks of the 8254, console input; time,
 * and K's waiting for messages.
 *
 * L4's own clock has a resolution of 2 ms, its timer interrupt is not ours. The 8254 is free: one
 * interrupt for each deadline, or for each 54 ms on the way to a far one.
 *
 * Invariant: K never waits while `pending` is set.
 */
#include <wedge/lib/muldiv.h>
#include "console.h"
#include "l4.h"

enum {
	TIMER_COUNT = 0x40,
	TIMER_MODE = 0x43,
	TIMER_ONE_SHOT = 0x30, /* counter 0, both bytes, mode 0 (8254's data sheet) */
	TIMER_HZ = 1193182,
	TIMER_MOST = 0xffff,
	NS_PER_S = 1000000000,
	CLOCK_INDEX = 0x70,
	CLOCK_DATA = 0x71,
	CLOCK_TRIES = 16,
};

static uint64_t deadline = UINT64_MAX;

static uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

/* The processor descriptor's second word: its internal frequency in kHz (section 1.1). */
uint64_t backend_tsc_khz(void)
{
	return x2_kip(x2_kip(X2_KIP_PROCESSOR) + 4);
}

uint64_t backend_now_ns(void)
{
	return u64_muldiv(read_tsc(), 1000000, (uint32_t)backend_tsc_khz());
}

static void arm(void)
{
	uint64_t now = backend_now_ns(), count = 1;

	if (deadline == UINT64_MAX)
		return;
	if (deadline > now)
		count = deadline - now > NS_PER_S
				? TIMER_MOST
				: u64_muldiv(deadline - now, TIMER_HZ, NS_PER_S) + 1;
	if (count > TIMER_MOST)
		count = TIMER_MOST;
	port_out8(TIMER_MODE, TIMER_ONE_SHOT);
	port_out8(TIMER_COUNT, (uint8_t)count);
	port_out8(TIMER_COUNT, (uint8_t)(count >> 8));
}

void backend_timer(uint64_t deadline_ns)
{
	deadline = deadline_ns;
	arm();
}

static void timer_fired(struct vcpu *v)
{
	machine.timer_fired = false;
	if (backend_now_ns() < deadline) {
		arm();
		return;
	}
	deadline = UINT64_MAX;
	core_timer(v);
}

void events_handle(struct vcpu *v)
{
	v->events.pending = 0;
	__asm__ volatile("" : : : "memory");
	if (machine.timer_fired)
		timer_fired(v);
	if (machine.input_came) {
		machine.input_came = false;
		core_console_input(v);
	}
	if (v->line)
		v->events.pending = 1;
}

uint32_t events_wait(uint32_t to, uint32_t tag, uint32_t *sender)
{
	uint32_t got = 0;

	machine.waiting = true;
	__asm__ volatile("" : : : "memory");
	if (!vcpu_this()->events.pending) {
		l4_count(COUNT_L4_IPC);
		got = x2_ipc(to, X2_ANY, to ? X2_SEND_NOW : X2_NEVER, tag, L4_K_UTCB, sender);
	} else {
		*sender = L4_IRQ;
	}
	machine.waiting = false;
	return got;
}

void backend_block(struct vcpu *v)
{
	uint32_t sender;

	events_wait(X2_NIL, 0, &sender);
	events_handle(v);
}

/* ---- the clock ---- */

static unsigned int clock_read(uint8_t index)
{
	port_out8(CLOCK_INDEX, index);
	return port_in8(CLOCK_DATA);
}

static unsigned int from_bcd(unsigned int value)
{
	return (value >> 4) * 10 + (value & 15);
}

/* Days since 1970 of a date (the usual count from 1 March on). */
static uint32_t days(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static uint64_t read_clock(void)
{
	unsigned int seconds = from_bcd(clock_read(0)), minutes = from_bcd(clock_read(2));
	unsigned int hours = from_bcd(clock_read(4)), day = from_bcd(clock_read(7));
	unsigned int month = from_bcd(clock_read(8)), year = from_bcd(clock_read(9));

	return (uint64_t)days(2000 + year, month, day) * 86400 + hours * 3600 + minutes * 60 +
	       seconds;
}

/*
 * L4's tick reads the clock's chip, too, and may come between index and data: what is read twice in
 * a row is right.
 */
static uint64_t settled_clock(void)
{
	uint64_t last = 0, now = read_clock();

	for (unsigned int i = 0; i < CLOCK_TRIES && now != last; i++) {
		last = now;
		now = read_clock();
	}
	return now;
}

uint64_t backend_wallclock_s(void)
{
	static uint64_t at_zero;
	uint32_t rest;
	uint64_t uptime = u64_div(backend_now_ns(), NS_PER_S, &rest);

	if (!at_zero)
		at_zero = settled_clock() - uptime;
	return at_zero + uptime;
}
