/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_pages.c - the one place that turns a guest-physical address into a pointer.
 *
 * Invariant: every pointer it returns is to the guest's own RAM.
 */
#include <wedge/backend.h>
#include <wedge/guest_pages.h>
#include <wedge/x86.h>

void *guest_pointer(uint64_t address, size_t size)
{
	uint64_t offset = address % X86_PAGE_SIZE;
	char *page;

	if (size > X86_PAGE_SIZE - offset)
		return NULL;
	page = guest_page(address);
	return page ? page + offset : NULL;
}

void *guest_page(uint64_t address)
{
	return backend_page(address / X86_PAGE_SIZE);
}
