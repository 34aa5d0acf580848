/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diag.h - our own messages: `as: error: ...` on standard error.
 *
 * Invariant: nothing here prints a warning; a new warning would turn a `--fatal-warnings` probe
 * of a kernel's configuration.
 */
#ifndef AS_DIAG_H
#define AS_DIAG_H

/* Print "as: error: " and the formatted text; die() then ends the program with status 1. */
void error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
