/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dependencies.h - put the inputs back into the file that --MD asks for.
 *
 * Invariant: the file is replaced whole or not at all.
 */
#ifndef AS_DEPENDENCIES_H
#define AS_DEPENDENCIES_H

#include "annotate.h"

/*
 * The real as read one unnamed text, so its list lacks the input files: add them behind
 * what it lists. Ends the program with a message if the file cannot be written.
 */
void dependencies_complete(const char *path, const struct source *sources, unsigned int count);

#endif
