/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * views_address.c - operations on one address of a 64-bit kernel's space, in both trees.
 *
 * Invariant: among the programs' addresses the kernel view hooks the user view's tables with the
 * same rights, or has tables of its own.
 */
#include "../space.h"

/* How many entries lead to a table from this address: both views' mixed tables may. */
static unsigned int links_here(const struct space *sp, uint64_t va, const struct shadow *s)
{
	const struct shadow *kernel = space_mixed(sp), *user = shadow_child(sp->user, 0);
	unsigned int n = space_index(va, 3);

	if (!kernel || s->level != 2 || space_index(va, 4) != 0)
		return 1;
	return (shadow_child(kernel, n) == s) + (user && shadow_child(user, n) == s);
}

/* Only levels 1 and 2 count: at upper levels other spaces' links are the rule. */
static bool has_alias(const struct space *sp, const struct shadow *top, uint64_t va)
{
	for (const struct shadow *s = top; s; s = shadow_child(s, space_index(va, s->level))) {
		if (s->level < 3 && s->links > 1 && s->links > links_here(sp, va, s))
			return true;
	}
	return false;
}

bool views_have_alias(const struct space *sp, uint64_t va)
{
	return has_alias(sp, sp->kernel, va) ||
	       (!space_is_kernel(va) && has_alias(sp, sp->user, va));
}

unsigned int views_invalidate(struct space *sp, uint64_t va)
{
	unsigned int highest = space_invalidate_in(sp->kernel, va), user;

	if (space_hold_image(sp))
		highest = 4;
	if (space_is_kernel(va))
		return highest;
	user = space_invalidate_in(sp->user, va);
	if (space_end_share(sp, space_index(va, 4)))
		return 4;
	return user > highest ? user : highest;
}

/*
 * The processor may still go through a mixed table that is cleared here, and with it to the stack:
 * that counts as a change, which is flushed.
 */
static void split(struct space *sp, struct space_changes *changes)
{
	xen_count(COUNT_SPACES_SPLIT);
	for (unsigned int i = 0; i < xen.layout.first; i++) {
		if (shadow_child(sp->kernel, i))
			shadow_clear(sp->kernel, i);
	}
	if (sp->kernel->place == SHADOW_MIXED)
		space_note_change(changes, 4);
	sp->kernel->place = SHADOW_PLAIN;
	sp->split = true;
}

/* Lets the kernel view hook the user view's table, with the same rights. */
static void share(struct space *sp, unsigned int top, struct shadow *shared)
{
	shadow_clear(sp->kernel, top);
	shared->links++;
	update_flush();
	update_entry(sp->kernel->page, top, shadow_value(sp->user, top));
	sp->kernel->children[top] = shared;
	sp->kernel->seen[top] = sp->user->seen[top];
}

/*
 * Fills a user page in the user view. The kernel view shares the table unless the space is split,
 * or the table is mixed: then those below are shared.
 */
static bool fill_user(struct space *sp, uint64_t va, struct space_changes *changes)
{
	unsigned int top = space_index(va, 4);
	bool lacked = space_fill_path(sp->user, va, changes);
	struct shadow *shared = shadow_child(sp->user, top);

	if (sp->split)
		return lacked;
	if (top == 0 && space_mixed(sp))
		return lacked | space_fill_path(sp->kernel, va, changes);
	if (!shared || space_is_shared(sp, top))
		return lacked;
	space_note_change(changes, shadow_child(sp->kernel, top) ? 4 : 0);
	share(sp, top, shared);
	return true;
}

bool views_fill(struct space *sp, uint64_t va, const struct guest_walk *walk, bool user_runs,
		struct space_changes *changes)
{
	bool lacked = false;

	if (!space_is_kernel(va) && (!walk->user || walk->forced) && !sp->split)
		split(sp, changes);
	space_note_change(changes, space_hold_image(sp) ? 4 : 0);
	if (space_is_kernel(va))
		return space_fill_path(sp->kernel, va, changes);
	if (walk->user)
		lacked |= fill_user(sp, va, changes);
	if (sp->split && !user_runs)
		lacked |= space_fill_path(sp->kernel, va, changes);
	return lacked;
}
