/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.c - makes shadow tables and keeps their entries in agreement with the guest's.
 *
 * An entry in a batch costs 520 instructions (measured), so tables are emptied entry by entry. A
 * large page of the kernel hooks the physmap's own table, which costs one entry for 2 MiB.
 *
 * Invariant: entries that are not present are written as zero (Xen would otherwise take stale
 * address bits for an L1TF attack). If the pool has no table, the entry that needs one stays as it
 * was and still differs from the guest's, so the operation can be done again.
 */
#include <wedge/lib/bits.h>
#include <wedge/log.h>
#include "table_pool.h"

/* `seen` of an entry that counts as changed: no guest's entry is all ones. */
#define OUTDATED ((tables_entry_raw)~0ull)

static struct shadow *buckets[SHADOW_CHAINS];
static uint32_t current_round = 1;
static uint64_t kernel_changes;

uint64_t shadow_kernel_changes(void)
{
	return kernel_changes;
}

void shadow_new_round(void)
{
	current_round++;
}

static struct shadow **bucket_of(uint64_t guest, unsigned int level)
{
	return &buckets[(guest ^ guest >> 11 ^ level << 9) % SHADOW_CHAINS];
}

struct shadow *shadow_chain(unsigned int n)
{
	return buckets[n];
}

struct shadow *shadow_chain_of(uint64_t guest, unsigned int level)
{
	return *bucket_of(guest, level);
}

/* ---- tables ---- */

static bool fits(const struct shadow *s, unsigned int level, unsigned int role, unsigned int source,
		 unsigned int place, uint64_t guest, unsigned int part)
{
	return s->guest == guest && s->level == level && s->role == role && s->source == source &&
	       s->place == place && s->part == part;
}

static bool fill_new(struct shadow *s);

struct shadow *shadow_adopt(struct shadow *s, enum shadow_role role, enum shadow_place place,
			    uint64_t guest, unsigned int part)
{
	struct shadow **bucket = bucket_of(guest, s->level);

	s->guest = guest;
	s->role = (uint8_t)role;
	s->place = (uint8_t)place;
	s->part = (uint8_t)part;
	s->links = 0;
	s->local = false;
	s->round = current_round;
	s->next = *bucket;
	*bucket = s;
	return s;
}

struct shadow *shadow_get(unsigned int level, enum shadow_role role, enum shadow_source source,
			  enum shadow_place place, uint64_t guest, unsigned int part)
{
	struct shadow **bucket = bucket_of(guest, level), *s;

	for (s = *bucket; s; s = s->next) {
		if (fits(s, level, role, source, place, guest, part))
			return s;
	}
	s = table_pool_take(level, role);
	if (!s)
		return NULL;
	xen_count(COUNT_TABLES_TAKEN);
	s->source = (uint8_t)source;
	shadow_adopt(s, role, place, guest, part);
	if (place == SHADOW_OVERLAY)
		tables_add_own(s);
	if (fill_new(s))
		return s;
	shadow_drop(s);
	return NULL;
}

/* Takes a table out of its hash chain. */
static void unchain(struct shadow *s)
{
	struct shadow **at = bucket_of(s->guest, s->level);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

void shadow_follow(struct shadow *s, uint64_t guest)
{
	struct shadow **bucket = bucket_of(guest, s->level);

	unchain(s);
	s->guest = guest;
	s->next = *bucket;
	*bucket = s;
}

void shadow_drop(struct shadow *s)
{
	xen_count(COUNT_TABLES_EMPTIED);
	for (unsigned int w = 0; w < ENTRIES / 64; w++) {
		while (s->present[w])
			shadow_clear(s, w * 64 + u64_lowest_bit(s->present[w]));
	}
	/*
	 * Entries that are not made from the guest's: tables that space.c hooked, and the wedge's
	 * own.
	 */
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (shadow_child(s, i) || tables_is_own(s, i))
			shadow_clear(s, i);
	}
	unchain(s);
	table_pool_give(s);
}

/* ---- entries ---- */

void shadow_release(struct shadow *s)
{
	if (--s->links == 0)
		shadow_drop(s);
}

static void unlink_child(struct shadow *s, unsigned int index)
{
	struct shadow *child = shadow_child(s, index);

	if (!child)
		return;
	s->children[index] = NULL;
	shadow_release(child);
}

static void set_present(struct shadow *s, unsigned int index, bool present)
{
	uint64_t bit = 1ull << index % 64;

	if (present)
		s->present[index / 64] |= bit;
	else
		s->present[index / 64] &= ~bit;
}

