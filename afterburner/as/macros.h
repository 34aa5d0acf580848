/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macros.h - macros, their arguments, and what a text means with these put in (manual: Macro).
 *
 * Invariant: a name is looked up without case, as gas does; parameters with it.
 */
#ifndef AS_MACROS_H
#define AS_MACROS_H

#include "arena.h"
#include "table.h"

struct bindings;

struct formal {
	struct span name;
	struct span value; /* without an argument */
	bool takes_rest;   /* :vararg */
};

/* An argument: as gas sees it, and as it stands in the source. */
struct value {
	struct span text;
	struct span raw; /* the same bytes in the source, if `text` lies there or was made
			    from there; else empty */
	const struct bindings *bound; /* what the arguments in `raw` mean */
};

struct macro {
	struct span body;
	const struct formal *formals;
	unsigned int count;
	const struct bindings *outer; /* of the macro or loop that it is defined in */
	struct macro *older;	      /* of that name */
	struct macro *next;	      /* in the order of definition */
	bool maybe;		      /* a conditional that was not decided defines or drops it */
	bool dropped;		      /* by .purgem */
	bool called;
};

/* Parameters with their values. A parameter of an outer macro hides one of an inner macro. */
struct bindings {
	const struct bindings *outer;
	const struct formal *formals;
	const struct value *values;
	unsigned int count;
	unsigned long number; /* \@ */
};

struct macros {
	struct arena memory;
	struct table names;
	struct macro *first, *last;
	unsigned long long starts[32]; /* by length: a bit for each first letter in use */
	unsigned long calls;	       /* so far */
	struct buffer scratch;
	bool alternate; /* .altmacro: parameters are replaced without a backslash */
};

/* Enter the macro that these operands of .macro define. */
struct macro *macros_define(struct macros *m, struct span operands, struct span body);

/* Forget the macro that these operands of .purgem name; `maybe`: perhaps. */
void macros_purge(struct macros *m, struct span operands, bool maybe);

/* The newest macro of that name, or NULL. */
struct macro *macros_find(struct macros *m, struct span name);

void macros_free(struct macros *m);

/*
 * The values that a call gives.
 * @operands: of the call, arguments put in
 * @raw:      as they stand in the source, or empty
 * @bound:    what the arguments in `raw` mean
 */
const struct bindings *macros_bind(struct macros *m, const struct macro *macro,
				   struct span operands, struct span raw,
				   const struct bindings *bound);

/* The parameter that the operands of .irp or .irpc begin with; *rest is left behind it. */
const struct formal *macros_loop_formal(struct macros *m, struct span *rest);

/* Is there a parameter of this name? */
bool macros_bound(const struct macros *m, const struct bindings *b, const char *name);

/* Take the next argument off the front of *rest, without its quotes. False at the end. */
bool macros_take(struct macros *m, struct span *rest, struct span *argument);

/* The value that the text is if it is nothing but one argument, else NULL. */
const struct value *macros_whole(const struct macros *m, struct span text,
				 const struct bindings *b);

/* The text with arguments put in; the very same span if it has none. */
struct span macros_substitute(struct macros *m, struct span text, const struct bindings *b);

#define REFERENCES_MAX 6

/* The arguments that a text refers to, each once. */
struct references {
	struct span names[REFERENCES_MAX];
	struct span values[REFERENCES_MAX];
	unsigned int count; /* may exceed REFERENCES_MAX: the rest is not kept */
};

void macros_references(const struct macros *m, struct span text, const struct bindings *b,
		       struct references *out);

#endif
