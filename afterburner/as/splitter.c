/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * splitter.c - cut assembly text into statements and comments.
 *
 * The rules are those of gas's text preprocessing on x86 ELF: `#` begins a comment everywhere, a
 * slash only as a statement's first character; strings run over line ends; ' quotes the one
 * character (or escape) behind it, and takes a second ' behind that; `;` separates statements.
 *
 * Invariant: never reads beyond the one newline that stands behind the text.
 */
#include "splitter.h"

#include "words.h"

#include <string.h>

/* What a statement may stop at; everything else is skipped at full speed. */
enum { PLAIN, NEWLINE, SEPARATOR, HASH, QUOTE, APOSTROPHE, SLASH };

static const unsigned char stops[256] = {
	['\n'] = NEWLINE, [';'] = SEPARATOR,   ['#'] = HASH,
	['"'] = QUOTE,	  ['\''] = APOSTROPHE, ['/'] = SLASH,
};

#define NAME 1 /* may stand in a symbol */
static const unsigned char name_chars[256] = {
	['0' ... '9'] = NAME, ['a' ... 'z'] = NAME, ['A' ... 'Z'] = NAME,   ['_'] = NAME,
	['.'] = NAME,	      ['$'] = NAME,	    [0x80 ... 0xff] = NAME,
};

bool is_name_char(char c)
{
	return name_chars[(unsigned char)c];
}

void splitter_start(struct splitter *s, const char *text, size_t size)
{
	*s = (struct splitter){.at = text, .end = text + size, .line_start = true};
}

const char *skip_quoted(const char *p, const char *end)
{
	if (*p == '\'') {
		p += p + 1 < end && p[1] == '\\' ? 3 : 2;
		if (p < end && *p == '\'')
			p++;
		return p < end ? p : end;
	}
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return end;
}

static const char *skip_string(struct splitter *s, const char *p)
{
	const char *after = skip_quoted(p, s->end);

	if (after == s->end && (after - p < 2 || after[-1] != '"')) {
		s->unterminated = true;
		s->opened = p;
	}
	return after;
}

/* Behind the block comment that begins at `p`. */
static const char *skip_block_comment(struct splitter *s, const char *p)
{
	const char *end = memmem(p + 2, (size_t)(s->end - p) - 2, "*/", 2);

	if (end)
		return end + 2;
	s->unterminated = true;
	s->opened = p;
	return s->end;
}

static const char *line_end(const struct splitter *s, const char *p)
{
	const char *end = memchr(p, '\n', (size_t)(s->end - p));

	return end ? end : s->end;
}

static bool block_comment_at(const struct splitter *s, const char *p)
{
	return p + 1 < s->end && p[0] == '/' && p[1] == '*';
}

/*
 * Move s->at from a statement's first character to its separator. Returns the end of its last
 * character that is neither blank nor comment.
 */
static const char *scan_statement(struct splitter *s)
{
	const char *p = s->at, *last = p;

	for (;;) {
		const char *run = p, *trimmed;
		unsigned char stop;

		while ((stop = stops[(unsigned char)*p]) == PLAIN)
			p++;
		for (trimmed = p; trimmed > run && is_blank(trimmed[-1]);)
			trimmed--;
		if (trimmed > run)
			last = trimmed;
		if (p >= s->end || stop == NEWLINE || stop == SEPARATOR || stop == HASH)
			break;
		if (block_comment_at(s, p)) {
			p = skip_block_comment(s, p);
			continue;
		}
		if (stop == SLASH)
			p++;
		else
			p = stop == QUOTE ? skip_string(s, p) : skip_quoted(p, s->end);
		last = p;
	}
	s->at = p;
	return last;
}

/* Behind the symbol or mnemonic at `p`; macro arguments (\name, \@, \()) count as part of it. */
static const char *skip_word(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (name_chars[(unsigned char)*p])
			continue;
		if (*p != '\\')
			break;
		if (p + 1 < end && p[1] == '@')
			p++;
		else if (p + 2 < end && p[1] == '(' && p[2] == ')')
			p += 2;
	}
	return p;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Behind a pseudo prefix such as {disp32} at `p`; `p` itself if there is none. */
static const char *skip_braces(const char *p, const char *end)
{
	const char *close = p < end && *p == '{' ? memchr(p, '}', (size_t)(end - p)) : NULL;

	return close ? skip_blanks(close + 1, end) : p;
}

/* Behind all labels at `p`. */
static const char *skip_labels(const char *p, const char *end)
{
	for (;;) {
		const char *after = *p == '"' ? skip_quoted(p, end) : skip_word(p, end);

		if (after == p)
			return p;
		after = skip_blanks(after, end);
		if (after >= end || *after != ':')
			return p;
		p = skip_blanks(after + 1, end);
		if (p >= end)
			return end;
	}
}

/* Take prefixes off the front of the body; the separator between them may be a slash. */
static void split_body(struct statement *st)
{
	const char *p = st->body;

	for (;;) {
		const char *braces = skip_braces(p, st->end);

		if (braces != p)
			st->prefixed = true;
		p = braces;
		st->word = (struct span){p, skip_word(p, st->end)};
		p = skip_blanks(st->word.end, st->end);
		if (!words_is_prefix(st->word))
			break;
		st->prefixed = true;
		if (p < st->end && *p == '/')
			p = skip_blanks(p + 1, st->end);
		if (p >= st->end) {
			st->only_prefixes = true;
			break;
		}
	}
	st->operands = (struct span){p, st->end};
	st->assignment = p < st->end && *p == '=';
}

static void parse_statement(struct splitter *s)
{
	struct statement *st = &s->statement;

	*st = (struct statement){.begin = s->at};
	st->end = scan_statement(s);
	st->body = skip_labels(st->begin, st->end);
	split_body(st);
}

enum item splitter_next(struct splitter *s)
{
	const char *p = s->at;

	for (;; p++) {
		if (p >= s->end) {
			s->at = s->end;
			return ITEM_END;
		}
		if (*p == '\n')
			s->line_start = true;
		else if (*p == ';')
			s->line_start = false;
		else if (!is_blank(*p))
			break;
	}
	s->at = p;
	s->comment_on_own_line = s->line_start;
	s->line_start = false;
	if (*p == '#' || *p == '/') {
		s->at = block_comment_at(s, p) ? skip_block_comment(s, p) : line_end(s, p);
		s->comment = (struct span){p, s->at};
		return ITEM_COMMENT;
	}
	parse_statement(s);
	return ITEM_STATEMENT;
}