/* True for a table of which user code has no page, whatever the entries say. */
static bool is_kernels_table(const struct shadow *s)
{
	return XEN_VIEWS == 1 ? s->place == SHADOW_SUPERVISOR : s->role == SHADOW_KERNEL;
}

/* True for an entry by which the kernel has a page that user code has not. */
static bool is_kernels(const struct shadow *s, uint64_t entry)
{
	return is_kernels_table(s) || (XEN_VIEWS == 1 && !(entry & X86_PTE_U));
}

/* True for an entry of the guest's by which user code has the page: of one view, or of both. */
static bool is_users(const struct shadow *s, uint64_t g)
{
	return (g & X86_PTE_U) && s->place != SHADOW_SUPERVISOR;
}

/*
 * All of a split large page must be seen again. Another entry may lead to its table, or the same
 * one with other rights, so the table itself is corrected.
 */
static void hold_split(struct shadow *split)
{
	memory_forget_code(split->guest, ENTRIES);
	for (unsigned int i = 0; i < ENTRIES; i++)
		shadow_update(split, i, false);
}

/*
 * An entry that let the kernel execute a page, or a block of pages, goes away: because the guest
 * has changed it, or with the whole table. Other code may be there later, so the marks "code seen"
 * go too. The kernel's own text keeps them while tables of its start come and go. What a leaf leads
 * to is found through Xen's own table, since the guest's entry is gone by now.
 */
static void forget_code(const struct shadow *s, unsigned int index, bool changed)
{
	const unsigned long *machine_to_physical = tables_machine_to_physical();
	struct shadow *child = shadow_child(s, index);
	uint64_t value = shadow_value(s, index), first;

	if (!is_kernels(s, value) || s->level > 2)
		return;
	if (child && changed && child->source == SHADOW_OF_LARGE)
		hold_split(child);
	if (child || (value & (X86_PTE_P | X86_PTE_NX)) != X86_PTE_P)
		return;
	first = machine_to_physical[(value & X86_PTE_ADDRESS) / PAGE];
	if (s->level == 2)
		first = (first - xen.physmap_l1) * ENTRIES;
	if (changed || (s->level == 1 && s->source == SHADOW_OF_TABLE) ||
	    !memory_is_kernel_code(first))
		memory_forget_code(first, s->level == 2 ? ENTRIES : 1);
}

static void clear(struct shadow *s, unsigned int index, bool changed)
{
	forget_code(s, index, changed);
	update_entry(s->page, index, 0);
	set_present(s, index, false);
	s->seen[index] = 0;
	tables_seen_changes(s);
	unlink_child(s, index);
}

void shadow_clear(struct shadow *s, unsigned int index)
{
	clear(s, index, false);
}

/* The value that an entry should have, and the shadow it points to, if any. */
struct wanted {
	uint64_t value;
	struct shadow *child;
};

static uint64_t rights(uint64_t guest_entry)
{
	return X86_PTE_P | X86_PTE_A | (guest_entry & (X86_PTE_W | X86_PTE_NX));
}

/*
 * A leaf's rights. A user page is writable only once the guest's dirty bit is set, so that the
 * first write faults and sets it; and it is present only while the accessed bit is set. A page of
 * the kernel may be a stack, so neither rule holds for it.
 */
static uint64_t leaf_rights(const struct shadow *s, uint64_t g)
{
	uint64_t value = rights(g);

	if (XEN_VIEWS == 2 && s->role == SHADOW_USER && !(g & X86_PTE_U))
		return 0;
	if (is_users(s, g)) {
		if (!(g & X86_PTE_A))
			return 0;
		if (!(g & X86_PTE_D))
			value &= ~X86_PTE_W;
	}
	return is_kernels(s, g) ? value : value | X86_PTE_U;
}

/*
 * Where the guest has no memory it reads all ones, as a PC does where no device answers: Linux 6.18
 * and later look for a chip of AMD's so.
 */
static uint64_t absent_value(uint64_t value)
{
	return xen_machine(xen.absent_page) | (value & ~(uint64_t)X86_PTE_W) | X86_PTE_NX;
}

/* A leaf of 4 KiB. */
static uint64_t leaf_value(const struct shadow *s, uint64_t g)
{
	uint64_t page = (g & X86_PTE_ADDRESS) / PAGE, value = leaf_rights(s, g);

	if (!value)
		return 0;
	if (!memory_is_guest(page))
		return absent_value(value);
	if (is_kernels(s, g) && !memory_code_seen(page))
		value |= X86_PTE_NX;
	return xen_machine(page) | value | X86_PTE_D;
}

