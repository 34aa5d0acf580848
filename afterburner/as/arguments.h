/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments.h - @file on the command line.
 *
 * Invariant: a word @file whose file cannot be read stays as it is, as with every GNU tool.
 */
#ifndef AS_ARGUMENTS_H
#define AS_ARGUMENTS_H

/* Replace every @file of *argv by the words in that file; *argv becomes a new array if so. */
void arguments_expand(int *argc, char ***argv);

#endif
