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

#include "text.h"

#define SECTIONS_DEPTH 32

struct section {
	struct span name;
	bool code;
};

/* The names that were given flags so far, newest last. */
struct section_names {
	struct section *list;
	size_t count;
	size_t capacity;
};

struct sections {
	struct section_names *names;
	struct section current;
	struct section previous;
	struct section stack[2 * SECTIONS_DEPTH]; /* pairs: current, previous */
	unsigned int depth;			  /* pairs in use; may exceed SECTIONS_DEPTH */
};

/* The state at the start of a file: .text, nothing pushed. `names` outlives it, and grows. */
void sections_start(struct sections *s, struct section_names *names);

/*
 * Apply one directive.
 * @word:     the directive, dot included
 * @operands: what follows it, trimmed
 * Returns true if it is a section directive.
 */
bool sections_directive(struct sections *s, struct span word, struct span operands);

#endif
