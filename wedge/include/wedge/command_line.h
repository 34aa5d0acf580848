/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command_line.h - the wedge's own words on its guest's command line: afterburn.stats (stats.h),
 * afterburn.quiet (core_start()).
 *
 * Invariant: the line belongs to the guest and is only read.
 */
#ifndef WEDGE_COMMAND_LINE_H
#define WEDGE_COMMAND_LINE_H

#include <stdbool.h>

/* Whether the line has this word, between blanks or its ends. */
bool command_line_says(const char *word);

#endif
