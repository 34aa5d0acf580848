/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.c - see view.h. Two-level tables with 4 MiB pages (SDM 3A section 4.3), or no paging at all.
 *
 * Invariant: a bit in `present` is set exactly if the host has a mapping there (or will have, once
 * a user process has carried out its orders).
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include <wedge/lib.h>
#include "view.h"

enum {
	LARGE = 1 << VIEW_TABLE_SHIFT,
	PAGE = X86_PAGE_SIZE,
	FOLLOW_MAX = 6, /* mapped pages of a table that another address space keeps mapped */
	FILL_RUN = 16,	/* pages to either side that one fault maps too, at most */
};

#define FRAME 0xfffff000u

static struct view_table *free_tables;

static bool is_large(uint32_t pde)
{
	return (pde & X86_PTE_PS) && (linux_this_vcpu()->cr[4] & X86_CR4_PSE);
}

static struct view_table *new_table(uint32_t pde)
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
	t->large = is_large(pde);
	t->local = false;
	return t;
}

static bool get(const uint64_t *bits, unsigned int n)
{
	return bits[n / 64] >> n % 64 & 1;
}

static void set(uint64_t *bits, unsigned int n, bool value)
{
	uint64_t bit = 1ull << n % 64;

	bits[n / 64] = value ? bits[n / 64] | bit : bits[n / 64] & ~bit;
}

/* ---- what the guest's entries allow ---- */

/*
 * The host's rights for a leaf below `pde`; 0: must not be mapped. A leaf whose accessed bit is
 * clear must fault, so that it is set; one that is not dirty must not be writable.
 */
static unsigned int rights(const struct view *view, uint32_t pde, uint32_t leaf)
{
	uint32_t both = is_large(pde) ? pde : pde & leaf;
	unsigned int prot = HOST_PROT_READ;

	if (!(both & X86_PTE_P) || !(leaf & X86_PTE_A))
		return 0;
	if (view->user && !(both & X86_PTE_U))
		return 0;
	if ((both & X86_PTE_W) && (leaf & X86_PTE_D))
		prot |= HOST_PROT_WRITE;
	if (view->user || is_large(pde) || memory_is_kernel_text(leaf / PAGE))
		prot |= HOST_PROT_EXEC;
	return prot;
}

/* The same for a page of a table: code of the kernel's that has been looked at may be executed. */
static unsigned int page_rights(const struct view *view, const struct view_table *t, unsigned int n,
				uint32_t leaf)
{
	unsigned int prot = rights(view, t->pde, leaf);

	return prot && get(t->released, n) ? prot | HOST_PROT_EXEC : prot;
}

/* It is not mapped any more; whatever is mapped there next is new code. */
static void note_removed(struct view_table *t, unsigned int n)
{
	set(t->present, n, false);
	set(t->released, n, false);
}

/* The guest's table below an entry; NULL if that is no memory. */
static const uint32_t *guest_table(uint32_t pde)
{
	return guest_pointer(pde & FRAME, PAGE);
}

static const uint32_t *guest_top(void)
{
	return guest_pointer(linux_this_vcpu()->cr[3] & FRAME, PAGE);
}

static bool is_memory(uint32_t entry)
{
	return entry / PAGE < machine.pages;
}

static bool paging(void)
{
	return linux_this_vcpu()->cr[0] & X86_CR0_PG;
}

/* ---- taking away ---- */

static void drop_table(struct view *view, unsigned int top)
{
	struct view_table *t = view->tables[top];

	t->next_free = free_tables;
	free_tables = t;
	view->tables[top] = NULL;
	set(view->present, top, false);
}

/* Neither the window nor the door is ever the guest's. */
static void remove_range(const struct view *view, uint64_t from, uint64_t end)
{
	uint64_t window_end = WEDGE_BASE + WEDGE_SIZE;

	if (view->user && end > USER_DOOR)
		end = USER_DOOR;
	if (from >= end)
		return;
	if (view->user || end <= WEDGE_BASE || from >= window_end) {
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
			drop_table(view, top);
	}
	view->identity = false;
}

