/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page.c - guest memory for what a kernel finds at its start.
 *
 * Invariant: the page is zeroed, so nothing of an earlier domain is in it.
 */
#include <wedge/boot.h>
#include <wedge/guest_pages.h>
#include <wedge/lib.h>
#include <wedge/log.h>

void *boot_page(uint64_t address)
{
	void *page = guest_pointer(address, X86_PAGE_SIZE);

	if (!page)
		wedge_fatal("no guest memory at %lx: give the guest at least 64 MiB",
			    (unsigned long)address);
	memset(page, 0, X86_PAGE_SIZE);
	return page;
}