/*
 * One page of a split large page. Its rights are in the entry above, but that the kernel executes
 * only pages whose code was seen.
 */
static uint64_t split_value(const struct shadow *s, unsigned int index)
{
	uint64_t page = s->guest + index, value = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D;

	if (!memory_is_guest(page))
		return 0;
	if (XEN_VIEWS == 1 || s->role == SHADOW_USER)
		value |= X86_PTE_U;
	if (is_kernels_table(s) && !memory_code_seen(page))
		value |= X86_PTE_NX;
	return xen_machine(page) | value;
}

/* U of an entry that hooks a table: if there are two views, only leaves tell whose a page is. */
static uint64_t user_bit(uint64_t g)
{
	return XEN_VIEWS == 2 ? X86_PTE_U : g & X86_PTE_U;
}

static struct wanted want_table(const struct shadow *s, unsigned int index, uint64_t g,
				enum shadow_source source)
{
	bool large = source == SHADOW_OF_LARGE;
	uint64_t guest = large ? tables_large_page(s, index, g) : (g & X86_PTE_ADDRESS) / PAGE;
	struct wanted w = {0};

	if (!large && !memory_is_guest(guest))
		return w;
	w.child = shadow_get(s->level - 1u, tables_role_below(s, index), source,
			     tables_place_below(s, index, g), guest,
			     large ? 0 : tables_part_below(s, index));
	if (!w.child)
		return w;
	w.value =
		xen_machine(w.child->page) | user_bit(g) | (large ? leaf_rights(s, g) : rights(g));
	return w;
}

static struct wanted want_large(const struct shadow *s, unsigned int index, uint64_t g)
{
	uint64_t page = tables_large_page(s, index, g);

	if (s->level != 2)
		wedge_fatal("the guest maps a page of 1 GiB, which CPUID does not offer");
	if (page >= xen.pages || !leaf_rights(s, g))
		return (struct wanted){0};
	if (is_kernels(s, g) && memory_block_is_guest(page)) {
		enum memory_code seen = memory_block_code(page);
		uint64_t value = xen_machine(xen.physmap_l1 + page / ENTRIES) | leaf_rights(s, g) |
				 user_bit(g);

		/* Most have no code of which the kernel executes anything: these cost no table. */
		if (seen == MEMORY_CODE_UNSEEN)
			value |= X86_PTE_NX;
		if (seen != MEMORY_CODE_PARTLY || (value & X86_PTE_NX))
			return (struct wanted){.value = value};
	}
	return want_table(s, index, g, SHADOW_OF_LARGE);
}

static struct wanted want(const struct shadow *s, unsigned int index, uint64_t g)
{
	if (s->source == SHADOW_OF_LARGE)
		return (struct wanted){.value = split_value(s, index)};
	if (s->source == SHADOW_OF_NONE)
		return (struct wanted){0};
	if (!(g & X86_PTE_P))
		return (struct wanted){0};
	if (s->level == 1)
		return (struct wanted){.value = leaf_value(s, g)};
	if (tables_is_hidden(s, index, g))
		return (struct wanted){0};
	if (s->level < XEN_LEVELS && (g & X86_PTE_PS))
		return want_large(s, index, g);
	return want_table(s, index, g, SHADOW_OF_TABLE);
}

/* True if two entries allow the same. Xen and the processor set A and D, so these do not count. */
static bool same(uint64_t a, uint64_t b)
{
	/*
	 * For 64-bit guests Xen marks kernel leaves with bit 52, its processor's global bit, and
	 * sets U everywhere.
	 */
	uint64_t ignored =
		X86_PTE_A | X86_PTE_D | (XEN_VIEWS == 2 ? X86_PTE_U : 0) | X86_PTE_G | 1ull << 52;

	return ((a ^ b) & ~ignored) == 0;
}

static void set_local(struct shadow *s)
{
	/* No table is above a top-level table, so that needs no count. */
	kernel_changes += !s->local && s->level < XEN_LEVELS;
	s->local = true;
}

/* With one view, each load compares all of the kernel's directory, its large pages too. */
static bool leaf_is_local(const struct shadow *s, uint64_t g)
{
	return !(g & X86_PTE_G) && s->role == SHADOW_KERNEL && (XEN_VIEWS == 2 || s->level == 1);
}

