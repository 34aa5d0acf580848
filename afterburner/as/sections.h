/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sections.h - follow the section directives, to know whether the current section holds code that
 * runs where it stands (as manual: Section, PushSection, PopSection, Previous, SubSection).
 *
 * Invariant: a section is code only if its flags say so and its name is none of those whose
 * content is copied elsewhere or is data by convention.
 */
#ifndef AS_SECTIONS_H
#define AS_SECTIONS_H

#include "arena.h"
#include "table.h"

#define SECTIONS_DEPTH 32

struct section {
	struct span name;
	enum truth code;
};

/* The names that were given flags so far. */
struct section_names {
	struct table table; /* to struct section */
	struct arena memory;
};

struct sections {
	struct section_names *names;
	struct section current;
	struct section previous;
	struct section stack[2 * SECTIONS_DEPTH]; /* pairs: current, previous */
	unsigned int depth;			  /* pairs in use; may exceed SECTIONS_DEPTH */
};

/* Is its code a template, copied before it runs, or data whatever the section's flags say? */
bool sections_never_code(struct span name);

/* The state at the start of a file: .text, nothing pushed. `names` outlives it, and grows. */
void sections_start(struct sections *s, struct section_names *names);

/*
 * Apply one directive.
 * @word:     the directive, dot included
 * @operands: what follows it, trimmed
 * Returns true if it is a section directive.
 */
bool sections_directive(struct sections *s, struct span word, struct span operands);

/* Either *s or *other is how things are: what differs is MAYBE code from here on. */
void sections_merge(struct sections *s, const struct sections *other);

void sections_free(struct section_names *names);

#endif
