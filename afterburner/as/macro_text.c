/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macro_text.c - how macros see text (manual: Macro).
 *
 * gas drops blanks that separate nothing before it looks at arguments ("%cr0, %eax" is
 * "%cr0,%eax"); values are spelled as it sees them.
 *
 * Invariant: no text is read twice by a sequence of calls that takes it apart.
 */
#include "macro_text.h"

#include "splitter.h"

#include <string.h>

/* Characters between which gas keeps a blank; a backslash or quote may stand on the right, too. */
static bool joins(char c)
{
	return is_name_char(c) || (c && strchr("*%-([{}", c));
}

static bool is_gap(const char *p, const char *end)
{
	return p < end && (is_blank(*p) || (*p == '/' && p + 1 < end && p[1] == '*'));
}

const char *macro_text_skip_gap(const char *p, const char *end)
{
	while (is_gap(p, end)) {
		if (*p == '/') {
			p = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);
			if (!p)
				return end;
			p++;
		}
		p++;
	}
	return p;
}

/* Does gas keep a blank of the gap between `before` and `after`? */
static bool keeps_blank(const char *before, const char *begin, const char *after, const char *end)
{
	return before >= begin && after < end && (joins(*before) || *before == '"') &&
	       (joins(*after) || strchr("\\\"'", *after));
}

/* The text without the blanks that gas drops; the same span if it holds none of these. */
struct span macro_text_scrub(struct macros *m, struct span text)
{
	char *out, *to;
	const char *p;

	text.begin = macro_text_skip_gap(text.begin, text.end);
	for (p = text.begin; p < text.end && !is_gap(p, text.end);)
		p = *p == '"' ? skip_quoted(p, text.end) : p + 1;
	if (p >= text.end)
		return text;
	out = to = arena_take(&m->memory, span_length(text) + 1);
	for (p = text.begin; p < text.end;) {
		const char *after = macro_text_skip_gap(p, text.end);

		if (after > p) {
			if (to > out && keeps_blank(to - 1, out, after, text.end))
				*to++ = ' ';
			p = after;
			continue;
		}
		after = *p == '"' ? skip_quoted(p, text.end) : p + 1;
		memcpy(to, p, (size_t)(after - p));
		to += after - p;
		p = after;
	}
	*to = '\n';
	return (struct span){out, to};
}

/* Behind the plain argument at `p`: to a comma, or to a blank that gas keeps, outside brackets. */
static const char *plain_end(const char *p, const char *end)
{
	const char *begin = p;
	int depth = 0;

	while (p < end && *p != ',') {
		const char *after = macro_text_skip_gap(p, end);

		if (after > p) {
			if (depth <= 0 && keeps_blank(p - 1, begin, after, end))
				return p;
			p = after;
			continue;
		}
		if (*p == '(' || *p == '[')
			depth++;
		else if (*p == ')' || *p == ']')
			depth--;
		p = *p == '"' || *p == '\'' ? skip_quoted(p, end) : p + 1;
	}
	return p;
}

/* The text without the backslash or the second quote before each quote in it. */
static struct span unescape(struct macros *m, struct span text, char quote)
{
	char *out = arena_take(&m->memory, span_length(text) + 1), *to = out;

	for (const char *p = text.begin; p < text.end; p++) {
		if (p + 1 < text.end && p[1] == quote && (*p == '\\' || *p == quote))
			p++;
		else if (*p == '\\' && p + 1 < text.end)
			*to++ = *p++;
		*to++ = *p;
	}
	*to = '\n';
	return (struct span){out, to};
}

/* The inside of the string at the front of *rest; quotes in it may be doubled or escaped. */
static struct span take_string(struct macros *m, struct span *rest, char quote)
{
	const char *p = rest->begin + 1;
	struct span text = {p, p};
	bool changed = false;

	for (; p < rest->end; p++) {
		bool pair = p + 1 < rest->end;

		if (pair && p[1] == quote && (*p == '\\' || (*p == quote && quote == '"'))) {
			changed = true;
			p++;
		} else if (*p == quote) {
			break;
		} else if (*p == '\\' && pair) {
			p++;
		}
	}
	text.end = p < rest->end ? p : rest->end;
	rest->begin = p < rest->end ? p + 1 : rest->end;
	return changed ? unescape(m, text, quote) : text;
}

void macro_text_skip_comma(struct span *rest)
{
	rest->begin = macro_text_skip_gap(rest->begin, rest->end);
	if (rest->begin < rest->end && *rest->begin == ',')
		rest->begin = macro_text_skip_gap(rest->begin + 1, rest->end);
}

bool macros_take(struct macros *m, struct span *rest, struct span *argument)
{
	rest->begin = macro_text_skip_gap(rest->begin, rest->end);
	if (rest->begin >= rest->end)
		return false;
	if (*rest->begin == '"' && !m->alternate) {
		*argument = take_string(m, rest, '"');
	} else if (*rest->begin == '<' && m->alternate) {
		*argument = macro_text_scrub(m, take_string(m, rest, '>'));
	} else {
		argument->begin = rest->begin;
		rest->begin = plain_end(rest->begin, rest->end);
		argument->end = rest->begin;
		*argument = macro_text_scrub(m, *argument);
	}
	macro_text_skip_comma(rest);
	return true;
}

struct span macro_text_name(struct span *rest)
{
	struct span name;

	rest->begin = macro_text_skip_gap(rest->begin, rest->end);
	name = (struct span){rest->begin, rest->begin};
	while (name.end < rest->end && is_name_char(*name.end))
		name.end++;
	rest->begin = macro_text_skip_gap(name.end, rest->end);
	return name;
}
