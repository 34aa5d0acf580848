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

static void check_memory(const struct view *view, uint64_t va, uint64_t physical, uint64_t size)
{
	if (physical + size > machine.info.memory_bytes)
		wedge_fatal("the guest maps %lx to guest-physical %lx, where it has no memory", va,
			    physical);
	if (view->process ? va + size > USER_DOOR
			  : va < WEDGE_BASE + WEDGE_SIZE && va + size > WEDGE_BASE)
		wedge_fatal("the guest uses %lx, where the wedge is: boot it with reservetop=8M",
			    va);
}

static struct view_table *table_for(struct view *view, unsigned int top, uint32_t pde)
{
	struct view_table *t = view->tables[top];
	uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT;

	if (t && view_same_table(view, t, pde))
		return t;
	if (t) {
		view_remove_range(view, va, va + LARGE);
		view_drop_table(view, top);
	}
	t = view_new_table(pde);
	view->tables[top] = t;
	view_set(view->present, top, true);
	return t;
}

/* A large page may reach beyond the guest's memory: what is there is mapped. */
static void fill_large(struct view *view, unsigned int top, const struct guest_walk *walk)
{
	uint32_t pde = (uint32_t)walk->entry[2];
	unsigned int prot = view_rights(view, pde, pde);
	uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT;
	uint64_t physical = pde & 0xffc00000, size = LARGE;
	struct view_table *t = table_for(view, top, pde);

	/* A page that the kernel may write only now is taken away at the next flush. */
	t->pde = walk->forced ? 0 : pde;
	if (walk->forced)
		prot |= HOST_PROT_WRITE;
	check_memory(view, va, walk->address & FRAME, PAGE);
	if (physical + size > machine.info.memory_bytes)
		size = machine.info.memory_bytes - physical;
	if (!top) {
		va += VIEW_LOW_END;
		physical += VIEW_LOW_END;
		size -= VIEW_LOW_END;
	}
	check_memory(view, va, physical, size);
	mapping_set(view, va, size, physical, prot);
}

/* Is this an address at which a view may have guest memory? */
static bool is_guests(const struct view *view, uint64_t va)
{
	if (va < VIEW_LOW_END)
		return false;
	return view->process ? va < USER_DOOR : va < WEDGE_BASE || va >= WEDGE_BASE + WEDGE_SIZE;
}

static bool continues(const struct view *view, const struct view_table *t, const uint32_t *guest,
		      uint64_t va, uint32_t physical, unsigned int prot)
{
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	return is_guests(view, va) && !view_get(t->present, n) && view_is_memory(guest[n]) &&
	       (guest[n] & FRAME) == physical && view_rights(view, t->pde, guest[n]) == prot;
}

static void note_mapped(struct view_table *t, unsigned int n, uint32_t entry)
{
	view_set(t->present, n, true);
	t->seen[n] = entry;
	if (!(entry & X86_PTE_G))
		t->local = true;
}

/* Adjacent entries that map adjacent memory with the same rights are mapped by the same call. */
static void fill_small(struct view *view, struct view_table *t, uint32_t va,
		       const struct guest_walk *walk, unsigned int prot)
{
	const uint32_t *guest = view_guest_table(t->pde);
	unsigned int n = va / PAGE % VIEW_ENTRIES, first = n, end = n + 1;
	uint32_t frame = (uint32_t)walk->address & FRAME;

	va &= FRAME;
	while (guest && end < VIEW_ENTRIES && end - n <= FILL_RUN &&
	       continues(view, t, guest, va + (end - n) * PAGE, frame + (end - n) * PAGE, prot))
		end++;
	while (guest && first > 0 && n - first < FILL_RUN &&
	       continues(view, t, guest, va - (n - first + 1) * PAGE,
			 frame - (n - first + 1) * PAGE, prot))
		first--;
	for (unsigned int i = first; i < end; i++)
		note_mapped(t, i, i == n ? (uint32_t)walk->entry[1] : guest[i]);
	va -= (n - first) * PAGE;
	check_memory(view, va, frame - (n - first) * PAGE, (end - first) * PAGE);
	mapping_set(view, va, (end - first) * PAGE, frame - (n - first) * PAGE, prot);
}

/*
 * Paging is off: maps all memory, but leaves a hole where code that runs at its load address would
 * see the window. Its calls of gates must fault there, to be moved (core_wedge_alias).
 */
static void fill_identity(struct view *view)
{
	unsigned int prot = HOST_PROT_READ | HOST_PROT_WRITE | HOST_PROT_EXEC;
	uint64_t end = machine.info.memory_bytes, hole = machine.window_alias;
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

	return va < VIEW_LOW_END && guest_lookup(v, va, &walk);
}

void view_fill(struct view *view, uint32_t va, const struct guest_walk *walk)
{
	unsigned int top = va >> VIEW_TABLE_SHIFT, n = va / PAGE % VIEW_ENTRIES, prot;
	struct view_table *t;

	if (!view_paging()) {
		fill_identity(view);
		return;
	}
	if (walk->leaf == 2) {
		fill_large(view, top, walk);
		return;
	}
	t = table_for(view, top, (uint32_t)walk->entry[2]);
	/* The core has looked at the code of another page than this. */
	if ((t->seen[n] ^ (uint32_t)walk->entry[1]) & FRAME)
		view_set(t->released, n, false);
	prot = view_page_rights(view, t, n, (uint32_t)walk->entry[1]);
	if (walk->forced)
		prot |= HOST_PROT_WRITE;
	if (!prot)
		return;
	fill_small(view, t, va, walk, prot);
	/* A page that the kernel may write only now is taken away at the next flush. */
	if (walk->forced) {
		t->local = true;
		t->seen[n] = 0;
	}
}

bool view_has(const struct view *view, uint32_t va, const struct guest_walk *walk)
{
	const struct view_table *t = view->tables[va >> VIEW_TABLE_SHIFT];
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	if (!t || !view_same_table(view, t, (uint32_t)walk->entry[2]))
		return false;
	if (walk->leaf == 2)
		return t->pde && !walk->forced;
	return view_get(t->present, n) && t->seen[n] == (uint32_t)walk->entry[1];
}

void view_release(struct view *view, uint32_t va)
{
	struct view_table *t = view->tables[va >> VIEW_TABLE_SHIFT];
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	/* The page must not stay as it is: the next access maps it anew, not executable again. */
	if (!t->seen[n]) {
		view_note_removed(t, n);
		view_remove_range(view, va & FRAME, (va & (uint64_t)FRAME) + PAGE);
		return;
	}
	view_set(t->released, n, true);
	mapping_protect(view, va & FRAME, PAGE, view_page_rights(view, t, n, t->seen[n]));
}

bool view_holds(const struct view *view, uint32_t va)
{
	const struct view_table *t = view->tables[va >> VIEW_TABLE_SHIFT];
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	return t && !t->large && view_get(t->present, n) &&
	       !(view_page_rights(view, t, n, t->seen[n]) & HOST_PROT_EXEC);
}
