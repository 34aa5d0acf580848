/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm.c - sites under many interrupts, whose handler has sites of its own. An interrupt that
 * comes between a site and the wedge must leave the site as if it came in front of it.
 *
 * Invariant: no check here can fail by bad luck, but one can pass by good luck: interrupts come at
 * any instruction, and only some hit the few between site and wedge.
 */
#include "interrupts.h"
#include "paging.h"
#include "sites.h"

enum { STORM = 4000, COUNT = 100 }; /* interrupts; clocks of the timer between two */

extern void site_str(void), site_sldt(void), site_smsw(void), site_verw(void);

static const struct storm_site {
	void (*code)(void);
	int result; /* the register that gets one; -1: none */
	word changes_flags;
} storm_sites[] = {
	{site_str, DX, 0},
	{site_sldt, CX, 0},
	{site_smsw, AX, 0},
	{site_verw, -1, FLAG_ZF},
};
enum { SITES = sizeof(storm_sites) / sizeof(storm_sites[0]) };

static word results[SITES];

static void run(unsigned int n, bool interrupts)
{
	const struct storm_site *site = &storm_sites[n];
	static struct raw_state before, after;

	for (unsigned int i = 0; i < RAW_REGISTERS; i++)
		before.r[i] = (word)(0x0101010101010101 * (0x10 + i));
	before.flags = 2 | SEEN_FLAGS | (interrupts ? FLAG_IF : 0);
	before.sp = (word)raw_stack_top;
	after = before;
	if (interrupts)
		sti();
	raw_call((const void *)site->code, &after);
	cli();
	for (int i = 0; i < RAW_REGISTERS; i++) {
		if (i != site->result)
			expect_is(after.r[i], before.r[i]);
	}
	expect_is((after.flags ^ before.flags) & SEEN_FLAGS & ~site->changes_flags, 0);
	expect_is(after.sp, 0);
	if (site->result < 0)
		return;
	if (interrupts)
		expect_is(after.r[site->result], results[n]);
	else
		results[n] = after.r[site->result];
}

CHECK(interrupts_between_site_and_wedge)
{
	for (unsigned int n = 0; n < SITES; n++)
		run(n, false);
	timer_count_ticks();
	timer_start(2, COUNT);
	while (timer_ticks < STORM) {
		for (unsigned int n = 0; n < SITES; n++)
			run(n, true);
	}
	timer_stop();
}
