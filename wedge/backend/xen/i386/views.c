/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * views.c - a space of a 32-bit kernel. Xen's tables have three levels: a root of four entries
 * leads to four tables, which stand for the quarters of the guest's directory (xen_tables.h).
 *
 * There is one root. Its upper two tables are the kernel's in every space, and follow the directory
 * that is loaded: kernels keep those halves of their directories equal, so that costs a comparison,
 * where tables of each space's own would cost an entry for each 2 MiB of memory at every fork. The
 * lower two are the space's, and the root gets them when it is loaded.
 *
 * Xen lets nobody change the root's last entry, and refuses to share its table between roots
 * (xen/arch/x86/mm.c, create_pae_xen_mappings): another reason for one root. That table holds the
 * wedge's own entries and Xen's.
 *
 * While the guest has paging off it sees physical addresses. Then a directory of the wedge's own
 * stands for its tables, which maps all of the address space onto itself.
 *
 * Invariant: what is mapped with U is in a table of the guest's with U; all else is ring 1's.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../space.h"
#include "../table_pool.h"

enum {
	ROOT_ENTRIES = 4,
	KERNEL_PARTS = ROOT_ENTRIES - VIEWS_PROGRAM_PARTS,
	DIRECTORY_ENTRIES = 1024,
	ROOT_FLAGS = X86_PTE_P, /* PAE has no rights there (SDM 3A section 4.4.1) */
};

static struct shadow *root;
static uint64_t
	kernel_changes; /* shadow_kernel_changes() when the kernel's half was last compared */

static struct shadow *kernel_part(unsigned int n)
{
	return root->children[VIEWS_PROGRAM_PARTS + n];
}

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

/* ---- the root ---- */

/* The tables that boot.c has made: the root, and those of the kernel's half. */
static void adopt_root(uint64_t guest)
{
	root = table_pool_adopt(XEN_LEVELS, xen.boot_table);
	root->source = SHADOW_OF_NONE;
	for (unsigned int n = 0; n < KERNEL_PARTS; n++) {
		bool last = n == KERNEL_PARTS - 1;

		root->children[VIEWS_PROGRAM_PARTS + n] = shadow_adopt(
			table_pool_adopt(2, xen.kernel_l2[n]), SHADOW_KERNEL,
			last ? SHADOW_OVERLAY : SHADOW_PLAIN, guest, VIEWS_PROGRAM_PARTS + n);
	}
}

bool views_make(struct space *sp)
{
	if (!root)
		adopt_root(sp->guest);
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		if (sp->programs[n])
			continue;
		sp->programs[n] =
			shadow_get(2, SHADOW_USER, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest, n);
		if (!sp->programs[n])
			return false;
		sp->programs[n]->links++;
	}
	sp->kernel = root;
	return true;
}

void views_load(const struct space *sp)
{
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		root->children[n] = sp->programs[n];
		update_entry(root->page, n, xen_machine(sp->programs[n]->page) | ROOT_FLAGS);
	}
	update_flush_tlb();
}

/* ---- comparing ---- */

/*
 * What a quarter of the directory held that the kernel's tables follow. If somebody else has made
 * an entry of these tables (tables_kernel_changed), it may be of another value, and nothing here
 * counts.
 */
static uint32_t followed[KERNEL_PARTS][TABLES_PART_OF_DIRECTORY];

bool tables_kernel_changed;

/*
 * The local tables below each quarter: every load compares them, and finding them takes longer. A
 * table becomes local in shadow_kernel_changes(), and a table is put below an entry or taken away
 * in tables_kernel_changed, or here.
 */
enum { LOCAL_TABLES = 8 };
static struct local_tables {
	unsigned int count; /* more than LOCAL_TABLES: they are not listed */
	struct shadow *table[LOCAL_TABLES];
} locals[KERNEL_PARTS];

/* The last quarter ends where the wedge begins. */
static unsigned int guest_entries(unsigned int n)
{
	return n == KERNEL_PARTS - 1 ? TABLES_OWN_FIRST / 2 : TABLES_PART_OF_DIRECTORY;
}

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
static bool follow(struct shadow *s, unsigned int n, bool *changed)
{
	uint32_t *seen = followed[n];
	unsigned int i = 0, end = guest_entries(n);
	bool differed = false;

	/* An update looks at other tables, so the pointer is asked for anew (xen_physmap.h). */
	for (;
	     (i += tables_equal((const uint32_t *)tables_slot(s, 0) + i, seen + i, end - i)) < end;
	     i++) {
		if (!differ(*tables_slot(s, 2 * i), seen[i]))
			continue;
		differed = true;
		*changed |= shadow_update(s, 2 * i, true);
		*changed |= shadow_update(s, 2 * i + 1, true);
		if (!table_pool_refused)
			seen[i] = *tables_slot(s, 2 * i);
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
static bool sync_all_below(struct shadow *s, struct local_tables *list, bool deep)
{
	bool changed = false;

	list->count = 0;
	/* Most entries that are present are large pages, without a table below. */
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct shadow *below = s->children[i];

		if (below && (deep || below->local))
			changed |= sync_below(s, below);
		if (below && below->local && list->count++ < LOCAL_TABLES)
			list->table[list->count - 1] = below;
	}
	shadow_renew_local(s);
	return changed;
}

/* Compares the tables of the list. Those that are local no more leave it. */
static bool sync_listed(struct shadow *s, struct local_tables *list)
{
	unsigned int count = list->count;
	bool changed = false;

	s->local = false;
	list->count = 0;
	for (unsigned int i = 0; i < count; i++) {
		changed |= sync_below(s, list->table[i]);
		if (list->table[i]->local)
			list->table[list->count++] = list->table[i];
	}
	return changed;
}

/* `known`: the list of local tables is as good as it was, but for what this finds. */
static bool sync_kernel_part(struct shadow *s, unsigned int n, bool deep, bool known)
{
	bool changed = false;

	known &= !follow(s, n, &changed) && locals[n].count <= LOCAL_TABLES;
	if (known && !deep)
		return changed | sync_listed(s, &locals[n]);
	return changed | sync_all_below(s, &locals[n], deep);
}

bool views_sync(struct space *sp, bool deep)
{
	static uint64_t large_pages;
	uint64_t now = vcpu_this()->cr[4] & X86_CR4_PSE;
	bool changed = false, known;

	/* Entries mean something else from now on. */
	tables_kernel_changed |= now != large_pages;
	large_pages = now;
	known = !tables_kernel_changed;
	deep |= kernel_changes != shadow_kernel_changes();
	kernel_changes = shadow_kernel_changes();
	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++)
		changed |= shadow_sync(sp->programs[n]);
	/* No entry of the guest's is all ones. */
	if (tables_kernel_changed)
		memset(followed, 0xff, sizeof(followed));
	for (unsigned int n = 0; n < KERNEL_PARTS; n++) {
		struct shadow *s = kernel_part(n);

		if (s->guest != sp->guest)
			shadow_follow(s, sp->guest);
		changed |= sync_kernel_part(s, n, deep, known);
	}
	tables_kernel_changed = false;
	return changed;
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
