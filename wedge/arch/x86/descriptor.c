/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptor.c - reads the guest's descriptor tables, and marks descriptors busy (descriptor.h).
 *
 * Invariant: every read is from the guest's own tables in its own memory.
 */
#include <wedge/arch_traits.h>
#include <wedge/descriptor.h>

bool descriptor_read(struct vcpu *v, uint16_t selector, uint64_t *descriptor)
{
	const struct vcpu_table *table = selector & X86_SELECTOR_LDT ? &v->ldt : &v->gdt;
	uint32_t offset = selector & ~7u;
	struct guest_fault fault;

	if (selector < 4 || offset + DESCRIPTOR_BYTES - 1 > table->limit)
		return false;
	return guest_read(v, table->base + offset, descriptor, DESCRIPTOR_BYTES, &fault);
}

bool descriptor_read_system(struct vcpu *v, uint16_t selector, unsigned int kind,
			    struct vcpu_table *out)
{
	uint64_t d, upper = 0, at = v->gdt.base + (selector & ~7u);
	struct guest_fault fault;

	if ((selector & X86_SELECTOR_LDT) || !descriptor_read(v, selector, &d) ||
	    descriptor_kind(d) != kind)
		return false;
	if (ARCH_SYSTEM_DESCRIPTOR_BYTES > DESCRIPTOR_BYTES &&
	    !guest_read(v, at + DESCRIPTOR_BYTES, &upper, DESCRIPTOR_BYTES, &fault))
		return false;
	*out = (struct vcpu_table){
		.base = descriptor_base(d) | upper << 32,
		.limit = descriptor_limit(d),
		.selector = selector,
	};
	return true;
}

bool descriptor_mark_busy(struct vcpu *v, uint16_t selector, struct guest_fault *fault)
{
	uint64_t d, at = v->gdt.base + (selector & ~7u);

	if (!guest_read(v, at, &d, DESCRIPTOR_BYTES, fault))
		return false;
	d |= (uint64_t)DESCRIPTOR_BUSY << DESCRIPTOR_KIND_SHIFT;
	return guest_write(v, at, &d, DESCRIPTOR_BYTES, fault);
}

void descriptor_forget(struct vcpu *v)
{
	v->flat_selector[0] = v->flat_selector[1] = 0;
	v->fs_selector = 0;
	v->user_cs = 0;
}
