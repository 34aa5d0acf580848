/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * views.c - a space of a 64-bit kernel: for its top-level table a kernel view and a user view,
 * between which Xen switches.
 *
 * Among the programs' addresses both views hook the same tables of role SHADOW_USER. A guest that
 * maps supervisor pages there (early boot, text patching) gets SHADOW_KERNEL tables in its kernel
 * view instead: the space is "split".
 *
 * A low kernel (layout.h) has one GiB among the programs'. There each view has a table of its own
 * below entry 0 (SHADOW_MIXED), and both hook the same SHADOW_USER tables one level deeper.
 *
 * Invariant: the user view holds SHADOW_USER tables and nothing at the kernel's addresses, so user
 * code has no address of kernel or wedge.
 */
#include <wedge/lib/bits.h>
#include <wedge/log.h>
#include "../space.h"

/* Hooks an overlay table that is made from no table of the guest. */
static void hook_own_table(struct shadow *s, unsigned int index)
{
	struct shadow *own =
		shadow_get(s->level - 1u, SHADOW_KERNEL, SHADOW_OF_NONE, SHADOW_OVERLAY, 0, 0);

	if (!own)
		return;
	own->links++;
	update_entry(s->page, index, xen_machine(own->page) | X86_PTE_P | X86_PTE_W | X86_PTE_U);
	s->children[index] = own;
}

/*
 * The path to the wedge's own addresses must be present even if the guest has no entry there: the
 * last entry of the top-level table, and the last of the table below.
 */
static void hook_wedge(struct space *sp)
{
	struct shadow *s = sp->kernel;

	while (s && s->level > 2) {
		shadow_update(s, ENTRIES - 1, true);
		if (!shadow_child(s, ENTRIES - 1))
			hook_own_table(s, ENTRIES - 1);
		s = shadow_child(s, ENTRIES - 1);
	}
}

/* ---- which entries of the top-level tables follow the guest's ---- */

bool space_is_shared(const struct space *sp, unsigned int n)
{
	uint64_t different = sp->kernel->seen[n] ^ sp->user->seen[n];

	return shadow_child(sp->kernel, n) == shadow_child(sp->user, n) &&
	       !(different & ~(uint64_t)X86_PTE_A);
}

bool space_end_share(struct space *sp, unsigned int n)
{
	const struct shadow *below = shadow_child(sp->kernel, n);

	if (!below || below->role != SHADOW_USER || space_is_shared(sp, n))
		return false;
	shadow_clear(sp->kernel, n);
	return true;
}

/* Compares an entry that is present, and all below it. */
static inline bool sync_entry(struct shadow *s, unsigned int n)
{
	bool changed = shadow_update(s, n, false);
	struct shadow *below = shadow_child(s, n);

	return changed | (below && shadow_sync(below));
}

/* Compares the programs' entries of the kernel view's mixed table. */
static bool sync_mixed(struct shadow *mixed)
{
	bool changed = false;

	for (unsigned int i = 0; i < ENTRIES / 64; i++) {
		for (uint64_t bits = mixed->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + u64_lowest_bit(bits);

			if (n != xen.layout.image)
				changed |= sync_entry(mixed, n);
		}
	}
	return changed;
}

/*
 * The kernel view's entry shares the user view's table, or has one of its own: as a whole, or, if
 * it is mixed, all but the programs' tables below.
 */
static bool sync_low_kernel(struct space *sp, unsigned int n)
{
	struct shadow *below = shadow_child(sp->kernel, n);
	bool changed;

	if (!below || below->role == SHADOW_USER)
		return space_end_share(sp, n);
	if (below->place != SHADOW_MIXED)
		return sync_entry(sp->kernel, n);
	changed = shadow_update(sp->kernel, n, false);
	below = shadow_child(sp->kernel, n);
	return changed | (below && sync_mixed(below));
}

static bool sync_low(struct space *sp)
{
	bool changed = false;

	for (unsigned int i = 0; i < xen.layout.first / 64; i++) {
		uint64_t bits = sp->user->present[i] | sp->kernel->present[i];

		for (; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + u64_lowest_bit(bits);

			changed |= sync_entry(sp->user, n);
			changed |= sync_low_kernel(sp, n);
		}
	}
	return changed;
}

static void keep_image(struct space *sp, struct shadow *image)
{
	struct shadow *before = sp->image;

	if (!image || image == before)
		return;
	image->links++;
	sp->image = image;
	if (before)
		shadow_release(before);
}

