/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_sync.c - compares what is mapped in a view with the guest's tables, and has the host change
 * what differs.
 *
 * Invariant: afterwards nothing is mapped that the guest's entries do not allow now. Rights that
 * they give beyond that are added when they are used.
 */
#include "view_table.h"

enum {
	FOLLOW_MAX = 6,	   /* mapped pages of a table that another address space keeps mapped */
	FOLLOW_TIMES = 16, /* so often; then only what is used is mapped again */
};

/*
 * Adjacent pages that need the same change are one call of the host; so are pages to be removed
 * between which nothing is mapped, however far they are from one another.
 */
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
	if (run->prot != prot ||
	    (run->end != va && (prot || !run->end || view_next(run->view, run->end) < va))) {
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
static void sync_entry(struct view *view, struct view_table *t, uint64_t va, view_entry now,
		       struct run *run)
{
	unsigned int n = view_index(va, 1), had, full, has;
	view_entry seen = t->seen[n];
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
	t->seen[n] = has == full ? now : now & ~(view_entry)X86_PTE_D;
	t->local |= !(now & X86_PTE_G);
	if (!has || (moved && !view_is_memory(now))) {
		view_note_removed(t, n);
		run_add(run, va, PAGE, 0);
	} else if (moved) {
		run_flush(run);
		if (!VIEW_MAP_REPLACES)
			view_remove_range(view, va, va + PAGE);
		view_map(view, va, PAGE, now & FRAME, has);
	} else if (has != had) {
		run_add(run, va, PAGE, has);
	}
}

static void sync_table(struct view *view, struct view_table *t, uint64_t va, struct run *run)
{
	const view_entry *guest = view_guest_table(t->pde);

	vcpu_count(vcpu_this(), COUNT_TABLES_COMPARED);
	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		for (view_word bits = t->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * VIEW_WORD_BITS + view_lowest(bits);

			sync_entry(view, t, va + n * PAGE, guest ? guest[n] : 0, run);
		}
	}
}

static bool maps_few(const struct view_table *t)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		for (view_word bits = t->present[i]; bits && count <= FOLLOW_MAX; bits &= bits - 1)
			count++;
	}
	return count <= FOLLOW_MAX;
}

/*
 * Another space has another table here. The kernel has used a few pages of the old one, stack and
 * buffers of system calls; it is likely to use the same addresses again. But the host does not tell
 * which of them it has used: now and then all are taken away, and those come back by faults.
 */
static bool is_worth_following(const struct view *view, const struct view_table *t, uint64_t now)
{
	return !view->process && !t->large && !view_is_large(now) && view_guest_table(now) &&
	       t->followed < FOLLOW_TIMES &&
	       !((now ^ t->pde) & (X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_NX)) && maps_few(t);
}

struct sync {
	struct view *view;
	bool all;
	struct run run;
};

/* Returns false if the table, or large page, is not there any more. */
static bool sync_child(struct sync *sync, struct view_table *t, uint64_t va, uint64_t now)
{
	if (!view_same_table(sync->view, t, now)) {
		if (!is_worth_following(sync->view, t, now)) {
			run_add(&sync->run, va, LARGE, 0);
			return false;
		}
		t->pde = now;
		t->followed++;
	}
	if (t->large)
		t->local |= !(now & X86_PTE_G);
	else
		sync_table(sync->view, t, va, &sync->run);
	return true;
}

/*
 * `table`: the guest's entry that names the node's table now; `base`: where the node begins.
 * Without `all`, what is global stays, as in a TLB, whatever the upper tables say.
 */
static void sync_node(struct sync *sync, struct view_node *node, unsigned int level, uint64_t table,
		      uint64_t base)
{
	const view_entry *guest = view_guest_table(table);

	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		view_word bits = sync->all ? node->present[i] : node->local[i];

		for (; bits; bits &= bits - 1) {
			unsigned int n = i * VIEW_WORD_BITS + view_lowest(bits);
			uint64_t now = guest ? view_below(table, guest[n], level) : 0;
			uint64_t va = base + ((uint64_t)n << view_shift(level));

			if (level > 2)
				sync_node(sync, node->child[n], level - 1, now, va);
			else if (!sync_child(sync, node->child[n], va, now))
				view_drop_child(sync->view, node, level, n);
			view_settle_child(sync->view, node, level, n);
		}
	}
}

void view_sync(struct view *view, bool all)
{
	struct sync sync = {.view = view, .all = all, .run = {.view = view}};

	if (view->identity != !view_paging()) {
		view_clear(view);
		return;
	}
	if (view->identity)
		return;
	sync_node(&sync, &view->top, ARCH_PAGE_LEVELS, view_root(), 0);
	run_flush(&sync.run);
}

void view_invalidate(struct view *view, uint64_t va)
{
	struct view_table *t = view_find(view, va);
	struct run run = {.view = view};
	uint64_t now;

	if (!t || !view_paging())
		return;
	now = view_pde_at(va);
	if (!view_same_table(view, t, now)) {
		run_add(&run, va & LARGE_MASK, LARGE, 0);
		view_drop_table(view, va);
		run_flush(&run);
		return;
	}
	if (t->large) {
		t->local |= !(now & X86_PTE_G);
	} else if (view_get(t->present, view_index(va, 1))) {
		const view_entry *table = view_guest_table(t->pde);

		sync_entry(view, t, va & PAGE_MASK, table ? table[view_index(va, 1)] : 0, &run);
	}
	if (t->local)
		view_note_local(view, t, va);
	run_flush(&run);
}
