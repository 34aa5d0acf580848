/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * realas.h - the assembler that does the work.
 *
 * Invariant: it is never this program itself.
 */
#ifndef AS_REALAS_H
#define AS_REALAS_H

#include "text.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Where it is: AFTERBURN_AS, or the first `as` in PATH and the usual folders that is not this
 * program. Ends the program with a message if there is none.
 */
const char *realas_find(void);

/* Become it. Returns only by ending the program with a message. */
void realas_exec(const char *path, char **argv) __attribute__((noreturn));

/*
 * Run it with a text as its standard input.
 * @name:     what messages are to call that input (gas falls back on its own name for it at the
 *            end of the text); NULL: what gas calls it
 * @messages: receives what it wrote to standard error, which is passed on, too
 * Returns its exit status; 1, with a message, if a signal ended it or it could not be started.
 */
int realas_run(const char *path, char **argv, const struct buffer *text, const char *name,
	       struct buffer *messages);

/*
 * The name of standard input, if it is one of several inputs, in line markers of the text: gas
 * gives its own name for it to the text as a whole. Messages show it without the folder.
 */
#define REALAS_STDIN "./{standard input}"

/*
 * Start it.
 * @text:     a file for its standard input, or -1: ours
 * @messages: a file for its standard error, or -1: ours
 * @output:   a file for its standard output, or -1: ours
 */
pid_t realas_start(const char *path, char **argv, int text, int messages, int output);

/* Wait for its end. Returns as realas_run() does. */
int realas_wait(const char *path, pid_t pid);

/* Does it accept this command line? Its messages and its object are dropped. */
bool realas_accepts(const char *path, char **argv);

/* A file descriptor to read the text from, rewound. Ends the program if there is no room. */
int realas_text_fd(const char *text, size_t size);

#endif
