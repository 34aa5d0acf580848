/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.h - the pass itself: from assembly text to assembly text with sites.
 *
 * Invariant: a text without sites comes out byte for byte.
 */
#ifndef AS_ANNOTATE_H
#define AS_ANNOTATE_H

#include "emit.h"
#include "macros.h"
#include "operands.h"
#include "sections.h"
#include "splitter.h"

#include <afterburn/insn.h>

/* What the command line asks for. */
struct policy {
	unsigned int classes; /* bit n: OPTIONAL instructions of enum afterburn_class n, too */
	enum afterburn_code_mode mode; /* at the start of the text */
	struct syntax syntax;	       /* at the start of the text */
	bool altmacro;		       /* at the start of the text */
};

/* What directives change, and a macro body must not leave behind. */
struct context {
	struct sections sections;
	enum afterburn_code_mode mode;
	struct syntax syntax;
	bool altmacro;
	bool off; /* a comment says so */
};

struct annotator {
	struct policy policy;
	struct emitter emitter;
	struct context now;
	struct context before_macro; /* to go back to behind .endm */
	unsigned int macro_depth;    /* .macro without .endm so far */
	struct macros macros;
	struct splitter splitter;
	const char *file; /* the text's name; NULL: the real as reads it under its own name */
	struct span text;
	const char *counted; /* lines were counted up to here */
	unsigned long line;  /* physical line at `counted`, from 1 */
	const char *pending; /* a prefix that stands alone, waiting for its instruction */
	const char *pending_labels;
	bool after_shadow; /* the last instruction holds interrupts off for the next one */
};

/* Start; the texts are those that will follow, so that our labels clash with none. */
void annotate_start(struct annotator *a, const struct policy *policy, const struct span *texts,
		    unsigned int count);

/*
 * Append one text, annotated, to a->emitter.out.
 * @text: must be followed by a readable newline
 * @file: its name for gas's messages and debug information, or NULL if gas reads it as its own
 *        standard input, nothing else before it
 */
void annotate_text(struct annotator *a, struct span text, const char *file);

#endif
