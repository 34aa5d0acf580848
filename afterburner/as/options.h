/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - gas's command line, as far as it concerns us (as manual: Invoking).
 *
 * Invariant: whatever is not understood makes us step aside: the real as gets the command line
 * unchanged, and has the last word about it.
 */
#ifndef AS_OPTIONS_H
#define AS_OPTIONS_H

#include "annotate.h"

#include <stdbool.h>

/* When to compare the object with the one that the text gives without pads. */
enum proof_wish {
	PROOF_OF_DISTANCES, /* if it holds distances that may wrap without a word */
	PROOF_ALWAYS,
	PROOF_NEVER,
};

struct options {
	struct policy policy;
	bool plain;		  /* do not annotate: hand the command line over */
	const char *output;	  /* of -o; "a.out" without */
	const char *dependencies; /* of --MD, or NULL */
	const char **inputs; /* files in order, "-" for standard input; never empty unless plain */
	unsigned int input_count;
	const char **symbols; /* of --defsym, up to a NULL */
	unsigned int symbol_count;
	const char **folders; /* of -I, up to a NULL */
	unsigned int folder_count;
	char **given; /* argv with @files as they came, our own options taken out: for plain */
	enum proof_wish proof;
	char **proof_rest; /* rest without what names or makes other files than the object */
	char **rest; /* argv without inputs and without our own options: for a fed standard input */
};

/* Parse. Ends the program with a message if one of our own options is wrong. */
void options_parse(struct options *o, int argc, char **argv);

#endif
