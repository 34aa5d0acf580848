/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * update.c - page-table writes, many to a hypercall (public/xen.h, HYPERVISOR_mmu_update).
 *
 * One entry alone costs 934 instructions, in a batch of 16 it costs 544.
 *
 * Invariant: writes reach Xen in the order they were queued, before any other operation on tables,
 * and before the guest runs again. A refused write ends the guest, since the wedge's record of the
 * shadow would be wrong.
 */
#include <wedge/log.h>
#include "xen.h"

static struct xen_updates *updates(void)
{
	return &xen_of(vcpu_this())->updates;
}

void update_flush(void)
{
	struct xen_updates *u = updates();
	unsigned int done = 0;
	long error;

	if (!u->queued)
		return;
	error = hypercall4(__HYPERVISOR_mmu_update, (unsigned long)u->queue, u->queued,
			   (unsigned long)&done, DOMID_SELF);
	if (error)
		wedge_fatal("Xen refuses page-table entry %llx <- %llx (error %ld, %u of %u)",
			    (unsigned long long)u->queue[done].ptr,
			    (unsigned long long)u->queue[done].val, -error, done, u->queued);
	xen_count_many(COUNT_ENTRIES_WRITTEN, u->queued);
	u->queued = 0;
}

void update_entry(uint64_t table, unsigned int index, uint64_t value)
{
	struct xen_updates *u = updates();

	if (u->queued == XEN_UPDATES)
		update_flush();
	u->queue[u->queued++] = (struct mmu_update){
		.ptr = (xen_machine(table) + index * 8) | MMU_NORMAL_PT_UPDATE,
		.val = value,
	};
}

void update_extended(unsigned int command, uint64_t argument)
{
	struct mmuext_op op = {.cmd = command, .arg1.mfn = (xen_pfn_t)argument};
	long error;

	update_flush();
	error = hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF);
	if (error)
		wedge_fatal("Xen refuses page-table operation %u on %lx (error %ld)", command,
			    (unsigned long)argument, -error);
}

uint32_t update_tlb_flushes(void)
{
	return updates()->tlb_flushes;
}

void update_note_flush(void)
{
	updates()->tlb_flushes++;
}

void update_flush_tlb(void)
{
	xen_count(COUNT_TLB_FLUSHES);
	update_note_flush();
	update_extended(MMUEXT_TLB_FLUSH_LOCAL, 0);
}
