/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.c - see view_table.h. Two-level tables with 4 MiB pages (SDM 3A section 4.3).
 *
 * Invariant: the host is never told to remove the window or the door.
 */
#include <wedge/guest_pages.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "view_table.h"

static struct view_table *free_tables;

bool view_is_large(uint32_t pde)
{
	return (pde & X86_PTE_PS) && (vcpu_this()->cr[4] & X86_CR4_PSE);
}

struct view_table *view_new_table(uint32_t pde)
{
	struct view_table *t = free_tables;

	if (t)
		free_tables = t->next_free;
	else
		t = backend_allocate(sizeof(*t));
	if (!t)
		wedge_fatal("the wedge's heap of %u MiB is used up", LINUX_HEAP_SIZE >> 20);
	memset(t->present, 0, sizeof(t->present));
	memset(t->released, 0, sizeof(t->released));
	t->pde = pde;
	t->large = view_is_large(pde);
	t->local = false;
	return t;
}

/* ---- what the guest's entries allow ---- */

unsigned int view_rights(const struct view *view, uint32_t pde, uint32_t leaf)
{
	uint32_t both = view_is_large(pde) ? pde : pde & leaf;
	unsigned int prot = HOST_PROT_READ;

	if (!(both & X86_PTE_P) || !(leaf & X86_PTE_A))
		return 0;
	if (view->process && !(both & X86_PTE_U))
		return 0;
	if ((both & X86_PTE_W) && (leaf & X86_PTE_D))
		prot |= HOST_PROT_WRITE;
	if (view->process || view_is_large(pde) || memory_is_kernel_text(leaf / PAGE))
		prot |= HOST_PROT_EXEC;
	return prot;
}

unsigned int view_page_rights(const struct view *view, const struct view_table *t, unsigned int n,
			      uint32_t leaf)
{
	unsigned int prot = view_rights(view, t->pde, leaf);

	return prot && view_get(t->released, n) ? prot | HOST_PROT_EXEC : prot;
}

void view_note_removed(struct view_table *t, unsigned int n)
{
	view_set(t->present, n, false);
	view_set(t->released, n, false);
}

const uint32_t *view_guest_table(uint32_t pde)
{
	return guest_pointer(pde & FRAME, PAGE);
}

const uint32_t *view_guest_top(void)
{
	return guest_pointer(vcpu_this()->cr[3] & FRAME, PAGE);
}

bool view_is_memory(uint32_t entry)
{
	return entry / PAGE < machine.pages;
}

bool view_paging(void)
{
	return vcpu_this()->cr[0] & X86_CR0_PG;
}

/* ---- taking away ---- */

void view_drop_table(struct view *view, unsigned int top)
{
	struct view_table *t = view->tables[top];

	t->next_free = free_tables;
	free_tables = t;
	view->tables[top] = NULL;
	view_set(view->present, top, false);
}

void view_remove_range(const struct view *view, uint64_t from, uint64_t end)
{
	uint64_t window_end = WEDGE_BASE + WEDGE_SIZE;

	if (view->process && end > USER_DOOR)
		end = USER_DOOR;
	if (from >= end)
		return;
	if (view->process || end <= WEDGE_BASE || from >= window_end) {
		mapping_remove(view, from, end - from);
		return;
	}
	if (from < WEDGE_BASE)
		mapping_remove(view, from, WEDGE_BASE - from);
	if (end > window_end)
		mapping_remove(view, window_end, end - window_end);
}

void view_forget(struct view *view)
{
	for (unsigned int top = 0; top < VIEW_ENTRIES; top++) {
		if (view->tables[top])
			view_drop_table(view, top);
	}
	view->identity = false;
}

void view_clear(struct view *view)
{
	view_forget(view);
	view_remove_range(view, 0, 1ull << 32);
}
