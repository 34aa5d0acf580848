/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_memory.h - access to the guest's memory by the guest's virtual addresses.
 *
 * Invariant: every access is one that the guest's tables allow, except guest_code() and
 * guest_code_copy().
 */
#ifndef WEDGE_GUEST_MEMORY_H
#define WEDGE_GUEST_MEMORY_H

#include <wedge/arch_traits.h>
#include <wedge/vcpu.h>

/**
 * guest_code - one byte of guest code, whatever the tables' rights: code may be mapped read-only.
 * @v:  the vCPU whose tables translate the address, or NULL: the address is guest-physical
 *
 * Returns NULL if nothing is mapped there.
 */
uint8_t *guest_code(struct vcpu *v, uint64_t at);

/*
 * Copies code to or from the guest, byte by byte: a site may cross a page, and neighbouring pages
 * need not be neighbours in the wedge's view. False if part of it is not mapped; some bytes may
 * have been copied then.
 */
bool guest_code_copy(struct vcpu *v, uint64_t at, uint8_t *bytes, unsigned int size, bool to_guest);

/**
 * guest_read, guest_write - copy from or to guest virtual memory as the guest kernel would.
 * @va:    virtual address; the range may cross pages
 * @size:  bytes
 * @fault: receives address and error code of the page fault, if there is one
 *
 * Returns false on a fault; some bytes may have been copied then.
 */
struct guest_fault {
	uint64_t address;
	uint32_t error;
};
bool guest_read_any(struct vcpu *v, uint64_t va, void *to, size_t size, struct guest_fault *fault);
bool guest_write_any(struct vcpu *v, uint64_t va, const void *from, size_t size,
		     struct guest_fault *fault);

/* A linear address of the guest's, in words of its own: a 32-bit wedge is slow with wider ones. */
typedef __typeof__(ARCH_ADDRESS_MASK) guest_address;

/* The bytes, if they lie in a page that is remembered; else NULL. */
static inline void *guest_remembered(struct vcpu *v, uint64_t va, size_t size, bool write)
{
	guest_address at = (guest_address)va, offset = at % X86_PAGE_SIZE;
	const struct vcpu_translation *t = &v->translations[at / X86_PAGE_SIZE % VCPU_TRANSLATIONS];
	guest_address tag = (guest_address)t->tag | VCPU_TRANSLATION_GLOBAL |
			    (write ? 0 : VCPU_TRANSLATION_WRITABLE);

	if (tag != at - offset +
			    (VCPU_TRANSLATION_VALID | VCPU_TRANSLATION_WRITABLE |
			     VCPU_TRANSLATION_GLOBAL) ||
	    offset + size > X86_PAGE_SIZE)
		return NULL;
	return t->page + offset;
}

/* A few words are copied in place: entries of tables, frames. */
#define GUEST_IN_PLACE(size) (__builtin_constant_p(size) && (size) <= 32)

static inline bool guest_read(struct vcpu *v, uint64_t va, void *to, size_t size,
			      struct guest_fault *fault)
{
	const void *at = GUEST_IN_PLACE(size) ? guest_remembered(v, va, size, false) : NULL;

	if (!at)
		return guest_read_any(v, va, to, size, fault);
	__builtin_memcpy(to, at, size);
	return true;
}

static inline bool guest_write(struct vcpu *v, uint64_t va, const void *from, size_t size,
			       struct guest_fault *fault)
{
	void *at = GUEST_IN_PLACE(size) ? guest_remembered(v, va, size, true) : NULL;

	if (!at)
		return guest_write_any(v, va, from, size, fault);
	__builtin_memcpy(at, from, size);
	return true;
}

/* As guest_read, but with the rights of guest user code. */
bool guest_read_user(struct vcpu *v, uint64_t va, void *to, size_t size);

/*
 * guest_read and guest_write remember translations of pages. These forget the translation of one
 * page; all that are not global, at a load of CR3; all.
 */
void guest_forget_page(struct vcpu *v, uint64_t va);
void guest_forget_space(struct vcpu *v);
void guest_forget_all(struct vcpu *v);

#endif /* WEDGE_GUEST_MEMORY_H */
