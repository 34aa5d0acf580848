/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_memory.c - copies data and code by guest virtual addresses, and remembers translations of
 * the guest kernel's pages.
 *
 * Invariant: only what a TLB may hold is remembered (SDM 3A section 4.10), and never a page that
 * user code may reach.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>

/* ---- translations that are remembered ---- */

enum { LONG_BITS = 8 * sizeof(long) };

static struct vcpu_translation *translation_of(struct vcpu *v, uint64_t va)
{
	return &v->translations[va / X86_PAGE_SIZE % VCPU_TRANSLATIONS];
}

static void remember(struct vcpu *v, uint64_t va, bool write, const struct guest_walk *walk,
		     char *page)
{
	bool global = (walk->entry[walk->leaf] & X86_PTE_G) && (v->cr[4] & X86_CR4_PGE);
	size_t n = va / X86_PAGE_SIZE % VCPU_TRANSLATIONS;

	v->translations[n] = (struct vcpu_translation){
		.tag = va | VCPU_TRANSLATION_VALID | (write ? VCPU_TRANSLATION_WRITABLE : 0) |
		       (global ? VCPU_TRANSLATION_GLOBAL : 0),
		.page = page,
	};
	if (!global)
		v->local_translations[n / LONG_BITS] |= 1ul << n % LONG_BITS;
}

void guest_forget_page(struct vcpu *v, uint64_t va)
{
	translation_of(v, va & ARCH_ADDRESS_MASK)->tag = 0;
}

/* A place that a local translation had may have been taken by a global one since. */
static void forget_local(struct vcpu_translation *first, unsigned long places)
{
	for (; places; places &= places - 1) {
		struct vcpu_translation *t = &first[__builtin_ctzl(places)];

		if (!(t->tag & VCPU_TRANSLATION_GLOBAL))
			t->tag = 0;
	}
}

void guest_forget_space(struct vcpu *v)
{
	for (size_t n = 0; n < VCPU_TRANSLATIONS; n += LONG_BITS) {
		forget_local(&v->translations[n], v->local_translations[n / LONG_BITS]);
		v->local_translations[n / LONG_BITS] = 0;
	}
	v->generation++;
}

void guest_forget_all(struct vcpu *v)
{
	memset(v->translations, 0, sizeof(v->translations));
	v->generation++;
}

/*
 * Translates one access within a page. An access of user code is walked each time: it is rare, and
 * has other rights.
 */
static void *translate(struct vcpu *v, uint64_t va, uint32_t access, struct guest_fault *fault)
{
	bool write = access & X86_PF_WRITE, user = access & X86_PF_USER;
	uint64_t offset = va % X86_PAGE_SIZE;
	struct guest_walk walk;
	char *page;

	va &= ARCH_ADDRESS_MASK;
	page = user ? NULL : guest_remembered(v, va - offset, X86_PAGE_SIZE, write);
	if (page)
		return page + offset;
	fault->address = va;
	if (!guest_walk(v, va, access, &walk)) {
		fault->error = walk.error;
		return NULL;
	}
	fault->error = X86_PF_PRESENT | X86_PF_RESERVED;
	page = guest_page(walk.address);
	if (!page)
		return NULL;
	if (!user)
		remember(v, va - offset, write, &walk, page);
	return page + offset;
}

/*
 * Nearly all accesses are of one word. A call with two string instructions would triple their
 * price.
 */
static void copy(void *to, const void *from, size_t size)
{
	if (size == 8)
		__builtin_memcpy(to, from, 8);
	else if (size == 4)
		__builtin_memcpy(to, from, 4);
	else
		memcpy(to, from, size);
}

static size_t to_page_end(uint64_t va, size_t size)
{
	size_t rest = X86_PAGE_SIZE - va % X86_PAGE_SIZE;

	return rest < size ? rest : size;
}

static bool read_as(struct vcpu *v, uint64_t va, uint32_t access, void *to, size_t size,
		    struct guest_fault *fault)
{
	while (size) {
		size_t part = to_page_end(va, size);
		const void *at = translate(v, va, access, fault);

		if (!at)
			return false;
		copy(to, at, part);
		to = (char *)to + part;
		va += part;
		size -= part;
	}
	return true;
}

bool guest_read_any(struct vcpu *v, uint64_t va, void *to, size_t size, struct guest_fault *fault)
{
	return read_as(v, va, 0, to, size, fault);
}

bool guest_read_user(struct vcpu *v, uint64_t va, void *to, size_t size)
{
	struct guest_fault fault;

	return read_as(v, va, X86_PF_USER, to, size, &fault);
}

bool guest_write_any(struct vcpu *v, uint64_t va, const void *from, size_t size,
		     struct guest_fault *fault)
{
	while (size) {
		size_t part = to_page_end(va, size);
		void *at = translate(v, va, X86_PF_WRITE, fault);

		if (!at)
			return false;
		copy(at, from, part);
		from = (const char *)from + part;
		va += part;
		size -= part;
	}
	return true;
}

uint8_t *guest_code(struct vcpu *v, uint64_t at)
{
	struct guest_walk walk;

	if (!v)
		return guest_pointer(at, 1);
	if (!guest_lookup(v, at & ARCH_ADDRESS_MASK, &walk))
		return NULL;
	return guest_pointer(walk.address, 1);
}

bool guest_code_copy(struct vcpu *v, uint64_t at, uint8_t *bytes, unsigned int size, bool to_guest)
{
	for (unsigned int i = 0; i < size; i++) {
		uint8_t *byte = guest_code(v, at + i);

		if (!byte)
			return false;
		if (to_guest)
			*byte = bytes[i];
		else
			bytes[i] = *byte;
	}
	return true;
}
