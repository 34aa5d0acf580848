/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.h - what the commands share: exit codes, messages, the built-in commands. `audit` is a
 * program of its own, because only it needs libopcodes.
 *
 * Invariant: the exit codes mean the same in every command.
 */
#ifndef AFTERBURNER_TOOLS_COMMAND_H
#define AFTERBURNER_TOOLS_COMMAND_H

#include <stdbool.h>

#define AFTERBURN_VERSION "1.0"

enum {
	EXIT_CLEAN = 0,	  /* done, nothing found */
	EXIT_FINDING = 1, /* the input was read and refused, or findings were reported */
	EXIT_TROUBLE = 2, /* usage, input or output error */
	EXIT_NEVER = 3,	  /* pack: such a kernel can never run on that platform */
};

/* Commands take argv with their own name first and return an exit code. */
int command_sites(int argc, char **argv);
int command_pack(int argc, char **argv);

/**
 * complain - "afterburn COMMAND: FILE: text" on standard error
 * @command: or NULL
 * @file:    or NULL
 *
 * Returns EXIT_TROUBLE.
 */
int complain(const char *command, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Points to `afterburn COMMAND --help`. Returns EXIT_TROUBLE. */
int bad_usage(const char *command);

/* Flushes standard output. Returns `code`, or EXIT_TROUBLE with a message if that failed. */
int finish_output(const char *command, int code);

/**
 * tool_path - a file of the installation, found from where this program is
 * @path:     receives it
 * @size:     room there, in bytes
 * @relative: from the folder that holds bin/, "lib/afterburner" for example
 *
 * Works for programs in bin/ and in libexec/afterburner/commands/. Returns 0, or -1.
 */
int tool_path(char *path, unsigned long size, const char *relative);

#endif
