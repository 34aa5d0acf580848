/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the launcher's command line, and what it says to --help.
 *
 * Invariant: sizes and numbers are in the bounds that the messages name.
 */
#ifndef LAUNCH_OPTIONS_H
#define LAUNCH_OPTIONS_H

#include "launcher.h"

/*
 * Reads the command line into `o`, which has the defaults. Strings stay the command line's. Ends
 * the launcher, code 2, if it makes no sense, and code 0 behind --help.
 */
void options_parse(int argc, char **argv, struct options *o);

#endif
