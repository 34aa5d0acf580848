/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arguments.c - @file on the command line.
 *
 * The file's words are separated by white space; ' and " quote, a backslash takes the next
 * character as it is (gcc manual: Overall Options, @file).
 *
 * Invariant: at most DEPTH files are opened in a row, so a file that names itself ends in an error.
 */
#include "arguments.h"

#include "diag.h"
#include "input.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 2000

struct list {
	char **words;
	int count;
	int capacity;
	int files;
};

static void add(struct list *l, char *word)
{
	if (l->count + 1 >= l->capacity) {
		l->capacity = l->capacity ? 2 * l->capacity : 64;
		l->words = realloc(l->words, (size_t)l->capacity * sizeof(*l->words));
		if (!l->words)
			die("out of memory");
	}
	l->words[l->count++] = word;
	l->words[l->count] = NULL;
}

/* Take one word off *p, unquoting it in place. Returns NULL at the end. */
static char *take_word(char **p)
{
	char *from = *p, *to, *word, quote = 0;

	while (isspace((unsigned char)*from))
		from++;
	if (*from == '\0')
		return NULL;
	for (word = to = from; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (*from == '\\' && from[1])
			*to++ = *++from;
		else if (quote && *from == quote)
			quote = 0;
		else if (!quote && (*from == '\'' || *from == '"'))
			quote = *from;
		else
			*to++ = *from;
	}
	*p = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static void expand(struct list *l, char *word)
{
	struct input file;
	char *text, *next;

	if (word[0] != '@' || !input_read(&file, word + 1)) {
		add(l, word);
		return;
	}
	if (++l->files > FILES_MAX)
		die("%s: too many @files; does one name itself?", word);
	text = malloc(file.size + 1);
	if (!text)
		die("out of memory");
	memcpy(text, file.data, file.size);
	text[file.size] = '\0';
	while ((next = take_word(&text)))
		expand(l, next);
}

void arguments_expand(int *argc, char ***argv)
{
	struct list l = {0};
	int i;

	for (i = 1; i < *argc && (*argv)[i][0] != '@'; i++)
		;
	if (i == *argc)
		return;
	add(&l, (*argv)[0]);
	for (i = 1; i < *argc; i++)
		expand(&l, (*argv)[i]);
	*argc = l.count;
	*argv = l.words;
}
