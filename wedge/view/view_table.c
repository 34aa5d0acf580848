/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.c - see view_table.h: the tree of nodes and tables that a view is, the memory it is
 * made of, and where it may have guest memory.
 *
 * Invariant: every node but the top one has a child. A node's `local` bit is set if one of the
 * child is, or the child is a table with a leaf that is not global. The host is never told to
 * remove the window or the door.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "view_table.h"

enum { NODES_BELOW_TOP = ARCH_PAGE_LEVELS - 2 /* from the top node to a table */ };

/* Free nodes are chained by their first child. */
static struct view_table *free_tables;
static struct view_node *free_nodes;
static int free_node_count;

/* ---- memory ---- */

static void free_table(struct view_table *t)
{
	t->next_free = free_tables;
	free_tables = t;
}

static void free_node(struct view_node *node)
{
	node->child[0] = free_nodes;
	free_nodes = node;
	free_node_count++;
}

bool view_reserve(void)
{
	if (!free_tables) {
		struct view_table *t = backend_allocate(sizeof(*t));

		if (!t)
			return false;
		free_table(t);
	}
	while (free_node_count < NODES_BELOW_TOP) {
		struct view_node *node = backend_allocate(sizeof(*node));

		if (!node)
			return false;
		free_node(node);
	}
	return true;
}

static struct view_table *new_table(uint64_t pde)
{
	struct view_table *t = free_tables;

	free_tables = t->next_free;
	memset(t->present, 0, sizeof(t->present));
	memset(t->released, 0, sizeof(t->released));
	t->pde = pde;
	t->large = view_is_large(pde);
	t->local = false;
	t->followed = 0;
	return t;
}

static struct view_node *new_node(void)
{
	struct view_node *node = free_nodes;

	free_nodes = node->child[0];
	free_node_count--;
	memset(node, 0, sizeof(*node));
	return node;
}

/* ---- the tree ---- */

struct view_table *view_find(const struct view *view, uint64_t va)
{
	const struct view_node *node = &view->top;

	if (va >= view_bounds(view).end)
		return NULL;
	for (unsigned int level = ARCH_PAGE_LEVELS; level > 2 && node; level--)
		node = node->child[view_index(va, level)];
	return node ? node->child[view_index(va, 2)] : NULL;
}

/* The first bit that is set, from `n` on; VIEW_ENTRIES: none is. */
static unsigned int next_bit(const view_word *bits, unsigned int n)
{
	for (unsigned int i = n / VIEW_WORD_BITS; i < VIEW_WORDS; i++, n = i * VIEW_WORD_BITS) {
		view_word word = bits[i] >> n % VIEW_WORD_BITS;

		if (word)
			return n + view_lowest(word);
	}
	return VIEW_ENTRIES;
}

/* The same below a table (level 1) or node, which begins at `base`; `va` may be before that. */
static uint64_t next_below(const void *below, unsigned int level, uint64_t base, uint64_t va)
{
	const struct view_table *t = below;
	const struct view_node *node = below;
	unsigned int n = va > base ? view_index(va, level) : 0;

	if (level == 1 && t->large)
		return va > base ? va : base;
	n = next_bit(level == 1 ? t->present : node->present, n);
	for (; level > 1 && n < VIEW_ENTRIES; n = next_bit(node->present, n + 1)) {
		uint64_t start = base + ((uint64_t)n << view_shift(level));
		uint64_t next = next_below(node->child[n], level - 1, start, va);

		if (next != UINT64_MAX)
			return next;
	}
	return n < VIEW_ENTRIES ? base + ((uint64_t)n << view_shift(level)) : UINT64_MAX;
}

uint64_t view_next(const struct view *view, uint64_t va)
{
	return va < view_bounds(view).end ? next_below(&view->top, ARCH_PAGE_LEVELS, 0, va)
					  : UINT64_MAX;
}

static void hook(struct view_node *node, unsigned int n, void *child)
{
	node->child[n] = child;
	view_set(node->present, n, true);
}

struct view_table *view_hook_table(struct view *view, uint64_t va, uint64_t pde)
{
	struct view_table *t = new_table(pde);
	struct view_node *node = &view->top;

	for (unsigned int level = ARCH_PAGE_LEVELS; level > 2; level--) {
		unsigned int n = view_index(va, level);

		if (!node->child[n])
			hook(node, n, new_node());
		node = node->child[n];
	}
	hook(node, view_index(va, 2), t);
	view->tables++;
	return t;
}

void view_drop_child(struct view *view, struct view_node *node, unsigned int level, unsigned int n)
{
	if (level == 2) {
		free_table(node->child[n]);
		view->tables--;
	} else {
		free_node(node->child[n]);
	}
	node->child[n] = NULL;
	view_set(node->present, n, false);
	view_set(node->local, n, false);
}

void view_settle_child(struct view *view, struct view_node *node, unsigned int level,
		       unsigned int n)
{
	const struct view_table *t = node->child[n];
	const struct view_node *below = node->child[n];
	bool local, empty;

	if (!node->child[n])
		return;
	local = level == 2 ? t->local : view_any(below->local);
	empty = level == 2 ? !t->large && !view_any(t->present) : !view_any(below->present);
	if (empty)
		view_drop_child(view, node, level, n);
	else
		view_set(node->local, n, local);
}

static void drop_below(struct view *view, struct view_node *node, unsigned int level, uint64_t va)
{
	unsigned int n = view_index(va, level);

	if (level == 2) {
		view_drop_child(view, node, level, n);
		return;
	}
	drop_below(view, node->child[n], level - 1, va);
	view_settle_child(view, node, level, n);
}

void view_drop_table(struct view *view, uint64_t va)
{
	drop_below(view, &view->top, ARCH_PAGE_LEVELS, va);
}

void view_note_local(struct view *view, struct view_table *t, uint64_t va)
{
	struct view_node *node = &view->top;

	t->local = true;
	for (unsigned int level = ARCH_PAGE_LEVELS; level >= 2; level--) {
		unsigned int n = view_index(va, level);

		view_set(node->local, n, true);
		if (level > 2)
			node = node->child[n];
	}
}

void view_note_removed(struct view_table *t, unsigned int n)
{
	view_set(t->present, n, false);
	view_set(t->released, n, false);
}

/* ---- taking away ---- */

static void remove(const struct view *view, uint64_t from, uint64_t end)
{
	if (from < end)
		mapping_remove(view, from, end - from);
}

void view_remove_range(const struct view *view, uint64_t from, uint64_t end)
{
	struct view_bounds bounds = view_bounds(view);

	if (end > bounds.end)
		end = bounds.end;
	remove(view, from, end < bounds.hole ? end : bounds.hole);
	remove(view, from > bounds.hole_end ? from : bounds.hole_end, end);
}

static void forget_below(struct view *view, struct view_node *node, unsigned int level)
{
	for (unsigned int i = 0; i < VIEW_WORDS; i++) {
		for (view_word bits = node->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * VIEW_WORD_BITS + view_lowest(bits);

			if (level > 2)
				forget_below(view, node->child[n], level - 1);
			view_drop_child(view, node, level, n);
		}
	}
}

void view_forget(struct view *view)
{
	forget_below(view, &view->top, ARCH_PAGE_LEVELS);
	view->identity = false;
}

void view_clear(struct view *view)
{
	view_forget(view);
	view_remove_range(view, 0, UINT64_MAX);
}
