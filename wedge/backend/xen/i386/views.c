/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * views.c - a space of a 32-bit kernel. Xen's tables have three levels: a root of four entries
 * leads to four tables, which stand for the quarters of the guest's directory (xen_tables.h).
 *
 * Each space has a root (roots.c). The first of its upper two tables is the kernel's in every
 * space, and follows the directory that is loaded, which costs a comparison. The second is the
 * root's own, for the guest's few entries in front of the wedge. The lower two are the space's.
 *
 * While the guest has paging off it sees physical addresses. Then a directory of the wedge's own
 * stands for its tables, which maps all of the address space onto itself.
 *
 * Invariant: what is mapped with U is in a table of the guest's with U; all else is ring 1's.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "roots.h"
#include "../table_pool.h"

enum { DIRECTORY_ENTRIES = 1024 };

/* shadow_kernel_changes() when the kernel's half was last compared. */
static uint64_t kernel_changes;

/* ---- physical addresses ---- */

uint64_t views_start_table(void)
{
	if (!xen.start_table) {
		uint64_t page = memory_heap_page();
		uint32_t *directory = xen_page(page);

		for (uint32_t i = 0; i < DIRECTORY_ENTRIES; i++)
			directory[i] = i << 22 | X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D |
				       X86_PTE_PS;
		xen.start_table = page;
	}
	return xen.start_table;
}

/* ---- roots ---- */

static bool make_programs(struct space *sp, unsigned int n)
{
	struct shadow *s = shadow_get(2, SHADOW_USER, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest, n);

	if (!s)
		return false;
	s->links++;
	sp->programs[n] = s;
	roots_hook(sp->kernel, n, s);
	return true;
}

bool views_make(struct space *sp)
{
	if (!sp->kernel)
		sp->kernel = roots_take(sp->guest);
	if (!sp->kernel)
		return false;
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		if (!sp->programs[n] && !make_programs(sp, n))
			return false;
	}
	return true;
}

/* Xen flushes the TLB when it loads a root. */
void views_load(const struct space *sp)
{
	update_note_flush();
	update_extended(MMUEXT_NEW_BASEPTR, xen.p2m[sp->kernel->page]);
}

/* ---- comparing ---- */

/*
 * What the kernel's first quarter of the directory held that the shared table follows. If somebody
 * else has made an entry of this table (tables_kernel_changed), it may be of another value, and
 * nothing here counts.
 */
static uint32_t followed[TABLES_PART_OF_DIRECTORY];

bool tables_kernel_changed;

/*
 * The local tables below the shared one: every load compares them, and finding them takes longer. A
 * table becomes local in shadow_kernel_changes(), and a table is put below an entry or taken away
 * in tables_kernel_changed, or here.
 */
enum { LOCAL_TABLES = 8 };
static struct {
	unsigned int count; /* more than LOCAL_TABLES: they are not listed */
	struct shadow *table[LOCAL_TABLES];
} locals;

/*
 * Each directory has accessed and dirty bits of its own. For a table they mean nothing here. A
 * large page must have them before it is used so.
 */
static bool differ(uint32_t now, uint32_t before)
{
	uint32_t ignored = now & X86_PTE_PS ? 0 : X86_PTE_A | X86_PTE_D;

	return (now ^ before) & ~ignored;
}

/*
 * Xen pushes frames on the kernel's stack, so all of the kernel's tables are present. Hardly an
 * entry differs, so the usual case is one string compare. Returns true if an entry differed.
 */
static bool follow(struct shadow *s, bool *changed)
{
	unsigned int i = 0, end = TABLES_PART_OF_DIRECTORY;
	bool differed = false;

	/* An update looks at other tables, so the pointer is asked for anew (xen_physmap.h). */
	for (; (i += tables_equal((const uint32_t *)tables_slot(s, 0) + i, followed + i, end - i)) <
	       end;
	     i++) {
		if (!differ(*tables_slot(s, 2 * i), followed[i]))
			continue;
		differed = true;
		*changed |= shadow_update(s, 2 * i, true);
		*changed |= shadow_update(s, 2 * i + 1, true);
		if (!table_pool_refused)
			followed[i] = *tables_slot(s, 2 * i);
	}
	return differed;
}

