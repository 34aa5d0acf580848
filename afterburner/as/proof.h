/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof.h - prove that an object is what the text gives without pads, and pads.
 *
 * The text is assembled once more without pads, and the two objects are compared
 * (proof_compare.h). If anything looks different, both texts are assembled again with marks, which
 * tell each statement's bytes: that clears a suspicion, or names the line.
 *
 * Invariant: no object stays behind that was not proved.
 */
#ifndef AS_PROOF_H
#define AS_PROOF_H

#include "options.h"

#include <stdbool.h>
#include <sys/types.h>

/* The assembler at work on the text without pads. */
struct proof {
	const struct options *options;
	const struct source *sources;
	const char *real; /* the real as */
	bool exactly; /* bytes alone do not tell which code is 16-bit code: look at statements */
	pid_t pid;    /* 0: not started, there is nothing to compare with */
	int object;   /* a file that it writes */
};

/* Start it, beside the assembler of the annotated text. */
void proof_start(struct proof *proof);

/*
 * The object of the annotated text is there: is it right? If not, messages say what is wrong, and
 * the object is removed.
 * @made: false: there is none, so all that must be done is to wait
 */
bool proof_holds(struct proof *proof, bool made);

#endif