void view_clear(struct view *view)
{
	view_forget(view);
	remove_range(view, 0, 1ull << 32);
}

/* ---- comparing ---- */

/* Adjacent pages that need the same change are told to the host together. */
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
		remove_range(run->view, run->from, run->end);
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
 * Brings one mapped page in line. Rights are only taken away: what the guest allows beyond is added
 * when it is used (and in a user process only a new mapping can do that). Another page in the same
 * place is mapped at once: it is the copy that the guest has just made, or the same buffer in
 * another address space, and will be used.
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
	had = page_rights(view, t, n, seen);
	if (moved)
		set(t->released, n, false);
	full = page_rights(view, t, n, now);
	has = moved ? full : full & had;
	/* What stands there must give no more rights than the host does now. */
	t->seen[n] = has == full ? now : now & ~(uint32_t)X86_PTE_D;
	t->local |= !(now & X86_PTE_G);
	if (!has || (moved && !is_memory(now))) {
		note_removed(t, n);
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
	const uint32_t *guest = guest_table(t->pde);

	for (unsigned int i = 0; i < VIEW_ENTRIES / 64; i++) {
		for (uint64_t bits = t->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + (unsigned int)__builtin_ctzll(bits);
			uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT | n * PAGE;

			sync_entry(view, t, va, guest ? guest[n] : 0, run);
		}
	}
}

