/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_segments.c - see user_segments.h.
 *
 * The host's GDT cannot be changed. Flat segments of the guest are the host's flat ones; others (the
 * thread's own data, behind GS) get an entry in the user process's LDT, behind those of the guest's
 * LDT, which are copied one to one.
 *
 * Invariant: a selector that goes into the orders can be loaded without a fault.
 */
#include <wedge/arch.h>
#include <wedge/guest_walk.h>
#include "user_segments.h"

enum { SELECTOR_NULL_MAX = 3, LDT_SELECTOR = 7 };

static const unsigned int sregs[USER_SEGMENTS] = {X86_DS, X86_ES, X86_FS, X86_GS};

/* Code that can be read, or data; present; for ring 3. */
static bool is_usable(uint64_t d)
{
	bool code = d >> 43 & 1, readable = d >> 41 & 1;

	return (d >> 44 & 1) && (d >> 47 & 1) && (d >> 45 & 3) == 3 && (!code || readable);
}

/* Base 0 and limit 4 GiB: what else a data descriptor says does not matter to user code. */
static bool is_flat(uint64_t d)
{
	uint64_t limit = (d & 0xffff) | (d >> 32 & 0xf0000);

	return !segment_descriptor_base(d) && limit == 0xfffff && (d >> 55 & 1);
}

/* The guest has loaded another LDT, or changed it and loaded it again, as kernels do. */
static void copy_ldt(struct vcpu *v, struct user *user)
{
	uint32_t entries = v->ldt.limit ? (v->ldt.limit + 1) / 8 : 0;
	uint32_t before = user->ldt_entries;
	struct guest_fault fault;
	uint64_t d;

	if (user->ldt_round == linux_of(v)->ldt_round)
		return;
	user->ldt_round = linux_of(v)->ldt_round;
	if (!entries && !before)
		return;
	for (uint32_t i = 0; i < entries || i < before + PROCESS_TLS; i++) {
		if (i >= entries || !guest_read(v, v->ldt.base + i * 8, &d, sizeof(d), &fault) ||
		    !(d >> 44 & 1) || (d >> 45 & 3) != 3)
			d = 0;
		process_descriptor(user, i, d);
	}
	user->ldt_entries = entries;
	for (unsigned int i = 0; i < PROCESS_TLS; i++)
		user->tls[i].selector = 0;
}

/* The host's selector for a descriptor of the guest's GDT that is not flat. */
static uint16_t lend_descriptor(struct user *user, uint16_t selector, uint64_t d)
{
	unsigned int n = 0;

	while (n < PROCESS_TLS && user->tls[n].selector != selector)
		n++;
	if (n == PROCESS_TLS)
		n = user->tls_next++ % PROCESS_TLS;
	if (user->tls[n].selector != selector || user->tls[n].descriptor != d) {
		user->tls[n] = (struct process_tls){.selector = selector, .descriptor = d};
		process_descriptor(user, user->ldt_entries + n, d);
	}
	return (uint16_t)((user->ldt_entries + n) << 3 | LDT_SELECTOR);
}

static uint16_t to_host(struct vcpu *v, struct user *user, uint16_t selector)
{
	uint64_t d;

	if (selector <= SELECTOR_NULL_MAX)
		return selector;
	if (selector == linux_of(v)->user_ss)
		return HOST_DS;
	if (!segment_descriptor(v, selector, &d) || !is_usable(d))
		return 0;
	if (selector & X86_SELECTOR_LDT)
		return selector;
	return is_flat(d) ? HOST_DS : lend_descriptor(user, selector, d);
}

void user_segments_load(struct vcpu *v, struct user *user)
{
	copy_ldt(v, user);
	for (unsigned int i = 0; i < USER_SEGMENTS; i++)
		user->orders->selector[i] = to_host(v, user, v->selector[sregs[i]]);
}

static uint16_t to_guest(const struct vcpu *v, const struct user *user, uint16_t host,
			 bool *native)
{
	unsigned int entry = host >> 3;

	if (host == HOST_DS)
		return linux_of(v)->user_ss;
	if (host <= SELECTOR_NULL_MAX)
		return host;
	if (!(host & X86_SELECTOR_LDT)) {
		*native = true;
		return host;
	}
	if (entry >= user->ldt_entries && entry - user->ldt_entries < PROCESS_TLS)
		return user->tls[entry - user->ldt_entries].selector;
	return host;
}

bool user_segments_read(struct vcpu *v, const struct user *user)
{
	bool native = false;

	for (unsigned int i = 0; i < USER_SEGMENTS; i++) {
		uint16_t host = user->channel->selector[i], loaded = user->orders->selector[i];

		/* Unchanged, as nearly always: it is what the guest loaded. */
		if (host != loaded)
			v->selector[sregs[i]] = to_guest(v, user, host, &native);
	}
	return native;
}
