/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_copy.c - copies of pages of guest programs (copy.h) in views: who gets a copy, and when it
 * must go.
 *
 * A process has a copy only where it has been mapped by view_copy(), and at one address. Wherever
 * else it maps the page, and when it maps it anew, it has the page itself.
 *
 * Invariant: a page with a copy is mapped writable in no view, so no processor can change it before
 * the copy is gone: an order puts the page in its place before guest code runs in that process
 * again. A disk can: what it writes to is no program's, and a copy is compared before a program
 * gets it.
 */
#include <wedge/lib.h>
#include "copy.h"
#include "process.h"
#include "../../view/view_table.h"

/* The rights with which a view has a page of guest-physical memory mapped at an address; 0: not. */
static unsigned int rights_at(const struct view *view, uint64_t va, uint64_t page)
{
	const struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1);

	if (!t || t->large || !view_get(t->present, n) || (t->seen[n] & FRAME) / PAGE != page)
		return 0;
	return view_page_rights(view, t, n, t->seen[n]);
}

uint64_t view_copy_at(const struct view *view, uint32_t copy)
{
	uint64_t va = view->process->copy_at[copy];

	return va && rights_at(view, va, copy_page(copy)) ? va : 0;
}

/* ---- going ---- */

static void drop(uint32_t copy)
{
	uint64_t page = copy_page(copy);

	for (uint32_t slot = 0; slot < VIEW_SLOTS; slot++) {
		const struct view *view = space_view_of(slot);
		uint64_t va = view ? view_copy_at(view, copy) : 0;

		if (va)
			mapping_set(view, va, PAGE, page * PAGE, rights_at(view, va, page));
		if (view)
			view->process->copy_at[copy] = 0;
	}
	copy_remove(copy);
}

void view_drop_copies(uint64_t page, uint64_t count)
{
	for (uint32_t i = 0; (i = copy_next(page, count, i)) != COPY_NONE; i++)
		drop(i);
}

/* ---- mapping ---- */

/* A page of a large page of the kernel's cannot be written until view_give_back(). */
static void protect(const struct view *view, struct view_table *t, uint64_t va)
{
	unsigned int prot = view_rights(view, t->pde, t->pde);

	view_set(t->present, view_index(va, 1), true);
	mapping_protect(view, va, PAGE, prot & ~(unsigned int)HOST_PROT_WRITE);
}

static void map_large(const struct view *view, struct view_table *t, uint64_t va, uint64_t size,
		      uint64_t page)
{
	memset(t->present, 0, sizeof(t->present));
	for (uint32_t i = 0; (i = copy_next(page, size / PAGE, i)) != COPY_NONE; i++)
		protect(view, t, va + (copy_page(i) - page) * PAGE);
}

bool view_give_back(const struct view *view, uint64_t va, const struct guest_walk *walk)
{
	struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1);

	if (!t || !t->large || walk->forced || !view_same_table(view, t, view_pde_of(walk)) ||
	    !view_get(t->present, n))
		return false;
	view_drop_copies(walk->address / PAGE, 1);
	view_set(t->present, n, false);
	mapping_protect(view, va & PAGE_MASK, PAGE, view_rights(view, t->pde, t->pde));
	return true;
}

/* The pages themselves are mapped now, if they were copies before. */
static void forget_copies(const struct view *view, uint64_t va, uint64_t size, uint64_t page)
{
	uint64_t *at = view->process->copy_at;

	for (uint32_t i = 0; (i = copy_next(page, size / PAGE, i)) != COPY_NONE; i++) {
		if (at[i] == va + (copy_page(i) - page) * PAGE)
			at[i] = 0;
	}
}

void view_map(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
	      unsigned int prot)
{
	struct view_table *t = view_find(view, va);
	bool write = prot & HOST_PROT_WRITE, large = t && t->large;
	uint64_t page = physical / PAGE;

	if (write && (view->process || !large))
		view_drop_copies(page, size / PAGE);
	mapping_set(view, va, size, physical, prot);
	if (view->process)
		forget_copies(view, va, size, page);
	else if (large)
		map_large(view, t, va, write ? size : 0, page);
}

