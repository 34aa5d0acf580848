/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.h - the pass itself: from assembly text to assembly text with sites.
 *
 * Invariant: a text without sites comes out byte for byte.
 */
#ifndef AS_ANNOTATE_H
#define AS_ANNOTATE_H

#include "context.h"
#include "emit.h"
#include "macros.h"
#include "proof_marks.h"
#include "splitter.h"
#include "symbols.h"

/* What the command line asks for. */
struct policy {
	struct code code;	    /* at the start of the text */
	bool altmacro;		    /* at the start of the text */
	bool no_pads;		    /* find sites, but leave them as they are */
	struct marks *marks;	    /* write a mark before each statement, and keep them; or NULL */
	const char *const *defsym;  /* NAME=VALUE, up to a NULL; may be NULL */
	const char *const *folders; /* where .include looks, up to a NULL; may be NULL */
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

/* The .if directives that are open; see conditions.c. */
struct conditions {
	struct condition *list;
	size_t count;
	size_t capacity;
};

/* What is to be written, in the order of the text once all is known; see edits.c. */
struct edits {
	struct edit *list;
	size_t count;
	size_t capacity;
	struct table verdicts; /* on statements that are assembled several times, by place */
	struct verdict *first, *last;
	struct arena memory;
	const char *watched; /* the statement in expansion, until edits_site() is called for it */
	size_t next;	     /* to be written */
	bool off;	     /* a comment says so, where we write */
};

/* The statements just handled, as far as the next one depends on them. */
struct neighbours {
	const char *pending; /* a prefix that stands alone, waiting for its instruction */
	const char *pending_labels;
	bool after_shadow; /* the last instruction holds interrupts off for the next one */
};

#define EXPANSION_DEPTH_MAX 100	     /* as gas's max_macro_nest */
#define EXPANSION_MAX	    20000000 /* statements */
#define EXPANSION_MAYBE	    64	     /* for each that may not be assembled */

/* How far the expansion of macros, loops and included files has gone. */
struct expansion {
	unsigned int depth;
	unsigned long left; /* statements, until we give up following */
	bool leave;	    /* .exitm: nothing more of this macro */
	bool arguments;	    /* in the arguments of a call, which are code of its macro */
};

struct annotator {
	struct emitter emitter;
	const struct policy *policy;
	const struct source *sources;
	unsigned int source_count;
	unsigned int source;	  /* the one at work */
	const char *unclosed;	  /* a .macro or loop that its file does not end */
	const char *unterminated; /* a string or comment that its file does not end */

	struct context now;
	struct section_names section_names;
	struct macros macros;
	struct symbols symbols;
	struct conditions conditions;
	bool several_modes;   /* a directive changes the code mode */
	bool short_distances; /* a byte holds a distance between labels */
	bool has_conditions;  /* somewhere in the sources: labels must be known */
	enum truth live;      /* is the present text assembled? */
	struct neighbours last;
	struct expansion expansion;

	struct edits edits;
	const char *counted; /* lines were counted up to here */
	unsigned long line;  /* physical line at `counted`, from 1 */
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
