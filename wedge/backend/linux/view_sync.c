/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_sync.c - compares what is mapped in a view with the guest's tables, and has the host change
 * what differs.
 *
 * Invariant: afterwards nothing is mapped that the guest's entries do not allow now. Rights that
 * they give beyond that are added when they are used.
 */
#include "view_table.h"

/* Mapped pages of a table that another address space keeps mapped. */
enum { FOLLOW_MAX = 6 };

/* Adjacent pages that need the same change are one call of the host. */
struct run {
	const struct view *view;
	uint64_t from, end;
	unsigned int prot; /* 0: remove */
};

static void run_flush(struct run *run)
{
	if (run->from == run->end)
		return;
	if (run->prot)
		mapping_protect(run->view, run->from, run->end - run->from, run->prot);
	else
		view_remove_range(run->view, run->from, run->end);
	run->from = run->end = 0;
}

static void run_add(struct run *run, uint64_t va, uint64_t size, unsigned int prot)
{
	if (run->end != va || run->prot != prot) {
		run_flush(run);
		run->from = va;
		run->prot = prot;
	}
	run->end = va + size;
}

/*
 * Makes one mapped page what the guest's entry says. It only takes rights away: a right that is new
 * is added when it is used (in a user process only a new mapping can add one). If the entry names
 * another page, that is mapped at once, because it will be used: it is a copy that the guest has
 * just made, or the same buffer in another space.
 */
static void sync_entry(struct view *view, struct view_table *t, uint64_t va, uint32_t now,
		       struct run *run)
{
	unsigned int n = va / PAGE % VIEW_ENTRIES, had, full, has;
	uint32_t seen = t->seen[n];
	bool moved = (now ^ seen) & FRAME;

	/* Nothing is seen of a page that must not stay as it is. */
	if (now == seen && seen)
		return;
	had = view_page_rights(view, t, n, seen);
	if (moved)
		view_set(t->released, n, false);
	full = view_page_rights(view, t, n, now);
	has = moved ? full : full & had;
	/* The entry must give no more rights than the host gives now. */
	t->seen[n] = has == full ? now : now & ~(uint32_t)X86_PTE_D;
	t->local |= !(now & X86_PTE_G);
	if (!has || (moved && !view_is_memory(now))) {
		view_note_removed(t, n);
		run_add(run, va, PAGE, 0);
	} else if (moved) {
		run_flush(run);
		mapping_set(view, va, PAGE, now & FRAME, has);
	} else if (has != had) {
		run_add(run, va, PAGE, has);
	}
}

static void sync_table(struct view *view, struct view_table *t, unsigned int top, struct run *run)
{
	const uint32_t *guest = view_guest_table(t->pde);

	linux_count(COUNT_TABLES_COMPARED);
	for (unsigned int i = 0; i < VIEW_ENTRIES / 64; i++) {
		for (uint64_t bits = t->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + (unsigned int)__builtin_ctzll(bits);
			uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT | n * PAGE;

			sync_entry(view, t, va, guest ? guest[n] : 0, run);
		}
	}
}

bool view_same_table(const struct view *view, const struct view_table *t, uint32_t now)
{
	uint32_t ignored = view_is_large(now) ? 0 : (uint32_t)(X86_PTE_A | X86_PTE_D);

	if (t->large != view_is_large(now))
		return false;
	if (view_is_large(now) && view_rights(view, now, now) != view_rights(view, t->pde, t->pde))
		return false;
	if (view_is_large(now))
		ignored = (uint32_t)(X86_PTE_A | X86_PTE_D | X86_PTE_G);
	return !((now ^ t->pde) & ~ignored);
}

static bool maps_few(const struct view_table *t)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < VIEW_ENTRIES / 64; i++) {
		for (uint64_t bits = t->present[i]; bits && count <= FOLLOW_MAX; bits &= bits - 1)
			count++;
	}
	return count <= FOLLOW_MAX;
}

/*
 * Another space has another table here. The kernel has used a few pages of the old one, stack and
 * buffers of system calls; it is likely to use the same addresses again.
 */
static bool is_worth_following(const struct view *view, const struct view_table *t, uint32_t now)
{
	return !view->process && !t->large && !view_is_large(now) && view_guest_table(now) &&
	       !((now ^ t->pde) & (X86_PTE_P | X86_PTE_W | X86_PTE_U)) && maps_few(t);
}

static void sync_top(struct view *view, unsigned int top, uint32_t now, bool all, struct run *run)
{
	struct view_table *t = view->tables[top];
	uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT;

	if (!view_same_table(view, t, now) && is_worth_following(view, t, now)) {
		t->pde = now;
		sync_table(view, t, top, run);
	} else if (!view_same_table(view, t, now)) {
		run_add(run, va, LARGE, 0);
		view_drop_table(view, top);
	} else if (!view_is_large(now) && (all || t->local)) {
		sync_table(view, t, top, run);
	}
}

void view_sync(struct view *view, bool all)
{
	const uint32_t *guest;
	struct run run = {.view = view};

	if (view->identity != !view_paging()) {
		view_clear(view);
		return;
	}
	if (view->identity)
		return;
	guest = view_guest_top();
	for (unsigned int i = 0; i < VIEW_ENTRIES / 64; i++) {
		for (uint64_t bits = view->present[i]; bits; bits &= bits - 1) {
			unsigned int top = i * 64 + (unsigned int)__builtin_ctzll(bits);

			sync_top(view, top, guest ? guest[top] : 0, all, &run);
		}
	}
	run_flush(&run);
}

void view_invalidate(struct view *view, uint32_t va)
{
	unsigned int top = va >> VIEW_TABLE_SHIFT, n = va / PAGE % VIEW_ENTRIES;
	const uint32_t *guest = view_guest_top(), *table;
	struct view_table *t = view->tables[top];
	struct run run = {.view = view};

	if (!t || !view_paging())
		return;
	if (!guest || !view_same_table(view, t, guest[top])) {
		run_add(&run, (uint64_t)top << VIEW_TABLE_SHIFT, LARGE, 0);
		view_drop_table(view, top);
	} else if (!t->large && view_get(t->present, n)) {
		table = view_guest_table(t->pde);
		sync_entry(view, t, va & FRAME, table ? table[n] : 0, &run);
	}
	run_flush(&run);
}
