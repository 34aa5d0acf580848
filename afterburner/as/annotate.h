/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.h - the pass itself: from assembly text to assembly text with sites.
 *
 * Invariant: a text without sites comes out byte for byte.
 */
#ifndef AS_ANNOTATE_H
#define AS_ANNOTATE_H

#include "classify.h"
#include "emit.h"
#include "macros.h"
#include "operands.h"
#include "sections.h"
#include "splitter.h"
#include "values.h"

#include <afterburn/insn.h>

/* What the command line asks for. */
struct policy {
	struct code code; /* at the start of the text */
	bool altmacro;	  /* at the start of the text */
};

/* What directives change, and a macro body must not leave behind. */
struct context {
	struct sections sections;
	struct code code;
	bool off; /* a comment says so */
};

/* A text as it was read. A readable newline must stand behind it. */
struct source {
	struct span text;
	const char *name; /* for messages and debug information */
	bool is_stdin;	  /* the only text, and gas reads it under its own name for it */
};

/* A site that was written, to be named in a message. */
struct placed {
	unsigned int source;
	const char *place;
};

struct annotator {
	bool altmacro; /* alternate macro mode from the command line */
	struct emitter emitter;
	struct context now;
	struct section_names section_names;
	const struct source *sources;
	unsigned int source_count;
	unsigned int source; /* the one at work */

	/* Macros */
	struct context before_macro; /* to go back to behind .endm */
	unsigned int macro_depth;    /* .macro without .endm so far */
	size_t outer_macro;	     /* the outermost of these, in macros.list */
	const char *macro_body;	     /* where its body begins */
	struct macros macros;
	unsigned int active_macros; /* of them, how many a call of must be looked at */
	struct values values;

	/* Statements */
	struct splitter splitter;
	const char *counted; /* lines were counted up to here */
	unsigned long line;  /* physical line at `counted`, from 1 */
	const char *pending; /* a prefix that stands alone, waiting for its instruction */
	const char *pending_labels;
	bool quoted;	   /* inside the quotes of a macro call's argument */
	bool after_shadow; /* the last instruction holds interrupts off for the next one */

	struct placed *placed;
	size_t placed_count;
	size_t placed_capacity;
};

/* Annotate all sources, one behind the other, into a->emitter.out. */
void annotate(struct annotator *a, const struct policy *policy, const struct source *sources,
	      unsigned int count);

/* Give back all memory; the sources stay. */
void annotate_free(struct annotator *a);

#endif
