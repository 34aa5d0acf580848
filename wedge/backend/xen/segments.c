/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - descriptor tables, segment bases and selectors as Xen wants them
 * (HYPERVISOR_set_gdt, update_descriptor, set_segment_base).
 *
 * Xen takes a GDT of read-only frames whose every slot is good: code or data of DPL 3. So the wedge
 * keeps one page of its own and copies into it the guest's code and data descriptors.
 *
 * Invariant: a descriptor that Xen would refuse, or that is not code or data, is zero in the copy.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xen.h"

enum {
	USER_CS64 = 0x33, /* where Xen's own selectors appear, the guest's user ones are meant */
	USER_CS32 = 0x23,
	USER_DS = 0x2b,
};

static uint64_t gdt_page;

/* As Xen would have it: DPL 3, accessed; zero if it is no code or data segment. */
static uint64_t usable_descriptor(uint64_t d)
{
	bool code_or_data = d >> 44 & 1, present = d >> 47 & 1;

	if (!code_or_data || !present)
		return 0;
	return d | 3ull << 45 | 1ull << 40;
}

static uint64_t guest_descriptor(struct vcpu *v, unsigned int index)
{
	struct guest_fault fault;
	uint64_t d;

	if (index * 8 + 7 > v->gdt.limit || !guest_read(v, v->gdt.base + index * 8, &d, 8, &fault))
		return 0;
	return usable_descriptor(d);
}

static unsigned int entries_of(const struct vcpu *v)
{
	unsigned int count = (v->gdt.limit + 1) / 8;

	return count < ENTRIES ? count : ENTRIES;
}

static void set_descriptor(unsigned int index, uint64_t d)
{
	if (((const uint64_t *)xen_page(gdt_page))[index] == d)
		return;
	hypercall2(__HYPERVISOR_update_descriptor, xen_machine(gdt_page) + index * 8, d);
}

static void create_gdt(struct vcpu *v)
{
	uint64_t *copy, frame;

	gdt_page = memory_heap_page();
	copy = xen_page(gdt_page);
	memset(copy, 0, PAGE);
	for (unsigned int i = 1; i < entries_of(v); i++)
		copy[i] = guest_descriptor(v, i);
	update_entry(xen.physmap_l1 + gdt_page / ENTRIES, gdt_page % ENTRIES,
		     xen_machine(gdt_page) | X86_PTE_P | X86_PTE_A | X86_PTE_D);
	update_flush();
	frame = xen.p2m[gdt_page];
	if (hypercall2(__HYPERVISOR_set_gdt, (unsigned long)&frame, ENTRIES))
		wedge_fatal("Xen refuses the guest's segment descriptors (GDT at %lx)",
			    v->gdt.base);
}

void backend_load_gdt(struct vcpu *v)
{
	if (!gdt_page) {
		create_gdt(v);
		return;
	}
	for (unsigned int i = 1; i < ENTRIES; i++)
		set_descriptor(i, i < entries_of(v) ? guest_descriptor(v, i) : 0);
}

void backend_load_ldt(struct vcpu *v)
{
	if (v->ldt.limit)
		wedge_log("the guest's LDT is not supported on this platform yet");
}

static void set_base(unsigned int which, uint64_t value)
{
	hypercall2(__HYPERVISOR_set_segment_base, which, value);
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

/* The guest writes its tables with plain stores: look again before a selector is used. */
static bool refresh(struct vcpu *v, uint16_t selector)
{
	unsigned int index = selector / 8;

	if (selector < 4 || !gdt_page)
		return selector < 4;
	if (selector & X86_SELECTOR_LDT || index >= ENTRIES)
		return false;
	set_descriptor(index, guest_descriptor(v, index));
	return ((const volatile uint64_t *)xen_page(gdt_page))[index];
}

bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	/* Early kernels load selectors of the loader's table, which Xen never saw: nobody will
	 * look. */
	if (!gdt_page)
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
	default:
		/* GS is the kernel's own while the kernel runs. */
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
