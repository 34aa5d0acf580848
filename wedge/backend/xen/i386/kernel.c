/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - whether a 32-bit kernel can run where it is linked.
 *
 * Invariant: called before any of the kernel's tables is used.
 */
#include <wedge/log.h>
#include "../xen.h"
#include <xen/memory.h>

/* From WEDGE_BASE on are the wedge, its window onto memory, and Xen. */
void kernel_check(const struct afterburn_wedge_header *header)
{
	for (unsigned int i = 0; i < header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &header->segments[i];

		if (s->vaddr + (s->mem_size - 1) >= WEDGE_BASE)
			wedge_fatal(
				"the kernel's segment at %llx lies among the wedge's addresses, "
				"from %lx on: link it elsewhere",
				s->vaddr, (unsigned long)WEDGE_BASE);
	}
}

/* How far down it reaches depends on how much memory the machine has. */
void kernel_machine_table(void)
{
	struct xen_machphys_mapping mapping;

	if (hypercall2(__HYPERVISOR_memory_op, XENMEM_machphys_mapping, (unsigned long)&mapping))
		wedge_fatal("Xen does not tell where its machine-to-physical table is");
	xen.machine_to_physical = (const unsigned long *)mapping.v_start;
}
