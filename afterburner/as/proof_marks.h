/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_marks.h - which bytes of an object come from which statement of the text.
 *
 * For a second look at a text, the pass writes a mark before every statement: an entry in a section
 * of its own that holds the place and the statement's number. Marks add no byte to any other
 * section; objects with marks are thrown away.
 *
 * Invariant: statement number n is the same in the text with and without pads.
 */
#ifndef AS_PROOF_MARKS_H
#define AS_PROOF_MARKS_H

#include "proof_object.h"
#include "text.h"

#include <afterburn/insn.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKS_SECTION ".afterburn_marks"

/* Widths that stand for numbers of variable length. */
#define WIDTH_ULEB 16
#define WIDTH_SLEB 17

enum extent {
	EXTENT_CODE, /* instructions, macro calls, .include */
	EXTENT_DATA, /* .byte and other directives */
	EXTENT_FILL, /* .align, .org, .skip and so on: as long as the code before it makes them */
};

struct mark {
	unsigned int source; /* which text */
	const char *place;   /* where in it */
	enum extent extent;
	unsigned int width;	       /* of one datum, or WIDTH_*; 0: unknown */
	bool off;		       /* no pads, because a comment says so */
	bool in_macro;		       /* in the body of one */
	bool argument;		       /* its mnemonic, or all of it, is a macro's argument */
	bool difference;	       /* there may be `symbol - label` in its operands */
	bool sets_mode;		       /* .code16 and so on */
	enum afterburn_code_mode mode; /* that one */
};

struct marks {
	struct mark *list;
	size_t count;
	size_t capacity;
};

/* A place in a section, and the statement that begins there. */
struct marked {
	uint64_t at;
	uint32_t statement;
	enum afterburn_code_mode mode; /* of the code there */
	bool excused;		       /* an argument of a call in whose line pads are off */
};

struct mark_list {
	struct marked *list;
	size_t count;
	size_t capacity;
};

/* One list for each section of an object, in the order of its bytes. */
struct mark_lists {
	struct mark_list *sections;
	uint32_t count;
};

/* The next statement: remember it, and write its mark. */
void marks_add(struct marks *marks, struct buffer *out, const struct mark *mark);

/* What a statement with these words makes: fills in all but its place and `off`. */
void marks_classify(struct span word, struct span operands, struct mark *mark);

/*
 * Read the marks of an object.
 * @mode: of code before any statement that sets one
 * Returns false if they make no sense.
 */
bool marks_read(struct mark_lists *lists, const struct object *object, const struct marks *marks,
		enum afterburn_code_mode mode);

void marks_free(struct mark_lists *lists);

/* The last of the list at or before `at`, or NO_STATEMENT. */
uint32_t marks_find(const struct mark_list *list, uint64_t at);

/* Does a statement begin at `at`? */
bool marks_is_at(const struct mark_list *list, uint64_t at);

#endif
