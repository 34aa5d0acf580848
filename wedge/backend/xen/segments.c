/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - descriptor tables, segment bases and selectors in the form that Xen takes
 * (HYPERVISOR_set_gdt, update_descriptor, set_segment_base).
 *
 * Xen takes a GDT of read-only frames whose every slot is good: code or data of DPL 3. So the wedge
 * keeps one page of its own and copies into it the guest's code and data descriptors.
 *
 * Invariant: a descriptor that Xen would refuse, or that is not code or data, is zero in the copy.
 */
#include <wedge/arch.h>
#include <wedge/descriptor.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xen.h"

enum {
	USER_CS64 = 0x33, /* the guest's, for Xen's own flat ones */
	USER_CS32 = 0x23,
	USER_DS = 0x2b,
};

/*
 * The descriptor in the form that Xen accepts (DPL 3, accessed); 0 if it is no code or data
 * segment. Xen takes those that are not present, and who loads one gets the fault that says so.
 */
static uint64_t usable_descriptor(uint64_t d)
{
	if (!descriptor_is_segment(d))
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

	return count < ENTRIES ? count : ENTRIES;
}

/* `page` is the page of the copy that holds the descriptor, `index` counts within it. */
static void set_descriptor(uint64_t page, unsigned int index, uint64_t d)
{
	if (((const volatile uint64_t *)xen_page(page))[index] == d)
		return;
	hypercall2(__HYPERVISOR_update_descriptor, xen_machine(page) + index * 8, d);
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

static void create_gdt(struct vcpu *v)
{
	uint64_t page = descriptor_page(), frame;

	update_flush();
	frame = xen.p2m[page];
	if (hypercall2(__HYPERVISOR_set_gdt, (unsigned long)&frame, ENTRIES))
		wedge_fatal("Xen refuses the guest's segment descriptors (GDT at %lx)",
			    v->gdt.base);
	xen_of(v)->gdt_page = page;
}

void backend_load_gdt(struct vcpu *v)
{
	if (!xen_of(v)->gdt_page)
		create_gdt(v);
	for (unsigned int i = 1; i < ENTRIES; i++)
		set_descriptor(xen_of(v)->gdt_page, i,
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
	grow_ldt(x, entries);
	for (unsigned int i = 0; i < entries; i++)
		set_descriptor(x->ldt_pages[i / ENTRIES], i % ENTRIES,
			       guest_descriptor(v, &v->ldt, i));
	op.arg2.nr_ents = entries;
	if (hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF))
		wedge_fatal("Xen refuses the guest's LDT of %u descriptors", entries);
	x->ldt_entries = entries;
}

static void set_base(unsigned int which, uint64_t value)
{
	hypercall2(__HYPERVISOR_set_segment_base, which, value);
}

/* Tries whether the FS base survives a null selector. Nothing uses FS yet. */
void segments_init(void)
{
	static const volatile uint64_t probe[2] = {1, 0};
	uint64_t first;

	set_base(SEGBASE_FS, sizeof(probe[0]));
	__asm__ volatile("movw %w1, %%fs; movq %%fs:(%2), %0"
			 : "=r"(first)
			 : "r"(0), "r"(probe)
			 : "memory");
	set_base(SEGBASE_FS, 0);
	xen.null_clears_base = first == probe[0];
}

bool backend_null_clears_base(void)
{
	return xen.null_clears_base;
}

void backend_load_fs_base(struct vcpu *v)
{
	set_base(SEGBASE_FS, v->fs_base);
}

void backend_load_gs_base(struct vcpu *v, bool user)
{
	if (user)
		set_base(SEGBASE_GS_USER, v->gs_base_user);
	else
		set_base(SEGBASE_GS_KERNEL, v->gs_base_kernel);
}

/*
 * User code changes its bases by loading selectors, so the bases that the guest set last may be
 * stale. Xen emulates this rdmsr for a kernel in ring 3.
 */
static uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	xen_count(COUNT_XEN_EMULATED);
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

void backend_read_bases(struct vcpu *v)
{
	v->fs_base = read_msr(X86_MSR_FS_BASE);
	v->gs_base_user = read_msr(X86_MSR_KERNEL_GS_BASE);
}

/* A selector that is Xen's own: user code may load those of its flat segments. */
static bool is_of_xen(uint16_t selector)
{
	return backend_user_selector(selector) != selector;
}

/*
 * The guest writes its tables with plain stores, so the copy is refreshed before a selector is
 * used.
 */
static bool refresh(struct vcpu *v, uint16_t selector)
{
	bool local = selector & X86_SELECTOR_LDT;
	unsigned int index = selector / 8;
	uint64_t page, d;

	if (selector < 4 || is_of_xen(selector))
		return true;
	if (index >= (local ? xen_of(v)->ldt_entries : ENTRIES))
		return false;
	page = local ? xen_of(v)->ldt_pages[index / ENTRIES] : xen_of(v)->gdt_page;
	d = guest_descriptor(v, local ? &v->ldt : &v->gdt, index);
	set_descriptor(page, index % ENTRIES, d);
	return descriptor_is_present(((const volatile uint64_t *)xen_page(page))[index % ENTRIES]);
}

bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	/*
	 * Early in boot, kernels load selectors of the boot loader's GDT, which Xen was not given.
	 * No user code runs that could see them.
	 */
	if (!xen_of(v)->gdt_page)
		return true;
	if (!refresh(v, selector))
		return false;
	switch (sreg) {
	case X86_DS:
		__asm__ volatile("movw %0, %%ds" : : "r"(selector));
		break;
	case X86_ES:
		__asm__ volatile("movw %0, %%es" : : "r"(selector));
		break;
	case X86_FS:
		__asm__ volatile("movw %0, %%fs" : : "r"(selector));
		break;
	case X86_GS:
		set_base(SEGBASE_GS_USER_SEL, selector);
		break;
	}
	return true;
}

uint16_t backend_read_selector(const struct vcpu *v, unsigned int sreg)
{
	uint16_t selector;

	switch (sreg) {
	case X86_DS:
		__asm__ volatile("movw %%ds, %0" : "=r"(selector));
		return selector;
	case X86_ES:
		__asm__ volatile("movw %%es, %0" : "=r"(selector));
		return selector;
	case X86_FS:
		__asm__ volatile("movw %%fs, %0" : "=r"(selector));
		return selector;
	case X86_GS:
		/* Entering the kernel changes the base, not the selector. */
		__asm__ volatile("movw %%gs, %0" : "=r"(selector));
		return selector;
	default:
		return v->selector[sreg];
	}
}

uint16_t backend_user_selector(uint16_t selector)
{
	switch (selector) {
	case FLAT_USER_CS64:
		return USER_CS64;
	case FLAT_USER_CS32:
		return USER_CS32;
	case FLAT_USER_SS64:
		return USER_DS;
	default:
		return selector;
	}
}