/*
 * A kernel leaf that is not global must follow CR3 loads, so its table becomes `local`. A kernel
 * page is writable at once, so its dirty bit is set at once: too early rather than never.
 */
static void note_leaf(struct shadow *s, unsigned int index, uint64_t g)
{
	uint64_t bits = X86_PTE_A | (g & X86_PTE_W ? X86_PTE_D : 0);

	if ((XEN_VIEWS == 2 && s->role != SHADOW_KERNEL) || s->source != SHADOW_OF_TABLE ||
	    !(s->level == 1 || (s->level == 2 && (g & X86_PTE_PS))))
		return;
	if (leaf_is_local(s, g))
		set_local(s);
	if (is_users(s, g) || (g & bits) == bits)
		return;
	tables_set(s, index, bits);
	s->seen[index] |= (tables_entry_raw)bits;
}

/*
 * Compares a table before an entry hooks it, or hooks it with other rights: the guest may have
 * changed it since its last comparison in this round, and a new entry must not bring old
 * translations. A new table needs no comparison. If the entry led elsewhere before, the kernel may
 * have its stack below it, so nothing may be absent. Returns true if a translation was changed or
 * taken away.
 */
static bool prepare_child(struct shadow *child, bool replaces)
{
	bool changed = false;

	if (child->links) {
		shadow_new_round();
		changed = shadow_sync(child);
	}
	if (replaces && shadow_may_hold_stack(child))
		changed |= shadow_fill_leaves(child);
	return changed;
}

/* True if an entry's new value lets the kernel execute what it could execute by the present one. */
static bool keeps_code(const struct shadow *s, unsigned int index, const struct wanted *w)
{
	return !((shadow_value(s, index) ^ w->value) & X86_PTE_ADDRESS) && !(w->value & X86_PTE_NX);
}

/* A present entry changes or goes away. */
static void note_change(const struct shadow *s, unsigned int index)
{
	kernel_changes +=
		s->level == XEN_LEVELS && s->role == SHADOW_KERNEL && index >= xen.layout.first;
}

/* Writes an entry that is absent or differs. */
static void put_entry(struct shadow *s, unsigned int index, const struct wanted *w)
{
	if (shadow_present(s, index)) {
		note_change(s, index);
		if (!keeps_code(s, index, w))
			forget_code(s, index, true);
	}
	if (w->child) {
		w->child->links++;
		if (w->child->local)
			set_local(s);
	}
	update_entry(s->page, index, w->value);
	set_present(s, index, true);
	unlink_child(s, index);
	if (s->children)
		s->children[index] = w->child;
}

bool shadow_update(struct shadow *s, unsigned int index, bool fill)
{
	bool present = shadow_present(s, index), differs, changed = false;
	struct wanted w;
	uint64_t g;

	if (tables_is_own(s, index) || (!present && !fill))
		return false;
	/* A leaf may differ even so: its NX bit also depends on "code seen". */
	if (present && s->level > 1 && shadow_unchanged(s, index))
		return false;
	g = s->source == SHADOW_OF_TABLE ? tables_entry(s, index) : 0;
	w = want(s, index, g);
	if (!w.value) {
		/* If the pool had no table, keep the entry: the operation will be done again. */
		if (table_pool_refused)
			return false;
		if (present) {
			note_change(s, index);
			clear(s, index, true);
		}
		return present;
	}
	differs = !present || !same(shadow_value(s, index), w.value);
	if (w.child && differs) {
		changed = prepare_child(w.child, present);
		if (table_pool_refused)
			return changed;
	}
	s->seen[index] = (tables_entry_raw)g;
	tables_seen_changes(s);
	note_leaf(s, index, g);
	if (!differs)
		return false;
	put_entry(s, index, &w);
	return present | changed;
}

/*
 * Fills a new table with what each would cost a fault (tables_filled): large pages, the pieces of
 * one that is split, all. Returns false if the pool had no table for one of them.
 */
static bool fill_new(struct shadow *s)
{
	enum tables_filled filled = tables_filled(s);

	if (filled == TABLES_EMPTY)
		return true;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (filled == TABLES_FULL || (tables_entry(s, i) & X86_PTE_PS))
			shadow_update(s, i, true);
	}
	return !table_pool_refused;
}

bool shadow_fill_leaves(struct shadow *s)
{
	const tables_entry_raw *guest = tables_leaves(s);
	bool changed = false;

	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (guest[i] != s->seen[i])
			changed |= shadow_update(s, i, true);
	}
	return changed;
}

