/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - segment bases and selectors of a 64-bit guest in the form that Xen takes
 * (HYPERVISOR_set_segment_base).
 *
 * Invariant: DS, ES, FS and GS hold what the guest, or its user code, has loaded.
 */
#include <wedge/descriptor.h>
#include "../descriptors.h"

enum {
	USER_CS64 = 0x33, /* the guest's, for Xen's own flat ones */
	USER_CS32 = 0x23,
	USER_DS = 0x2b,
};

static void set_base(unsigned int which, uint64_t value)
{
	hypercall2(__HYPERVISOR_set_segment_base, which, value);
}

/* Tries whether the FS base survives a null selector. Nothing uses FS yet. */
void segments_init(struct vcpu *v)
{
	static const volatile uint64_t probe[2] = {1, 0};
	uint64_t first;

	(void)v;
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

/* Renews the copy of a selector's descriptor; false if user code must not have that. */
static bool refresh(struct vcpu *v, uint16_t selector)
{
	return selector < 4 || is_of_xen(selector) ||
	       descriptor_is_present(descriptors_renew(v, selector));
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
