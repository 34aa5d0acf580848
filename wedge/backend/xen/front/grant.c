/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.c - see grant.h. The table's pages are Xen's; each is mapped when the ones before are full.
 *
 * Invariant: `unused` holds the references of all mapped pages whose entries are GTF_invalid.
 */
#include "grant.h"

enum {
	PAGES_MAX = 16, /* of the table; Xen's own limit is usually 64 */
	PAGE_GRANTS = PAGE / sizeof(struct grant_entry_v1),
};

static struct grant_entry_v1 *pages[PAGES_MAX];
static unsigned int page_count;

static uint16_t unused[PAGES_MAX * PAGE_GRANTS];
static unsigned int unused_count;

static struct grant_entry_v1 *entry(grant_ref_t reference)
{
	return &pages[reference / PAGE_GRANTS][reference % PAGE_GRANTS];
}

/* GNTTABOP_setup_table makes the table as long as asked for, and lists all of its frames. */
static bool grow(void)
{
	xen_pfn_t frames[PAGES_MAX];
	struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = page_count + 1};
	grant_ref_t first = page_count * PAGE_GRANTS;

	if (page_count == PAGES_MAX)
		return false;
	set_xen_guest_handle(setup.frame_list, frames);
	if (hypercall3(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (unsigned long)&setup,
		       1) ||
	    setup.status != GNTST_okay)
		return false;
	pages[page_count] = memory_map_frame(XEN_GRANTS + page_count * PAGE, frames[page_count]);
	page_count++;
	for (unsigned int i = PAGE_GRANTS; i--;)
		if (first + i >= GNTTAB_NR_RESERVED_ENTRIES)
			unused[unused_count++] = (uint16_t)(first + i);
	return true;
}

grant_ref_t grant_page(domid_t domain, const void *page, bool read_only)
{
	uint64_t number = ((uintptr_t)page - XEN_PHYSMAP) / PAGE;
	struct grant_entry_v1 *e;
	grant_ref_t reference;

	if (!unused_count && !grow())
		return GRANT_NONE;
	reference = unused[--unused_count];
	e = entry(reference);
	e->domid = domain;
	e->frame = (uint32_t)xen.p2m[number];
	/* The flags make it valid, so they come last. */
	__atomic_store_n(&e->flags, (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0)),
			 __ATOMIC_RELEASE);
	return reference;
}

/* Xen sets GTF_reading and GTF_writing while the page is mapped, at any time. */
bool grant_end(grant_ref_t reference)
{
	uint16_t *flags, now;

	if (reference == GRANT_NONE)
		return true;
	flags = &entry(reference)->flags;
	now = __atomic_load_n(flags, __ATOMIC_SEQ_CST);
	do {
		if (now & (GTF_reading | GTF_writing))
			return false;
	} while (!__atomic_compare_exchange_n(flags, &now, GTF_invalid, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	unused[unused_count++] = (uint16_t)reference;
	return true;
}
