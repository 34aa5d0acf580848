/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.c - descriptor tables in the form that Xen takes (HYPERVISOR_set_gdt,
 * update_descriptor). What selectors are loaded is the width's (segments.c).
 *
 * Xen takes a GDT of read-only frames whose every slot is good: code or data that is not ring 0's.
 * So the wedge keeps one page of its own and copies into it the guest's code and data descriptors.
 *
 * Invariant: a descriptor that Xen would refuse, or that is not code or data, is zero in the copy.
 */
#include <wedge/arch.h>
#include <wedge/descriptor.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "descriptors.h"

/*
 * The descriptor in the form that Xen accepts (DPL 3, accessed); 0 if it is no code or data
 * segment. Xen takes those that are not present, and who loads one gets the fault that says so.
 * Beside a kernel in ring 1, user code meets nothing but its own.
 */
static uint64_t usable_descriptor(uint64_t d)
{
	if (!descriptor_is_segment(d) || (XEN_VIEWS == 1 && descriptor_dpl(d) != 3))
		return 0;
	return d | 3ull << DESCRIPTOR_DPL_SHIFT |
	       (uint64_t)DESCRIPTOR_ACCESSED << DESCRIPTOR_KIND_SHIFT;
}

static uint64_t guest_descriptor(struct vcpu *v, const struct vcpu_table *table, unsigned int index)
{
	struct guest_fault fault;
	uint64_t d;

	if (index * 8 + 7 > table->limit || !guest_read(v, table->base + index * 8, &d, 8, &fault))
		return 0;
	return usable_descriptor(d);
}

static unsigned int entries_of(const struct vcpu *v)
{
	unsigned int count = (v->gdt.limit + 1) / 8;

	return count < XEN_GDT_ENTRIES ? count : XEN_GDT_ENTRIES;
}

static uint64_t copy_of(uint64_t page, unsigned int index)
{
	return ((const volatile uint64_t *)xen_page(page))[index];
}

void descriptors_set(uint64_t page, unsigned int index, uint64_t d)
{
	if (copy_of(page, index) != d)
		hypercall_descriptor(xen_machine(page) + index * 8, d);
}

/* A zeroed page for descriptors, which only Xen may write. */
static uint64_t descriptor_page(void)
{
	uint64_t page = memory_heap_page();

	memset(xen_page(page), 0, PAGE);
	update_entry(xen.physmap_l1 + page / ENTRIES, page % ENTRIES,
		     xen_machine(page) | X86_PTE_P | X86_PTE_A | X86_PTE_D);
	return page;
}

void descriptors_create(struct vcpu *v)
{
	uint64_t page = descriptor_page();
	unsigned long frame;

	update_flush();
	frame = xen.p2m[page];
	if (hypercall2(__HYPERVISOR_set_gdt, (unsigned long)&frame, ENTRIES))
		wedge_fatal("Xen refuses the guest's segment descriptors (GDT at %lx)",
			    (unsigned long)v->gdt.base);
	xen_of(v)->gdt_page = page;
}

void backend_load_gdt(struct vcpu *v)
{
	if (!xen_of(v)->gdt_page)
		descriptors_create(v);
	v->short_return.selector[X86_CS] = 0;
	/* Not even the same descriptor says that the copy is made from it. */
	memset(xen_of(v)->gdt_seen, 0xff, sizeof(xen_of(v)->gdt_seen));
	for (unsigned int i = 1; i < XEN_GDT_ENTRIES; i++)
		descriptors_set(xen_of(v)->gdt_page, i,
				i < entries_of(v) ? guest_descriptor(v, &v->gdt, i) : 0);
}

/* Makes the copy of the LDT reach to `entries`, at consecutive addresses. */
static void grow_ldt(struct xen_vcpu *x, unsigned int entries)
{
	for (unsigned int i = 0; i < XEN_LDT_PAGES && i * ENTRIES < entries; i++) {
		if (x->ldt_pages[i])
			continue;
		x->ldt_pages[i] = descriptor_page();
		update_entry(xen.wedge_l1, XEN_LDT / PAGE % ENTRIES + i,
			     xen_machine(x->ldt_pages[i]) | X86_PTE_P | X86_PTE_A | X86_PTE_D);
	}
	update_flush();
}

void backend_load_ldt(struct vcpu *v)
{
	struct xen_vcpu *x = xen_of(v);
	unsigned int entries = v->ldt.limit ? (v->ldt.limit + 1) / 8 : 0;
	struct mmuext_op op = {.cmd = MMUEXT_SET_LDT, .arg1.linear_addr = XEN_LDT};

	if (!entries && !x->ldt_entries)
		return;
	v->short_return.selector[X86_CS] = 0;
	grow_ldt(x, entries);
	for (unsigned int i = 0; i < entries; i++)
		descriptors_set(x->ldt_pages[i / ENTRIES], i % ENTRIES,
				guest_descriptor(v, &v->ldt, i));
	op.arg2.nr_ents = entries;
	if (hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF))
		wedge_fatal("Xen refuses the guest's LDT of %u descriptors", entries);
	x->ldt_entries = entries;
}

/* Where the copy of a selector's descriptor is; false if there is none. */
static inline bool place_of(const struct vcpu *v, uint16_t selector, uint64_t *page,
			    unsigned int *index)
{
	bool local = selector & X86_SELECTOR_LDT;
	unsigned int n = selector / 8;

	if (n >= (local ? xen_of(v)->ldt_entries : XEN_GDT_ENTRIES))
		return false;
	*page = local ? xen_of(v)->ldt_pages[n / ENTRIES] : xen_of(v)->gdt_page;
	*index = n % ENTRIES;
	return true;
}

uint64_t descriptors_renew(struct vcpu *v, uint16_t selector)
{
	const struct vcpu_table *table = selector & X86_SELECTOR_LDT ? &v->ldt : &v->gdt;
	unsigned int index;
	uint64_t page;

	if (!place_of(v, selector, &page, &index))
		return 0;
	if (!(selector & X86_SELECTOR_LDT) && index < XEN_GDT_SEEN)
		xen_of(v)->gdt_seen[index] = UINT64_MAX;
	descriptors_set(page, index, guest_descriptor(v, table, selector / 8));
	return copy_of(page, index);
}

uint64_t descriptors_copy(const struct vcpu *v, uint16_t selector)
{
	unsigned int index;
	uint64_t page;

	return place_of(v, selector, &page, &index) ? copy_of(page, index) : 0;
}

unsigned int descriptors_compared(const struct vcpu *v)
{
	return entries_of(v) < XEN_GDT_SEEN ? entries_of(v) : XEN_GDT_SEEN;
}

void descriptors_renew_all(struct vcpu *v)
{
	struct xen_vcpu *x = xen_of(v);
	uint64_t now[XEN_GDT_SEEN];
	struct guest_fault fault;
	unsigned int count = descriptors_compared(v);

	if (!guest_read(v, v->gdt.base, now, count * 8, &fault))
		count = 0;
	for (unsigned int i = 0; i < count; i++) {
		if (now[i] == x->gdt_seen[i])
			continue;
		descriptors_renew(v, (uint16_t)(i * 8));
		x->gdt_seen[i] = now[i];
	}
	for (unsigned int i = 0; i < x->ldt_entries; i++)
		descriptors_renew(v, (uint16_t)(i * 8 | X86_SELECTOR_LDT));
}