bool space_hold_low_image(struct space *sp)
{
	struct shadow *mixed;
	bool changed = false;

	if (!shadow_unchanged(sp->kernel, 0))
		changed = shadow_update(sp->kernel, 0, true);
	mixed = space_mixed(sp);
	if (mixed && !shadow_unchanged(mixed, xen.layout.image))
		changed |= shadow_update(mixed, xen.layout.image, true);
	if (mixed)
		keep_image(sp, shadow_child(mixed, xen.layout.image));
	return changed;
}

/* True if the guest's entries from `first` on are still those that the shadow was made from. */
static bool unchanged_from(const struct shadow *s, unsigned int first)
{
	const uint64_t *guest = (const uint64_t *)xen_page(s->guest) + first;
	const uint64_t *seen = s->seen + first;
	uint64_t words = ENTRIES - first;
	bool equal;

	__asm__("repe cmpsq"
		: "+S"(guest), "+D"(seen), "+c"(words), "=@cce"(equal)
		: "m"(*(const uint64_t(*)[ENTRIES])xen_page(s->guest)),
		  "m"(*(const uint64_t(*)[ENTRIES])s->seen));
	return equal;
}

/* Compares a table of the kernel's below an entry, if it must be, and takes over if it is local. */
static bool sync_kernel(struct shadow *s, unsigned int n, bool deep)
{
	struct shadow *below = shadow_child(s, n);
	bool changed = false;

	if (below && (deep || below->local)) {
		changed = shadow_sync(below);
		s->local |= below->local;
	}
	return changed;
}

static bool sync_image(struct space *sp, bool deep)
{
	bool changed = space_hold_image(sp);
	struct shadow *mixed = space_mixed(sp);

	return changed | (mixed && sync_kernel(mixed, xen.layout.image, deep));
}

/*
 * Compares the kernel's entries. Spaces share the tables below, so a kernel stack that is present
 * in one space stays present after a switch to another.
 */
static bool sync_high(struct space *sp, bool deep)
{
	unsigned int first = xen.layout.first;
	bool changed, same = unchanged_from(sp->kernel, first);

	deep |= sp->kernel_changes != shadow_kernel_changes();
	sp->kernel_changes = shadow_kernel_changes();
	changed = sync_image(sp, deep);
	/* Kernels hardly ever change these, so the usual case is one string compare. */
	if (!deep && !sp->kernel->local && same)
		return changed;
	for (unsigned int i = first; !same && i < ENTRIES; i++) {
		if (!shadow_unchanged(sp->kernel, i))
			changed |= shadow_update(sp->kernel, i, true);
	}
	for (unsigned int w = first / 64; w < ENTRIES / 64; w++) {
		for (uint64_t bits = sp->kernel->present[w]; bits; bits &= bits - 1)
			changed |= sync_kernel(sp->kernel, w * 64 + u64_lowest_bit(bits), deep);
	}
	hook_wedge(sp);
	return changed;
}

/* ---- what space.c asks for ---- */

bool views_make(struct space *sp)
{
	enum shadow_place place = xen.layout.image ? SHADOW_MIXED : SHADOW_PLAIN;

	if (!sp->user)
		sp->user = shadow_get(4, SHADOW_USER, SHADOW_OF_TABLE, place, sp->guest, 0);
	if (!sp->kernel && sp->user)
		sp->kernel = shadow_get(4, SHADOW_KERNEL, SHADOW_OF_TABLE, place, sp->guest, 0);
	return sp->kernel;
}

bool views_sync(struct space *sp, bool deep)
{
	bool changed = sync_low(sp);

	return changed | sync_high(sp, deep);
}

static void clear_low(struct shadow *top)
{
	for (unsigned int i = 0; i < xen.layout.first; i++) {
		if (shadow_present(top, i) || shadow_child(top, i))
			shadow_clear(top, i);
	}
}

void views_empty(struct space *sp)
{
	if (sp->kernel && !sp->split)
		clear_low(sp->kernel);
	if (sp->user)
		clear_low(sp->user);
}

void views_give_up(struct space *sp)
{
	if (sp->kernel)
		shadow_drop(sp->kernel);
	shadow_drop(sp->user);
	if (sp->image)
		shadow_release(sp->image);
}

void views_load(const struct space *sp)
{
	unsigned long kernel = xen.p2m[sp->kernel->page], user = xen.p2m[sp->user->page];
	/* The second flushes the TLB, global entries included; the first flushes nothing. */
	struct mmuext_op ops[] = {
		{.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user},
		{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = kernel},
	};
	long error;

	update_flush();
	update_note_flush();
	error = hypercall4(__HYPERVISOR_mmuext_op, (unsigned long)ops, 2, 0, DOMID_SELF);
	if (error)
		wedge_fatal("Xen refuses to load the page tables %lx and %lx (error %ld)", kernel,
			    user, -error);
}
