/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * locate.h - which file and line of the user's does a place in the text come from?
 *
 * Invariant: the answer is the one that gas's own messages give: `# line "file"` markers count.
 */
#ifndef AS_LOCATE_H
#define AS_LOCATE_H

#include "text.h"

struct location {
	struct span file;
	unsigned long line; /* from 1 */
};

/*
 * @text:  the whole text
 * @place: inside it
 * @name:  the text's own name, for places before any marker
 */
struct location locate(struct span text, const char *place, const char *name);

#endif
