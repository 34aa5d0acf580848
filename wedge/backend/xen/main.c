/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the Xen back end's start, once the wedge runs where it is linked.
 *
 * Invariant: memory is set up before anything allocates, traps before anything may fault, events
 * before the timer.
 */
#include <wedge/log.h>
#include <afterburn/sites.h>
#include "xen.h"

extern const char xen_start[];

/* The first bytes of the image; afterburn pack fills in the rest (bundle.h). */
__attribute__((section(".header"), used)) struct afterburn_wedge_header wedge_header = {
	.magic = AFTERBURN_WEDGE_MAGIC,
	.version = AFTERBURN_BUNDLE_VERSION,
	.sites_version = AFTERBURN_SITES_VERSION,
	.width = 64,
	.platform = "xen",
};

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
static void hide_machine_table(void)
{
	long error = hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_m2p_strict);

	if (error)
		wedge_fatal("Xen refuses to keep its machine-to-physical table from user code "
			    "(error %ld)",
			    -error);
}

void xen_main(struct vcpu *v);

void xen_main(struct vcpu *v)
{
	bool first_domain = xen.start_info->flags & SIF_INITDOMAIN;

	console_start_counting();
	console_set_ring(first_domain ? NULL : (void *)XEN_CONSOLE_RING);
	traps_init();
	hide_machine_table();
	memory_init();
	v->backend = backend_allocate(sizeof(struct xen_vcpu));
	events_init(v);
	segments_init();
	v->in_wedge = 1;
	wedge_log("Xen %s, %lu MiB, of which %lu for shadow tables", first_domain ? "dom0" : "domU",
		  xen.pages * PAGE >> 20, (xen.heap_end - xen.heap) * PAGE >> 20);
	if (xen.start_info->nr_pages > xen.pages)
		wedge_log("%lu MiB of memory stay unused: the wedge's addresses are for %lu",
			  (xen.start_info->nr_pages - xen.pages) * PAGE >> 20,
			  xen.pages * PAGE >> 20);
	check_addresses(xen.header);
	choose_layout(xen.header);
	front_start(v);
	events_start();
	core_start(v, xen.header);
}