/* ---- coming ---- */

/*
 * A large page of the kernel's loses the right to write to one of its pages. False if the page can
 * be written all the same: a program's large page stays whole, and nothing is known of one that
 * must not stay as it is.
 */
static bool take_from_large(const struct view *view, struct view_table *t, uint64_t va,
			    uint64_t page)
{
	uint64_t n = page - (t->pde & FRAME & LARGE_MASK) / PAGE;

	if (!t->pde)
		return false;
	if (n >= VIEW_ENTRIES || !(view_rights(view, t->pde, t->pde) & HOST_PROT_WRITE))
		return true;
	if (!view->process && !view_get(t->present, (unsigned int)n))
		protect(view, t, va + n * PAGE);
	return !view->process;
}

/*
 * Small mappings go, and come back with the next access, which ends the copy if it writes. Many are
 * those of programs that have ended, which nobody has compared since.
 */
static void take_from_table(const struct view *view, struct view_table *t, uint64_t va,
			    uint64_t page)
{
	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		for (uint64_t bits = t->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + view_lowest(bits);
			view_entry seen = t->seen[n];

			/* Nothing is seen of a page that must not stay as it is. */
			if (seen && ((seen & FRAME) / PAGE != page ||
				     !(view_page_rights(view, t, n, seen) & HOST_PROT_WRITE)))
				continue;
			view_note_removed(t, n);
			mapping_remove(view, va + n * PAGE, PAGE);
		}
	}
}

/* Takes the right to write to a page from all below a node, which begins at `base`; or false. */
static bool take_from_node(const struct view *view, const struct view_node *node,
			   unsigned int level, uint64_t base, uint64_t page)
{
	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		for (uint64_t bits = node->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + view_lowest(bits);
			uint64_t va = base + ((uint64_t)n << view_shift(level));
			struct view_table *t = node->child[n];

			if (level > 2 && !take_from_node(view, node->child[n], level - 1, va, page))
				return false;
			if (level == 2 && t->large && !take_from_large(view, t, va, page))
				return false;
			if (level == 2 && !t->large)
				take_from_table(view, t, va, page);
		}
	}
	return true;
}

static bool take_from_all(uint64_t page)
{
	const struct view *kernel = view_state(vcpu_this())->kernel;

	for (uint32_t slot = 0; slot < VIEW_SLOTS; slot++) {
		const struct view *view = space_view_of(slot);

		if (view && !take_from_node(view, &view->top, ARCH_PAGE_LEVELS, 0, page))
			return false;
	}
	return take_from_node(kernel, &kernel->top, ARCH_PAGE_LEVELS, 0, page);
}

static uint32_t make(uint64_t page)
{
	struct vcpu *v = vcpu_this();
	uint32_t copy;

	if (!take_from_all(page))
		return COPY_NONE;
	/* The host had no room to take the right away. */
	if (mapping_failed(v))
		view_clear(view_state(v)->kernel);
	copy = copy_free();
	if (copy == COPY_NONE) {
		copy = copy_victim();
		drop(copy);
	}
	copy_add(copy, page);
	return copy;
}

uint32_t view_copy(struct view *view, uint64_t va)
{
	const struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1), prot;
	uint64_t page;
	uint32_t copy;

	if (!t || t->large || !view_get(t->present, n))
		return COPY_NONE;
	page = (t->seen[n] & FRAME) / PAGE;
	prot = view_page_rights(view, t, n, t->seen[n]);
	if (prot != (HOST_PROT_READ | HOST_PROT_EXEC))
		return COPY_NONE;
	copy = copy_next(page, 1, 0);
	/* A disk has written to the page while no program had it: it holds another file's code. */
	if (copy != COPY_NONE && copy_differs(copy)) {
		drop(copy);
		copy = COPY_NONE;
	}
	if (copy == COPY_NONE)
		copy = make(page);
	if (copy == COPY_NONE || view_copy_at(view, copy))
		return copy;
	view->process->copy_at[copy] = va & PAGE_MASK;
	mapping_set(view, va & PAGE_MASK, PAGE, copy_physical(copy), prot);
	return copy;
}
