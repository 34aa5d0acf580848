/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.c - the wedge's printf.
 *
 * Invariant: it never writes past the given size, and always ends the text with a NUL.
 */
#include <stdbool.h>
#include <stdint.h>
#include <wedge/lib.h>
#include <wedge/lib/muldiv.h>

struct sink {
	char *to;
	size_t size;
	size_t used;
};

static void put(struct sink *s, char c)
{
	if (s->used + 1 < s->size)
		s->to[s->used++] = c;
}

static void put_text(struct sink *s, const char *text)
{
	for (; *text; text++)
		put(s, *text);
}

/* A minus sign is part of the width. It stands in front of padding zeros, behind padding blanks. */
static void put_number(struct sink *s, bool negative, uint64_t value, unsigned int base,
		       unsigned int width, char fill)
{
	char digits[24];
	unsigned int n = 0;
	uint32_t digit;

	do {
		value = u64_div(value, base, &digit);
		digits[n++] = "0123456789abcdef"[digit];
	} while (value);
	if (negative && fill == '0') {
		put(s, '-');
		width -= width ? 1 : 0;
	} else if (negative) {
		digits[n++] = '-';
	}
	for (; width > n; width--)
		put(s, fill);
	while (n)
		put(s, digits[--n]);
}

/* The next argument, for a conversion with so many letters l. */
static int64_t signed_number(va_list *arguments, unsigned int longs)
{
	if (!longs)
		return va_arg(*arguments, int);
	return longs == 1 ? va_arg(*arguments, long) : va_arg(*arguments, long long);
}

static uint64_t unsigned_number(va_list *arguments, unsigned int longs)
{
	if (!longs)
		return va_arg(*arguments, unsigned int);
	return longs == 1 ? va_arg(*arguments, unsigned long)
			  : va_arg(*arguments, unsigned long long);
}

/* Carries out one conversion. `at` points behind the '%'; returns the first character behind it. */
static const char *convert(struct sink *s, const char *at, va_list *arguments)
{
	unsigned int width = 0, longs = 0;
	char fill = ' ';
	int64_t number;

	if (*at == '0') {
		fill = '0';
		at++;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		width = width * 10 + (unsigned int)(*at - '0');
	/* A size_t is as wide as a long on every width of x86. */
	for (; *at == 'l' || *at == 'z'; at++)
		longs++;
	switch (*at) {
	case 's':
		put_text(s, va_arg(*arguments, const char *));
		break;
	case 'c':
		put(s, (char)va_arg(*arguments, int));
		break;
	case 'd':
		number = signed_number(arguments, longs);
		put_number(s, number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10,
			   width, fill);
		break;
	case 'u':
	case 'x':
		put_number(s, false, unsigned_number(arguments, longs), *at == 'x' ? 16 : 10, width,
			   fill);
		break;
	case 'p':
		put_number(s, false, (uintptr_t)va_arg(*arguments, void *), 16, 2 * sizeof(void *),
			   '0');
		break;
	case '\0':
		return at;
	default:
		put(s, *at);
	}
	return at + 1;
}

size_t format_text(char *to, size_t size, const char *format, va_list arguments)
{
	struct sink s = {to, size, 0};
	va_list rest;

	va_copy(rest, arguments);
	while (*format) {
		if (*format == '%')
			format = convert(&s, format + 1, &rest);
		else
			put(&s, *format++);
	}
	va_end(rest);
	to[s.used] = '\0';
	return s.used;
}
