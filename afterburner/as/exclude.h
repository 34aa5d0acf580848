/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exclude.h - which objects are not annotated.
 *
 * Invariant: decided by the path after -o alone, as the command line gives it.
 */
#ifndef AS_EXCLUDE_H
#define AS_EXCLUDE_H

#include <stdbool.h>

/*
 * Is the object left alone? It is if one of the patterns in AFTERBURN_EXCLUDE (fnmatch, separated
 * by colons, * matches slashes too) matches its path, or if it goes to /dev/null.
 */
bool excluded(const char *output);

#endif
