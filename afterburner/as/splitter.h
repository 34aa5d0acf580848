/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splitter.h - cut assembly text into statements and comments, by the lexical rules of GNU as for
 * x86 ELF (manual: Syntax; i386-Chars), and without any knowledge of what a statement means.
 *
 * Invariant: every item lies inside the text, items come in order and do not overlap.
 */
#ifndef AS_SPLITTER_H
#define AS_SPLITTER_H

#include "text.h"

enum item { ITEM_END, ITEM_STATEMENT, ITEM_COMMENT };

/*
 * One statement, or what stands between two `;`. All pointers are into the text:
 *
 *   1: foo: rep; lock insb (%dx), %es:(%rdi) # comment
 *   ^begin  ^body
 */
struct statement {
	const char *begin;    /* first label, or the body */
	const char *body;     /* behind the labels; equal to `end` if there are only labels */
	struct span word;     /* the first word of the body, prefixes skipped; may be empty */
	struct span operands; /* what follows the word, trimmed */
	const char *end;      /* behind the last character that is neither blank nor comment */
	bool prefixed;	      /* prefixes stand between `body` and `word` */
	bool only_prefixes;   /* nothing but prefixes in the body: `word` is the last one */
	bool assignment;      /* `word` is a symbol that is assigned to */
};

struct splitter {
	const char *at;
	const char *end;
	bool line_start;	    /* only blanks before `at` in this line */
	bool unterminated;	    /* the text ended inside a string or comment */
	const char *opened;	    /* where that began */
	struct statement statement; /* valid after ITEM_STATEMENT */
	struct span comment;	    /* valid after ITEM_COMMENT, markers (# or slash) included */
	bool comment_on_own_line;   /* the comment is the first thing in its line */
};

/* Start with `size` bytes at `text`; the byte behind them must be readable and a newline. */
void splitter_start(struct splitter *s, const char *text, size_t size);

/* The next item, described in *s. Comments inside a statement are part of it. */
enum item splitter_next(struct splitter *s);

/* May the character stand in a symbol? */
bool is_name_char(char c);

/* The end of a quoted string or character constant that begins at `p`; `end` if it has none. */
const char *skip_quoted(const char *p, const char *end);

#endif
