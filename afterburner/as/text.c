/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - spans and the output buffer.
 *
 * Invariant: buffer.size <= buffer.capacity, and data may move whenever something is appended.
 */
#include "text.h"

#include "diag.h"

#include <stdlib.h>
#include <string.h>

struct span span_trim(struct span s)
{
	while (s.begin < s.end && is_blank(*s.begin))
		s.begin++;
	while (s.end > s.begin && is_blank(s.end[-1]))
		s.end--;
	return s;
}

bool span_is(struct span s, const char *lower)
{
	for (const char *p = s.begin; p < s.end; p++, lower++)
		if (*lower == '\0' || to_lower(*p) != *lower)
			return false;
	return *lower == '\0';
}

bool span_starts(struct span s, const char *prefix)
{
	size_t length = strlen(prefix);

	return span_length(s) >= length && memcmp(s.begin, prefix, length) == 0;
}

bool span_equal(struct span a, struct span b)
{
	return span_length(a) == span_length(b) && memcmp(a.begin, b.begin, span_length(a)) == 0;
}

bool span_contains(struct span s, const char *text)
{
	size_t length = strlen(text);
	const char *p = s.begin;

	/* By its last character, which is rarer in assembly text than a dot or an `a`. */
	while ((p = memchr(p, text[length - 1], (size_t)(s.end - p)))) {
		p++;
		if ((size_t)(p - s.begin) >= length && memcmp(p - length, text, length) == 0)
			return true;
	}
	return false;
}

bool span_has_argument(struct span s)
{
	return memchr(s.begin, '\\', span_length(s)) != NULL;
}

static void buffer_reserve(struct buffer *b, size_t more)
{
	size_t capacity = b->capacity ? b->capacity : 65536;

	if (b->capacity - b->size >= more)
		return;
	while (capacity - b->size < more)
		capacity *= 2;
	b->data = realloc(b->data, capacity);
	if (!b->data)
		die("out of memory");
	b->capacity = capacity;
}

void buffer_bytes(struct buffer *b, const char *data, size_t size)
{
	if (size == 0)
		return;
	buffer_reserve(b, size);
	memcpy(b->data + b->size, data, size);
	b->size += size;
}

void buffer_text(struct buffer *b, const char *text)
{
	buffer_bytes(b, text, strlen(text));
}

void buffer_number(struct buffer *b, unsigned long value)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buffer_bytes(b, digits + at, sizeof(digits) - at);
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){0};
}