/* Compares a table below one of the kernel's, and lets that be local if it is. */
static bool sync_below(struct shadow *s, struct shadow *below)
{
	bool changed = shadow_sync(below);

	s->local |= below->local;
	return changed;
}

/* Compares the tables below that must be, or all of them, and lists those that are local. */
static bool sync_all_below(struct shadow *s, bool deep)
{
	bool changed = false;

	locals.count = 0;
	/* Most entries that are present are large pages, without a table below. */
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct shadow *below = s->children[i];

		if (below && (deep || below->local))
			changed |= sync_below(s, below);
		if (below && below->local && locals.count++ < LOCAL_TABLES)
			locals.table[locals.count - 1] = below;
	}
	shadow_renew_local(s);
	return changed;
}

/* Compares the tables of the list. Those that are local no more leave it. */
static bool sync_listed(struct shadow *s)
{
	unsigned int count = locals.count;
	bool changed = false;

	s->local = false;
	locals.count = 0;
	for (unsigned int i = 0; i < count; i++) {
		changed |= sync_below(s, locals.table[i]);
		if (locals.table[i]->local)
			locals.table[locals.count++] = locals.table[i];
	}
	return changed;
}

static bool sync_shared(struct shadow *s, uint64_t guest, bool deep)
{
	bool changed = false, known = !tables_kernel_changed;

	if (s->guest != guest)
		shadow_follow(s, guest);
	/* No entry of the guest's is all ones. */
	if (!known)
		memset(followed, 0xff, sizeof(followed));
	known &= !follow(s, &changed) && locals.count <= LOCAL_TABLES;
	changed |= known && !deep ? sync_listed(s) : sync_all_below(s, deep);
	tables_kernel_changed = false;
	return changed;
}

/* The guest's entries of the last table are few. */
static bool sync_last(struct shadow *s, bool deep)
{
	bool changed = false;

	for (unsigned int i = 0; i < TABLES_OWN_FIRST; i++) {
		struct shadow *below;

		if (!shadow_unchanged(s, i))
			changed |= shadow_update(s, i, true);
		below = s->children[i];
		if (below && (deep || below->local))
			changed |= sync_below(s, below);
	}
	return changed;
}

bool views_sync(struct space *sp, bool deep)
{
	static uint64_t large_pages;
	uint64_t now = vcpu_this()->cr[4] & X86_CR4_PSE;
	bool changed = false;

	/* Entries mean something else from now on. */
	tables_kernel_changed |= now != large_pages;
	large_pages = now;
	deep |= kernel_changes != shadow_kernel_changes();
	kernel_changes = shadow_kernel_changes();
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++)
		changed |= shadow_sync(sp->programs[n]);
	changed |= sync_shared(sp->kernel->children[ROOTS_SHARED], sp->guest, deep);
	return changed | sync_last(sp->kernel->children[ROOTS_LAST], deep);
}

/* ---- taking away ---- */

static void clear_table(struct shadow *s)
{
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (shadow_present(s, i) || shadow_child(s, i))
			shadow_clear(s, i);
	}
}

void views_empty(struct space *sp)
{
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		if (sp->programs[n])
			clear_table(sp->programs[n]);
	}
}

void views_give_up(struct space *sp)
{
	roots_give(sp->kernel);
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		if (sp->programs[n])
			shadow_release(sp->programs[n]);
	}
}

/* ---- one address ---- */

/*
 * An entry of the guest's directory has two shadows, and the guest's invlpg of a large page, or of
 * an address whose table it has replaced, is for both.
 */
unsigned int views_invalidate(struct space *sp, uint64_t va)
{
	struct shadow *s = shadow_child(sp->kernel, space_index(va, XEN_LEVELS));
	unsigned int highest = space_invalidate_in(s, va);

	if (shadow_update(s, space_index(va, 2) ^ 1, false))
		highest = 2;
	return highest;
}

bool views_have_alias(const struct space *sp, uint64_t va)
{
	const struct shadow *s = shadow_child(sp->kernel, space_index(va, XEN_LEVELS));
	const struct shadow *below = shadow_child(s, space_index(va, 2));

	return below && below->links > 1;
}

bool views_fill(struct space *sp, uint64_t va, const struct guest_walk *walk, bool user_runs,
		struct space_changes *changes)
{
	(void)walk;
	(void)user_runs;
	return space_fill_path(sp->kernel, va, changes);
}
