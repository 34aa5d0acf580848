/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edits.h - what is to be written, collected in any order, put in the order of the text at the end.
 *
 * Invariant: a statement that must be a site in one expansion and must not in another is only
 * written as one if its arguments tell the two apart.
 */
#ifndef AS_EDITS_H
#define AS_EDITS_H

#include "pass.h"

/* What a statement is in one expansion. */
struct judgement {
	int id;		 /* the instruction, whether or not it stands in code; or NO_SITE */
	bool code;	 /* it stands in code */
	bool pad_before; /* where its pad goes */
};

/* Take down what the statement is this time. */
void edits_site(struct annotator *a, const struct here *h, const struct judgement *f);

/* gcc's `# 0 "" 2`; `line` is the physical one behind it. */
void edits_marker(struct annotator *a, struct span comment, unsigned long line);

/* `# afterburn: on` or off. */
void edits_switch(struct annotator *a, const char *at, bool on);

/* Put all in the order of the text; nothing can be added behind this. */
void edits_finish(struct annotator *a);

/* Write the source at work. */
void edits_write(struct annotator *a);

void edits_free(struct annotator *a);

#endif
