/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - pieces of the input text, and the buffer that the output grows in.
 *
 * Invariant: a span never owns its bytes; they stay where the input was read to.
 */
#ifndef AS_TEXT_H
#define AS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What the pass knows: MAYBE is "this cannot be decided from the text". */
enum truth { NO, YES, MAYBE };

struct span {
	const char *begin;
	const char *end;
};

static inline size_t span_length(struct span s)
{
	return (size_t)(s.end - s.begin);
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The span without blanks at either end. */
struct span span_trim(struct span s);

/* Is the span this word? Compares without case; `lower` is in lower case. */
bool span_is(struct span s, const char *lower);

/* Does the span begin with this text? Compares with case. */
bool span_starts(struct span s, const char *prefix);

/* Are the two spans the same bytes? */
bool span_equal(struct span a, struct span b);

/* Does the text occur in the span? */
bool span_contains(struct span s, const char *text);

/* Is there a macro argument (a backslash) in the span? */
bool span_has_argument(struct span s);

struct buffer {
	char *data;
	size_t size;
	size_t capacity;
};

/* Append. They end the program with a message when memory is out. */
void buffer_bytes(struct buffer *b, const char *data, size_t size);
void buffer_text(struct buffer *b, const char *text);
void buffer_number(struct buffer *b, unsigned long value);
void buffer_free(struct buffer *b);

#endif
