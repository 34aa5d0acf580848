/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptor.h - descriptors of the guest's segments: what their bits say (SDM 3A section 3.4.5,
 * figure 3-8), and the tables that hold them.
 *
 * Invariant: only this file knows the bits of a descriptor.
 */
#ifndef WEDGE_DESCRIPTOR_H
#define WEDGE_DESCRIPTOR_H

#include <wedge/guest_memory.h>
#include <wedge/vcpu.h>

enum {
	DESCRIPTOR_BYTES = 8, /* in 64-bit mode a system descriptor has as many again */

	/* Kinds: the type, and a bit for code and data segments. System kinds, table 3-2. */
	DESCRIPTOR_LDT = 2,
	DESCRIPTOR_TASK_GATE = 5,
	DESCRIPTOR_TSS_AVAILABLE = 9,
	DESCRIPTOR_INTERRUPT_GATE = 14,
	DESCRIPTOR_TRAP_GATE = 15,
	/* Those of code and data, table 3-1, by bits. */
	DESCRIPTOR_ACCESSED = 1,
	DESCRIPTOR_WRITABLE = 2,   /* of data */
	DESCRIPTOR_READABLE = 2,   /* of code */
	DESCRIPTOR_CONFORMING = 4, /* of code */
	DESCRIPTOR_CODE = 8,
	DESCRIPTOR_SEGMENT = 16, /* S: code or data */

	DESCRIPTOR_BUSY = 2, /* of a TSS */
	DESCRIPTOR_KIND_SHIFT = 40,
	DESCRIPTOR_DPL_SHIFT = 45,
};

/* What LAR shows of the upper half (SDM 2A, LAR). */
#define DESCRIPTOR_LAR_BITS 0xf0ff00u

/* ---- what a descriptor says ---- */

static inline uint64_t descriptor_base(uint64_t d)
{
	return (d >> 16 & 0xffffff) | (d >> 56 << 24);
}

/* The limit field, 20 bits, and whether it counts pages. */
static inline uint32_t descriptor_limit_field(uint64_t d)
{
	return (uint32_t)((d & 0xffff) | (d >> 32 & 0xf0000));
}

static inline bool descriptor_counts_pages(uint64_t d)
{
	return d >> 55 & 1;
}

/* The offset of the segment's last byte. */
static inline uint32_t descriptor_limit(uint64_t d)
{
	uint32_t limit = descriptor_limit_field(d);

	return descriptor_counts_pages(d) ? limit << 12 | 0xfff : limit;
}

static inline unsigned int descriptor_kind(uint64_t d)
{
	return d >> DESCRIPTOR_KIND_SHIFT & 31;
}

static inline unsigned int descriptor_dpl(uint64_t d)
{
	return d >> DESCRIPTOR_DPL_SHIFT & 3;
}

static inline bool descriptor_is_present(uint64_t d)
{
	return d >> 47 & 1;
}

/* AVL, the bit that processors leave to software. */
static inline bool descriptor_is_available(uint64_t d)
{
	return d >> 52 & 1;
}

/* Code of 64-bit mode (L); 32-bit code, or a stack with a 32-bit pointer (D/B). */
static inline bool descriptor_is_64_bit(uint64_t d)
{
	return d >> 53 & 1;
}

static inline bool descriptor_is_32_bit(uint64_t d)
{
	return d >> 54 & 1;
}

/* Has its kind these bits, and of `mask` no others? */
static inline bool descriptor_has(uint64_t d, unsigned int mask, unsigned int bits)
{
	return (descriptor_kind(d) & mask) == bits;
}

/* Code or data: no system descriptor. */
static inline bool descriptor_is_segment(uint64_t d)
{
	return descriptor_has(d, DESCRIPTOR_SEGMENT, DESCRIPTOR_SEGMENT);
}

static inline bool descriptor_is_code(uint64_t d)
{
	const unsigned int code = DESCRIPTOR_SEGMENT | DESCRIPTOR_CODE;

	return descriptor_has(d, code, code);
}

static inline bool descriptor_is_conforming_code(uint64_t d)
{
	const unsigned int code = DESCRIPTOR_SEGMENT | DESCRIPTOR_CODE | DESCRIPTOR_CONFORMING;

	return descriptor_has(d, code, code);
}

static inline bool descriptor_is_writable_data(uint64_t d)
{
	return descriptor_has(d, DESCRIPTOR_SEGMENT | DESCRIPTOR_CODE | DESCRIPTOR_WRITABLE,
			      DESCRIPTOR_SEGMENT | DESCRIPTOR_WRITABLE);
}

/* All data, and code that is not execute-only. */
static inline bool descriptor_is_readable(uint64_t d)
{
	return descriptor_is_segment(d) &&
	       !descriptor_has(d, DESCRIPTOR_CODE | DESCRIPTOR_READABLE, DESCRIPTOR_CODE);
}

/* ---- the guest's tables (arch/x86/descriptor.c) ---- */

/* Reads the descriptor of a selector from the guest's GDT or LDT; false if there is none. */
bool descriptor_read(struct vcpu *v, uint16_t selector, uint64_t *descriptor);

/* Reads a system descriptor of that kind from the GDT; false if there is none. */
bool descriptor_read_system(struct vcpu *v, uint16_t selector, unsigned int kind,
			    struct vcpu_table *out);

/* Marks a TSS descriptor busy; false with the page fault if the GDT may not be written. */
bool descriptor_mark_busy(struct vcpu *v, uint16_t selector, struct guest_fault *fault);

/* Forgets all descriptors that the vCPU remembers: the guest has loaded another GDT. */
void descriptor_forget(struct vcpu *v);

#endif /* WEDGE_DESCRIPTOR_H */
