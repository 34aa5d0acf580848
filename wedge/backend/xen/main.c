/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the Xen back end's start, once the wedge runs where it is linked.
 *
 * Invariant: memory is set up before anything allocates, traps before anything may fault, events
 * before the timer.
 */
#include <wedge/arch_traits.h>
#include <wedge/log.h>
#include <afterburn/sites.h>
#include "xen.h"

extern const char xen_start[];

/* The first bytes of the image; afterburn pack fills in the rest (bundle.h). */
__attribute__((section(".header"), used)) struct afterburn_wedge_header wedge_header = {
	.magic = AFTERBURN_WEDGE_MAGIC,
	.version = AFTERBURN_BUNDLE_VERSION,
	.sites_version = AFTERBURN_SITES_VERSION,
	.width = 8 * ARCH_WORD_SIZE,
	.platform = "xen",
};

void xen_main(struct vcpu *v);

void xen_main(struct vcpu *v)
{
	bool first_domain = xen.start_info->flags & SIF_INITDOMAIN;

	console_start_counting();
	console_set_ring(first_domain ? NULL : (void *)XEN_CONSOLE_RING);
	traps_init();
	kernel_machine_table();
	memory_init();
	v->backend = backend_allocate(sizeof(struct xen_vcpu));
	physmap_init();
	events_init(v);
	segments_init(v);
	v->in_wedge = 1;
	wedge_log("Xen %s, %lu MiB, of which %lu for shadow tables", first_domain ? "dom0" : "domU",
		  xen_mib(xen.pages), xen_mib(xen.heap_end - xen.heap));
	if (xen.start_info->nr_pages > xen.pages)
		wedge_log("%lu MiB of memory stay unused: the wedge's addresses are for %lu",
			  xen_mib(xen.start_info->nr_pages - xen.pages), xen_mib(xen.pages));
	kernel_check(xen.header);
	front_start(v);
	events_start();
	core_start(v, xen.header);
}
