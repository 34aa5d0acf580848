/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - whether a 64-bit kernel can run where it is linked, and what that means for its
 * spaces.
 *
 * Invariant: called before any of the kernel's tables is used.
 */
#include <wedge/log.h>
#include "../xen.h"

static bool overlaps(const struct afterburn_bundle_segment *s, uint64_t start, uint64_t end)
{
	return s->vaddr < end && s->vaddr + (s->mem_size - 1) >= start;
}

/* A kernel must not be linked among Xen's addresses, which no guest may map, or in the physmap. */
static void check_addresses(const struct afterburn_wedge_header *header)
{
	for (unsigned int i = 0; i < header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &header->segments[i];
		const char *whose = overlaps(s, HYPERVISOR_VIRT_START, HYPERVISOR_VIRT_END)
					    ? "Xen's own"
				    : overlaps(s, XEN_PHYSMAP,
					       XEN_PHYSMAP + (uint64_t)XEN_PHYSMAP_PAGES_MAX * PAGE)
					    ? "the wedge's"
					    : NULL;

		if (whose)
			wedge_fatal("the kernel's segment at %llx lies among %s addresses: link it "
				    "elsewhere",
				    s->vaddr, whose);
	}
}

/* The bundle's sites are sorted; a bundle without any is refused by core_start(). */
static void choose_layout(const struct afterburn_wedge_header *header)
{
	const struct afterburn_bundle_site *sites =
		(const void *)((const char *)header + header->sites_offset);
	uint32_t count = header->site_count;

	xen.layout = count ? layout_of(sites[0].vaddr, sites[count - 1].vaddr) : layout_of(0, 0);
	if (xen.layout.image)
		wedge_log("the kernel is linked in GiB %u, among its programs' addresses",
			  xen.layout.image);
}

/*
 * User code must not read Xen's machine-to-physical table (public/xen.h, m2p_strict, which Xen has
 * from 4.6 on). A Xen that isolates page tables (XPTI) agrees and shows it all the same; it tells
 * no guest so.
 */
void kernel_machine_table(void)
{
	long error = hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_m2p_strict);

	if (error)
		wedge_fatal("Xen refuses to keep its machine-to-physical table from user code "
			    "(error %ld)",
			    -error);
}

void kernel_check(const struct afterburn_wedge_header *header)
{
	check_addresses(header);
	choose_layout(header);
}
