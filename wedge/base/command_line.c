/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command_line.c - see command_line.h.
 *
 * Invariant: nothing behind the line's NUL is read.
 */
#include <wedge/backend.h>
#include <wedge/command_line.h>

static bool ends_word(char c)
{
	return (unsigned char)c <= ' ';
}

/* True if `at` begins with the word, and the word ends there. */
static bool is_word(const char *at, const char *word)
{
	while (*word && *at == *word) {
		at++;
		word++;
	}
	return !*word && ends_word(*at);
}

bool command_line_says(const char *word)
{
	for (const char *line = backend_command_line(), *at = line; *at; at++)
		if ((at == line || ends_word(at[-1])) && is_word(at, word))
			return true;
	return false;
}
