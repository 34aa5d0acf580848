/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - selectors of a 32-bit guest. Its kernel runs with the wedge's (selectors.h), whose
 * bases are those that FS and GS have for it; user code gets the guest's own, of the copies of its
 * tables (descriptors.c), when it is resumed.
 *
 * Invariant: user code's registers hold null, or a selector whose descriptor in the copy is the
 * guest's.
 */
#include <wedge/descriptor.h>
#include <wedge/lib.h>
#include "../descriptors.h"
#include "selectors.h"
#include "traps.h"

enum { FLAT_LOW = 0x0000ffff, FLAT_HIGH = 0x00cfb300 }; /* ring 1's data, 4 GiB (SDM 3A, 3.4.5) */

static uint64_t kernel_descriptor(uint64_t base)
{
	return (uint64_t)FLAT_HIGH << 32 | FLAT_LOW | (base & 0xffffff) << 16 |
	       (base & 0xff000000) << 32;
}

static void load_base(struct vcpu *v, unsigned int index, uint64_t base)
{
	descriptors_set(xen_of(v)->gdt_page, index, kernel_descriptor(base));
}

void segments_init(struct vcpu *v)
{
	descriptors_create(v);
	load_base(v, KERNEL_FS_INDEX, 0);
	load_base(v, KERNEL_GS_INDEX, 0);
	__asm__ volatile("movw %w0, %%fs; movw %w1, %%gs" : : "r"(KERNEL_FS), "r"(KERNEL_GS));
}

void backend_load_fs_base(struct vcpu *v)
{
	load_base(v, KERNEL_FS_INDEX, v->fs_base);
	__asm__ volatile("movw %w0, %%fs" : : "r"(KERNEL_FS));
}

void backend_load_gs_base(struct vcpu *v, bool user)
{
	(void)user;
	load_base(v, KERNEL_GS_INDEX, v->gs_base_kernel);
	__asm__ volatile("movw %w0, %%gs" : : "r"(KERNEL_GS));
}

void backend_read_bases(struct vcpu *v)
{
	(void)v;
}

bool backend_null_clears_base(void)
{
	return false;
}

void xen_prepare_user(struct vcpu *v);

/* User code must not fault where its selectors are loaded, so one that it cannot have becomes null.
 */
static void prepare_selector(struct vcpu *v, unsigned int sreg)
{
	uint16_t selector = (uint16_t)v->selector[sreg];
	uint64_t d;

	if (selector < 4)
		return;
	d = descriptors_copy(v, selector);
	if (!descriptor_is_readable(d) || !descriptor_is_present(d))
		v->selector[sreg] = 0;
}

/*
 * Xen maps a page of the LDT when it is used first. If that is by Xen's own iret, the fault becomes
 * the guest's.
 */
static void touch_local(uint64_t selector)
{
	if (selector & X86_SELECTOR_LDT)
		__asm__ volatile("verr %w0" : : "r"((uint32_t)selector) : "cc");
}

/* True for null, and for a selector whose descriptor is compared with the guest's. */
static bool is_compared(const struct vcpu *v, uint64_t selector)
{
	return selector < 4 ||
	       (!(selector & X86_SELECTOR_LDT) && selector / 8 < descriptors_compared(v));
}

static bool is_good_code(uint64_t d)
{
	return descriptor_is_code(d) && descriptor_is_present(d);
}

static bool is_good_stack(uint64_t d)
{
	return descriptor_is_writable_data(d) && descriptor_is_present(d);
}

/*
 * With these selectors the processor itself can return to user code, also next time, if what the
 * guest has in the compared part of its GDT is the same then (gates.S).
 */
static void note_return(struct vcpu *v)
{
	bool good = !xen_of(v)->ldt_entries && is_good_code(descriptors_copy(v, (uint16_t)v->cs)) &&
		    is_good_stack(descriptors_copy(v, (uint16_t)v->ss));
	uint32_t before = v->short_return.selector[X86_CS];

	memcpy(v->short_return.selector, v->selector, sizeof(v->selector));
	v->short_return.selector[X86_CS] = (uint32_t)v->cs;
	v->short_return.selector[X86_SS] = (uint32_t)v->ss;
	for (unsigned int i = 0; i < X86_SREG_COUNT; i++)
		good = good && is_compared(v, v->short_return.selector[i]);
	if (!good)
		v->short_return.selector[X86_CS] = 0;
	else if (!before)
		traps_make_readable(v, v->gdt.base);
	v->short_return.words = descriptors_compared(v) * 2;
	v->short_return.seen = (uintptr_t)xen_of(v)->gdt_seen;
}

void xen_prepare_user(struct vcpu *v)
{
	descriptors_renew_all(v);
	prepare_selector(v, X86_ES);
	prepare_selector(v, X86_DS);
	prepare_selector(v, X86_FS);
	prepare_selector(v, X86_GS);
	touch_local(v->cs);
	touch_local(v->ss);
	note_return(v);
}
