/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon.c - pages of the guest's that go to Xen, and come back (public/memory.h,
 * XENMEM_decrease_reservation and XENMEM_populate_physmap).
 *
 * A page that goes must be mapped nowhere, since Xen keeps a frame as long as anything maps it: not
 * in the physmap, not by an entry of a shadow table. Some pages are taken from the guest and yet
 * not given to Xen, since the wedge may still read them: what is a page table in the loaded space,
 * and what the kernel may execute. A guest that gives such a page has made a mistake, or has freed
 * it lately.
 *
 * Invariant: a page without memory is in the balloon and hidden (memory_hide()), and nothing maps
 * the frame that it had.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "space.h"
#include <xen/memory.h>

/* One bit for each page: it is in the balloon, as the guest's driver sees it. */
static uint64_t *in_balloon;

/* Pages that go to Xen, and frames that go or come: one call at a time is at work. */
static uint32_t going[XEN_BALLOON_PIECE];
static unsigned long frames[XEN_BALLOON_PIECE];

static bool is_in(uint64_t page)
{
	return page < xen.pages && in_balloon[page / 64] >> page % 64 & 1;
}

static void set_in(uint64_t page, bool value)
{
	uint64_t bit = 1ull << page % 64;

	in_balloon[page / 64] = value ? in_balloon[page / 64] | bit : in_balloon[page / 64] & ~bit;
}

/*
 * Xen's builder has pinned the tables that it made, which map much of the guest's memory. The
 * wedge's own first table leads to them too.
 */
static void leave_initial_tables(void)
{
	struct mmuext_op op = {.cmd = MMUEXT_UNPIN_TABLE,
			       .arg1.mfn = xen.p2m[xen.start_info->pt_base / PAGE]};

	update_entry(xen.boot_table, 0, 0);
	update_flush();
	/* A builder that has pinned nothing is as good. */
	hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF);
}

bool balloon_init(void)
{
	in_balloon = backend_allocate((size_t)((xen.pages + 63) / 64 * 8));
	if (in_balloon)
		leave_initial_tables();
	return in_balloon;
}

/* How many of the frames, from the first on, Xen has taken, or has filled in. */
static unsigned int ask_xen(unsigned int command, unsigned int count)
{
	struct xen_memory_reservation reservation = {.nr_extents = count, .domid = DOMID_SELF};
	long done;

	if (!count)
		return 0;
	set_xen_guest_handle(reservation.extent_start, (xen_pfn_t *)frames);
	done = hypercall2(__HYPERVISOR_memory_op, command, (unsigned long)&reservation);
	return done > 0 ? (unsigned int)done : 0;
}

/* Brings shadow tables into agreement with what has memory now. */
static void follow(const uint32_t *pages, unsigned int count)
{
	if (!count)
		return;
	shadow_follow_memory();
	for (unsigned int i = 0; i < count; i++)
		shadow_follow_split(pages[i]);
	space_flush_tlb(vcpu_this());
}

/* ---- to Xen ---- */

/* Marks all of them, or none; a page that comes twice is found since it is marked already. */
static bool mark(const uint32_t *pages, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (!is_in(pages[i]) && memory_is_guest(pages[i])) {
			set_in(pages[i], true);
			continue;
		}
		wedge_log("the guest gives page %x, which it %s: its balloon is closed", pages[i],
			  is_in(pages[i]) ? "has given before" : "has not");
		while (i--)
			set_in(pages[i], false);
		return false;
	}
	return true;
}

/* Spaces of programs that have ended are kept, and their tables are free memory by now. */
static void forget_old_tables(const uint32_t *pages, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (shadow_has_table(pages[i])) {
			space_keep_current();
			return;
		}
	}
}

static bool may_go(uint64_t page)
{
	return !shadow_has_table(page) && !memory_code_seen(page);
}

bool balloon_take(const uint32_t *pages, unsigned int count)
{
	unsigned int n = 0, taken;

	if (!mark(pages, count))
		return false;
	forget_old_tables(pages, count);
	for (unsigned int i = 0; i < count; i++) {
		if (!may_go(pages[i]))
			continue;
		frames[n] = xen.p2m[pages[i]];
		going[n++] = pages[i];
		memory_hide(pages[i]);
	}
	follow(going, n);
	taken = ask_xen(XENMEM_decrease_reservation, n);
	for (unsigned int i = 0; i < taken; i++)
		xen.p2m[going[i]] = ~0ul; /* none */
	/* What Xen has not taken stays in the balloon, with its memory. */
	for (unsigned int i = taken; i < n; i++)
		memory_show(going[i], frames[i]);
	follow(going + taken, n - taken);
	return true;
}

/* ---- back ---- */

/* The pages among these that have no memory, as Xen is to be asked for them. */
static unsigned int list_absent(const uint32_t *pages, unsigned int count)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++)
		if (!memory_is_guest(pages[i]))
			frames[n++] = pages[i];
	return n;
}

/* Xen puts the new frames where the pages' numbers were. How many pages are back. */
static unsigned int bring_back(const uint32_t *pages, unsigned int count)
{
	unsigned int n = list_absent(pages, count), got, used = 0, back = 0;

	got = ask_xen(XENMEM_populate_physmap, n);
	for (; back < count; back++) {
		if (!memory_is_guest(pages[back])) {
			if (used == got)
				break;
			memory_show(pages[back], frames[used++]);
		}
		set_in(pages[back], false);
	}
	follow(pages, used ? back : 0);
	return back;
}

int balloon_return(const uint32_t *pages, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (!is_in(pages[i])) {
			wedge_log("the guest wants page %x back, which it has not given: its "
				  "balloon is closed",
				  pages[i]);
			return -1;
		}
	}
	return (int)bring_back(pages, count);
}

bool balloon_return_all(void)
{
	uint32_t pages[XEN_BALLOON_PIECE];
	unsigned int n = 0;

	for (uint64_t page = 0; page < xen.pages; page++) {
		if (is_in(page))
			pages[n++] = (uint32_t)page;
		if (n < XEN_BALLOON_PIECE && page + 1 < xen.pages)
			continue;
		if (bring_back(pages, n) < n)
			return false;
		n = 0;
	}
	return true;
}
