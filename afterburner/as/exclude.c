/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exclude.c - which objects are not annotated.
 *
 * Invariant: an empty pattern matches nothing.
 */
#include "exclude.h"

#include "diag.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

bool excluded(const char *output)
{
	const char *patterns = getenv("AFTERBURN_EXCLUDE");
	char *list, *pattern, *rest;
	bool found = false;

	if (strcmp(output, "/dev/null") == 0)
		return true;
	if (!patterns || !*patterns)
		return false;
	list = strdup(patterns);
	if (!list)
		die("out of memory");
	for (pattern = strtok_r(list, ":", &rest); pattern && !found;
	     pattern = strtok_r(NULL, ":", &rest))
		found = fnmatch(pattern, output, 0) == 0;
	free(list);
	return found;
}
