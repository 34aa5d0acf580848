/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.c - see view.h: how a view is filled, and what may be executed in it. view_sync.c takes
 * away, view_table.c knows the guest's entries.
 *
 * Invariant: a bit in `present` is set exactly if the host has a mapping there (or will have, once
 * a user process has carried out its orders).
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include "view_table.h"

enum { FILL_RUN = 16 /* pages to either side that one fault maps too, at most */ };

/* Is this an address at which a view may have guest memory? */
static bool is_guests(const struct view *view, uint64_t va)
{
	struct view_bounds bounds = view_bounds(view);

	return va + 1 > VIEW_LOW_END && va < bounds.end &&
	       (va < bounds.hole || va >= bounds.hole_end);
}

static void check_memory(const struct view *view, uint64_t va, uint64_t physical, uint64_t size)
{
	struct view_bounds bounds = view_bounds(view);

	if (physical + size > view_memory_bytes())
		wedge_fatal("the guest maps %lx to guest-physical %lx, where it has no memory",
			    (unsigned long)va, (unsigned long)physical);
	if (va < bounds.hole ? size <= bounds.hole - va
			     : va >= bounds.hole_end && va < bounds.end && size <= bounds.end - va)
		return;
	if (ARCH_LONG_MODE)
		wedge_fatal("the guest uses %lx, which no kernel in the lower half does",
			    (unsigned long)va);
	wedge_fatal("the guest uses %lx, where the wedge is: boot it with reservetop=" VIEW_RESERVE,
		    (unsigned long)va);
}

static struct view_table *table_for(struct view *view, uint64_t va, uint64_t pde)
{
	struct view_table *t = view_find(view, va);

	if (t && view_same_table(view, t, pde))
		return t;
	if (t) {
		view_remove_range(view, va & LARGE_MASK, (va & LARGE_MASK) + LARGE);
		view_drop_table(view, va);
	}
	return view_hook_table(view, va, pde);
}

/*
 * A large page may reach beyond the guest's memory: what is there is mapped. Where code that runs
 * at its load address would see the window, its calls of gates must fault, to be moved
 * (core_wedge_alias).
 */
static void fill_large(struct view *view, uint64_t va, const struct guest_walk *walk)
{
	uint64_t pde = view_pde_of(walk), physical = pde & FRAME & LARGE_MASK, size = LARGE;
	unsigned int prot = view_rights(view, pde, pde);
	struct view_table *t;

	if (view_give_back(view, va, walk))
		return;
	va &= LARGE_MASK;
	check_memory(view, va, walk->address & FRAME, PAGE);
	t = table_for(view, va, pde);
	/* A page that the kernel may write only now is taken away at the next flush. */
	t->pde = walk->forced ? 0 : pde;
	if (walk->forced)
		prot |= VIEW_WRITE;
	if (walk->forced)
		view_drop_copies(physical / PAGE, LARGE / PAGE);
	if (walk->forced || !(pde & X86_PTE_G))
		view_note_local(view, t, va);
	if (!view->process && va == (view_window_alias() & LARGE_MASK))
		prot &= ~(unsigned int)VIEW_EXEC;
	if (physical + size > view_memory_bytes())
		size = view_memory_bytes() - physical;
	if (!va) {
		va += VIEW_LOW_END;
		physical += VIEW_LOW_END;
		size -= VIEW_LOW_END;
	}
	check_memory(view, va, physical, size);
	view_map(view, va, size, physical, prot);
}

static bool continues(const struct view *view, const struct view_table *t, const view_entry *guest,
		      uint64_t va, uint64_t physical, unsigned int prot)
{
	unsigned int n = view_index(va, 1);

	return is_guests(view, va) && !view_get(t->present, n) && view_is_memory(guest[n]) &&
	       (guest[n] & FRAME) == physical && view_rights(view, t->pde, guest[n]) == prot;
}

static void note_mapped(struct view *view, struct view_table *t, uint64_t va, view_entry entry)
{
	unsigned int n = view_index(va, 1);

	view_set(t->present, n, true);
	t->seen[n] = entry;
	if (!t->local && !(entry & X86_PTE_G))
		view_note_local(view, t, va);
}

