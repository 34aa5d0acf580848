/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c - leads system calls of 64-bit programs to the door: counts those that are signals, and
 * patches the places that make many, in copies of their pages (copy.h).
 *
 * Invariant: the guest never sees a program counter between site and door: an interrupt there comes
 * before the system call, a single step behind it.
 */
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include "../debug.h"
#include "door.h"
#include "hops.h"

enum {
	LEARN_CALLS = 16, /* system calls by signal */
	SHARE_CALLS = 32, /* of one process, until it has a copy that there is */
	LEARN_SITES = 256,
};

/* ---- sites ---- */

/* All sites are in use: the oldest copy goes, but not this one. */
static void make_room(uint32_t copy)
{
	uint32_t victim = copy_victim();

	if (victim != copy)
		view_drop_copies(copy_page(victim), 1);
}

/* Has the loaded space's process make the system call at `va` by way of the door from now on. */
static bool make_site(struct vcpu *v, uint64_t va, const uint8_t *page)
{
	struct copy_site site = {.at = va % X86_PAGE_SIZE};
	struct view *view = space_user_view(v);
	uint32_t number;

	if (!view || !hops_is_syscall(page, site.at) || !hops_find(page, page, &site))
		return false;
	site.copy = view_copy(view, va);
	if (site.copy == COPY_NONE)
		return false;
	if (!hops_is_syscall(copy_bytes(site.copy), site.at))
		return true;
	if (!hops_find(page, copy_bytes(site.copy), &site))
		return false;
	number = copy_add_site(&site);
	if (number == COPY_NONE)
		make_room(site.copy);
	else
		hops_patch(copy_bytes(site.copy), &site, number);
	return number != COPY_NONE;
}

/*
 * Has the process made enough calls in a page that has a copy? To map it costs as much as the
 * signals of some ten, and many programs make no more.
 */
static bool is_worth_mapping(struct vcpu *v, uint32_t copy)
{
	struct view *view = space_user_view(v);

	return view && ++view->process->copy_calls[copy] % SHARE_CALLS == 0;
}

/*
 * Calls are counted by guest-physical address, for all programs that share the code. What could not
 * be patched, or has been written to, is tried again ever less often.
 */
void door_learn(struct vcpu *v)
{
	static struct {
		uint64_t address;
		uint32_t calls;
		bool made;
	} table[LEARN_SITES], *entry;
	uint64_t va = v->rip - HOPS_SYSCALL;
	struct guest_walk walk;
	uint32_t copy;

	if (debug_attached() || !guest_lookup(v, va, &walk) || walk.leaf != 1 || walk.writable)
		return;
	entry = &table[(walk.address ^ walk.address >> X86_PAGE_SHIFT) % LEARN_SITES];
	if (entry->address != walk.address) {
		entry->address = walk.address;
		entry->calls = 0;
		entry->made = false;
	}
	entry->calls++;
	copy = copy_next(walk.address / X86_PAGE_SIZE, 1, 0);
	entry->made &= copy != COPY_NONE;
	if (entry->made ? is_worth_mapping(v, copy)
			: entry->calls >= LEARN_CALLS && !(entry->calls & (entry->calls - 1)))
		entry->made = make_site(v, va, guest_page(walk.address));
}

/* ---- on the way ---- */

bool door_find(struct vcpu *v, const struct process *process)
{
	const struct copy_site *site = copy_site(v->rip);

	if (!site || !process->copy_at[site->copy])
		return false;
	v->rip = process->copy_at[site->copy] + site->at + HOPS_SYSCALL;
	return true;
}

/* The site in a copy whose hop is interrupted; NULL: none is. */
static const struct copy_site *interrupted(const struct process *process, uint64_t rip)
{
	uint32_t offset = rip % X86_PAGE_SIZE;

	for (uint32_t i = 0; i < LINUX_COPIES; i++) {
		const struct copy_site *site;

		if (!process->copy_at[i] || process->copy_at[i] != rip - offset)
			continue;
		site = copy_site_at_hop(i, offset - HOPS_JUMP);
		if (site)
			return site;
	}
	return NULL;
}

bool door_on_way(struct vcpu *v, const struct process *process)
{
	const struct copy_site *site = interrupted(process, v->rip);

	if (!site)
		return false;
	v->rip = process->copy_at[site->copy] + site->at;
	return true;
}