static bool is_local(const struct shadow *s, unsigned int index)
{
	const struct shadow *child = shadow_child(s, index);
	bool leaf = s->level == 1 || (s->level == 2 && (s->seen[index] & X86_PTE_PS));

	/* Of an entry that counts as changed, nothing is known. */
	return (child && child->local) || s->seen[index] == OUTDATED ||
	       (leaf && leaf_is_local(s, s->seen[index]));
}

void shadow_renew_local(struct shadow *s)
{
	bool local = false;

	if (!s->local)
		return;
	for (unsigned int w = 0; w < ENTRIES / 64 && !local; w++) {
		for (uint64_t bits = s->present[w]; bits && !local; bits &= bits - 1)
			local = is_local(s, w * 64 + u64_lowest_bit(bits));
	}
	s->local = local;
}

static bool sync_different(struct shadow *s, unsigned int index)
{
	xen_count(COUNT_ENTRIES_DIFFERENT);
	return shadow_update(s, index, false);
}

/* Entries that are all present. Returns true if one differed. */
static bool sync_run(struct shadow *s, unsigned int first, unsigned int end, bool *changed)
{
	const tables_entry_raw *guest = tables_leaves(s);
	bool differed = false;

	for (unsigned int i = first; (i += tables_equal(guest + i, s->seen + i, end - i)) < end;
	     i++) {
		*changed |= sync_different(s, i);
		differed = true;
	}
	return differed;
}

/* The same for some of 64 entries. */
static bool sync_some(struct shadow *s, unsigned int first, uint64_t bits, bool *changed)
{
	const tables_entry_raw *guest = tables_leaves(s) + first;
	const tables_entry_raw *seen = s->seen + first;
	bool differed = false;

	for (; bits; bits &= bits - 1) {
		unsigned int i = u64_lowest_bit(bits);

		if (guest[i] != seen[i]) {
			*changed |= sync_different(s, first + i);
			differed = true;
		}
	}
	return differed;
}

/*
 * Last-level tables hold most of all entries, so they have a loop of their own without children.
 * The kernel's are full, or have long pieces that are: there one string compare tells that all is
 * as it was.
 */
static bool sync_leaves(struct shadow *s)
{
	bool changed = false, differed = false;
	unsigned int end;

	for (unsigned int w = 0; w < ENTRIES / 64; w = end) {
		end = w + 1;
		if (!s->present[w])
			continue;
		if (s->present[w] != ~0ull) {
			differed |= sync_some(s, w * 64, s->present[w], &changed);
			continue;
		}
		while (end < ENTRIES / 64 && s->present[end] == ~0ull)
			end++;
		differed |= sync_run(s, w * 64, end * 64, &changed);
	}
	if (differed)
		shadow_renew_local(s);
	return changed;
}

bool shadow_sync(struct shadow *s)
{
	bool changed = false, below = false;

	if (s->round == current_round || s->source != SHADOW_OF_TABLE)
		return false;
	s->round = current_round;
	xen_count(COUNT_TABLES_COMPARED);
	if (s->level == 1)
		return sync_leaves(s);
	for (unsigned int w = 0; w < ENTRIES / 64; w++) {
		for (uint64_t bits = s->present[w]; bits; bits &= bits - 1) {
			unsigned int i = w * 64 + u64_lowest_bit(bits);
			struct shadow *child;

			if (!shadow_unchanged(s, i))
				changed |= sync_different(s, i);
			child = shadow_child(s, i);
			if (child) {
				changed |= shadow_sync(child);
				below |= child->local;
			}
		}
	}
	if (below)
		s->local = true;
	else
		shadow_renew_local(s);
	return changed;
}

void shadow_outdate(struct shadow *s, unsigned int index)
{
	s->seen[index] = OUTDATED;
	tables_seen_changes(s);
}

void shadow_allow_write(struct shadow *s, unsigned int index)
{
	uint64_t value = shadow_value(s, index) | X86_PTE_W;

	/* Pieces of a large page are writable as they are: the right is in the entry above. */
	if (s->source == SHADOW_OF_LARGE)
		return;
	/* The right is the kernel's alone, which has no business with the code of a program's. */
	if (XEN_VIEWS == 1 && (value & X86_PTE_U))
		value = (value & ~(uint64_t)X86_PTE_U) | X86_PTE_NX;
	/* The next comparison takes the right away again. */
	shadow_outdate(s, index);
	update_entry(s->page, index, value);
}