/* Adjacent entries that map adjacent memory with the same rights are mapped by the same call. */
static void fill_small(struct view *view, struct view_table *t, uint64_t va,
		       const struct guest_walk *walk, unsigned int prot)
{
	const view_entry *guest = view_guest_table(t->pde);
	unsigned int n = view_index(va, 1), first = n, end = n + 1;
	uint64_t frame = walk->address & FRAME, base = va & LARGE_MASK;

	va &= PAGE_MASK;
	while (guest && end < VIEW_ENTRIES && end - n <= FILL_RUN &&
	       continues(view, t, guest, va + (end - n) * PAGE, frame + (end - n) * PAGE, prot))
		end++;
	while (guest && first > 0 && n - first < FILL_RUN &&
	       continues(view, t, guest, va - (n - first + 1) * PAGE,
			 frame - (n - first + 1) * PAGE, prot))
		first--;
	for (unsigned int i = first; i < end; i++)
		note_mapped(view, t, base + i * PAGE,
			    i == n ? (view_entry)walk->entry[1] : guest[i]);
	va -= (n - first) * PAGE;
	view_map(view, va, (end - first) * PAGE, frame - (n - first) * PAGE, prot);
}

/*
 * Paging is off: maps all memory, but leaves a hole where code that runs at its load address would
 * see the window. Its calls of gates must fault there, to be moved (core_wedge_alias).
 */
static void fill_identity(struct view *view)
{
	unsigned int prot = VIEW_READ | VIEW_WRITE | VIEW_EXEC;
	uint64_t end = view_memory_bytes(), hole = view_window_alias();
	uint64_t behind = hole + WEDGE_SIZE;

	if (!view->identity)
		view_clear(view);
	view->identity = true;
	mapping_set(view, VIEW_LOW_END, (hole < end ? hole : end) - VIEW_LOW_END, VIEW_LOW_END,
		    prot);
	if (behind < end)
		mapping_set(view, behind, end - behind, behind, prot);
}

bool view_cannot_have(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;

	return va + 1 <= VIEW_LOW_END && guest_lookup(v, va, &walk);
}

void view_fill(struct view *view, uint64_t va, const struct guest_walk *walk)
{
	unsigned int n = view_index(va, 1), prot;
	view_entry leaf = (view_entry)walk->entry[1];
	struct view_table *t;

	if (!view_paging()) {
		fill_identity(view);
		return;
	}
	if (walk->leaf > 2)
		wedge_fatal("the guest maps %lx by a page of 1 GiB, which CPUID does not show",
			    (unsigned long)va);
	if (walk->leaf == 2) {
		fill_large(view, va, walk);
		return;
	}
	check_memory(view, va & PAGE_MASK, walk->address & FRAME, PAGE);
	t = table_for(view, va, view_pde_of(walk));
	/* The core has looked at the code of another page than this. */
	if ((t->seen[n] ^ leaf) & FRAME)
		view_set(t->released, n, false);
	if (!VIEW_MAP_REPLACES && view_get(t->present, n) && ((t->seen[n] ^ leaf) & FRAME))
		view_remove_range(view, va & PAGE_MASK, (va & PAGE_MASK) + PAGE);
	prot = view_page_rights(view, t, n, leaf);
	if (walk->forced)
		prot |= VIEW_WRITE;
	if (!prot)
		return;
	fill_small(view, t, va, walk, prot);
	/* A page that the kernel may write only now is taken away at the next flush. */
	if (walk->forced) {
		view_note_local(view, t, va);
		t->seen[n] = 0;
	}
}

bool view_has(const struct view *view, uint64_t va, const struct guest_walk *walk)
{
	const struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1);

	if (!t || !view_same_table(view, t, view_pde_of(walk)))
		return false;
	if (walk->leaf == 2)
		return t->pde && !walk->forced && !view_get(t->present, n);
	return view_get(t->present, n) && t->seen[n] == (view_entry)walk->entry[1];
}

void view_release(struct view *view, uint64_t va)
{
	struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1);

	va &= PAGE_MASK;
	/* The page must not stay as it is: the next access maps it anew, not executable again. */
	if (!t->seen[n]) {
		view_note_removed(t, n);
		view_remove_range(view, va, va + PAGE);
		return;
	}
	view_set(t->released, n, true);
	mapping_protect(view, va, PAGE, view_page_rights(view, t, n, t->seen[n]));
}

bool view_holds(const struct view *view, uint64_t va)
{
	const struct view_table *t = view_find(view, va);
	unsigned int n = view_index(va, 1);

	return t && !t->large && view_get(t->present, n) && !view_no_execute(t->pde, t->seen[n]) &&
	       !(view_page_rights(view, t, n, t->seen[n]) & VIEW_EXEC);
}