/* The same table, or the same large page with the same rights, is still hooked. */
static bool same_table(const struct view *view, const struct view_table *t, uint32_t now)
{
	uint32_t ignored = is_large(now) ? 0 : (uint32_t)(X86_PTE_A | X86_PTE_D);

	if (t->large != is_large(now))
		return false;
	if (is_large(now) && rights(view, now, now) != rights(view, t->pde, t->pde))
		return false;
	if (is_large(now))
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
 * Another address space has another table there. The few pages of it that the kernel has used,
 * stack and buffers of system calls, are likely to be used again.
 */
static bool is_worth_following(const struct view *view, const struct view_table *t, uint32_t now)
{
	return !view->user && !t->large && !is_large(now) && guest_table(now) &&
	       !((now ^ t->pde) & (X86_PTE_P | X86_PTE_W | X86_PTE_U)) && maps_few(t);
}

static void sync_top(struct view *view, unsigned int top, uint32_t now, bool all, struct run *run)
{
	struct view_table *t = view->tables[top];
	uint64_t va = (uint64_t)top << VIEW_TABLE_SHIFT;

	if (!same_table(view, t, now) && is_worth_following(view, t, now)) {
		t->pde = now;
		sync_table(view, t, top, run);
	} else if (!same_table(view, t, now)) {
		run_add(run, va, LARGE, 0);
		drop_table(view, top);
	} else if (!is_large(now) && (all || t->local)) {
		sync_table(view, t, top, run);
	}
}

void view_sync(struct view *view, bool all)
{
	const uint32_t *guest;
	struct run run = {.view = view};

	if (view->identity != !paging()) {
		view_clear(view);
		return;
	}
	if (view->identity)
		return;
	guest = guest_top();
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
	const uint32_t *guest = guest_top(), *table;
	struct view_table *t = view->tables[top];
	struct run run = {.view = view};

	if (!t || !paging())
		return;
	if (!guest || !same_table(view, t, guest[top])) {
		run_add(&run, (uint64_t)top << VIEW_TABLE_SHIFT, LARGE, 0);
		drop_table(view, top);
	} else if (!t->large && get(t->present, n)) {
		table = guest_table(t->pde);
		sync_entry(view, t, va & FRAME, table ? table[n] : 0, &run);
	}
	run_flush(&run);
}

/* ---- filling ---- */

static void check_memory(const struct view *view, uint64_t va, uint64_t physical, uint64_t size)
{
	if (physical + size > machine.info.memory_bytes)
		wedge_fatal("the guest maps %lx to guest-physical %lx, where it has no memory", va,
			    physical);
	if (view->user ? va + size > USER_DOOR
		       : va < WEDGE_BASE + WEDGE_SIZE && va + size > WEDGE_BASE)
		wedge_fatal("the guest uses %lx, where the wedge is: boot it with reservetop=8M",
			    va);
}

static struct view_table *table_for(struct view *view, unsigned int top, uint32_t pde)
{
	struct view_table *t = view->tables[top];
	struct run run = {.view = view};

	if (t && same_table(view, t, pde))
		return t;
	if (t) {
		run_add(&run, (uint64_t)top << VIEW_TABLE_SHIFT, LARGE, 0);
		run_flush(&run);
		drop_table(view, top);
	}
	t = new_table(pde);
	view->tables[top] = t;
	set(view->present, top, true);
	return t;
}

/* A large page may reach beyond the guest's memory: what is there is mapped. */
static void fill_large(struct view *view, unsigned int top, const struct guest_walk *walk)
{
	uint32_t pde = (uint32_t)walk->entry[2];
	unsigned int prot = rights(view, pde, pde);
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

/* Where a view may have guest memory at all. */
static bool is_guests(const struct view *view, uint64_t va)
{
	if (va < VIEW_LOW_END)
		return false;
	return view->user ? va < USER_DOOR : va < WEDGE_BASE || va >= WEDGE_BASE + WEDGE_SIZE;
}

static bool continues(const struct view *view, const struct view_table *t, const uint32_t *guest,
		      uint64_t va, uint32_t physical, unsigned int prot)
{
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	return is_guests(view, va) && !get(t->present, n) && is_memory(guest[n]) &&
	       (guest[n] & FRAME) == physical && rights(view, t->pde, guest[n]) == prot;
}

static void note_mapped(struct view_table *t, unsigned int n, uint32_t entry)
{
	set(t->present, n, true);
	t->seen[n] = entry;
	if (!(entry & X86_PTE_G))
		t->local = true;
}

/* Neighbours in the guest's table that are neighbours in memory too come along for nothing. */
static void fill_small(struct view *view, struct view_table *t, uint32_t va,
		       const struct guest_walk *walk, unsigned int prot)
{
	const uint32_t *guest = guest_table(t->pde);
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

static void fill_identity(struct view *view)
{
	if (!view->identity)
		view_clear(view);
	view->identity = true;
	mapping_set(view, VIEW_LOW_END, machine.info.memory_bytes - VIEW_LOW_END, VIEW_LOW_END,
		    HOST_PROT_READ | HOST_PROT_WRITE | HOST_PROT_EXEC);
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

	if (!paging()) {
		fill_identity(view);
		return;
	}
	if (walk->leaf == 2) {
		fill_large(view, top, walk);
		return;
	}
	t = table_for(view, top, (uint32_t)walk->entry[2]);
	/* Another page than the one whose code was looked at. */
	if ((t->seen[n] ^ (uint32_t)walk->entry[1]) & FRAME)
		set(t->released, n, false);
	prot = page_rights(view, t, n, (uint32_t)walk->entry[1]);
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

	return t && walk->leaf == 1 && same_table(view, t, (uint32_t)walk->entry[2]) &&
	       get(t->present, n) && t->seen[n] == (uint32_t)walk->entry[1];
}

void view_release(struct view *view, uint32_t va)
{
	struct view_table *t = view->tables[va >> VIEW_TABLE_SHIFT];
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	/* A page that must not stay as it is: the next access maps it anew, and it is held again.
	 */
	if (!t->seen[n]) {
		note_removed(t, n);
		remove_range(view, va & FRAME, (va & (uint64_t)FRAME) + PAGE);
		return;
	}
	set(t->released, n, true);
	mapping_protect(view, va & FRAME, PAGE, page_rights(view, t, n, t->seen[n]));
}

bool view_holds(const struct view *view, uint32_t va)
{
	const struct view_table *t = view->tables[va >> VIEW_TABLE_SHIFT];
	unsigned int n = va / PAGE % VIEW_ENTRIES;

	return t && !t->large && get(t->present, n) &&
	       !(page_rights(view, t, n, t->seen[n]) & HOST_PROT_EXEC);
}
