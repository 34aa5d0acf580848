/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - from a text to a pointer, in constant time.
 *
 * Invariant: a table stores spans, not their bytes; these must outlive it.
 */
#ifndef AS_TABLE_H
#define AS_TABLE_H

#include "text.h"

struct table_slot {
	const void *scope; /* the same text may mean something else in each scope */
	struct span key;
	void *value; /* NULL: the slot is free */
};

struct table {
	struct table_slot *slots;
	size_t count;
	size_t capacity; /* a power of two */
};

/* The value of the key in this scope, or NULL. */
void *table_find(const struct table *t, const void *scope, struct span key);

/* Set it; `value` must not be NULL. Ends the program with a message when memory is out. */
void table_set(struct table *t, const void *scope, struct span key, void *value);

void table_free(struct table *t);

#endif
