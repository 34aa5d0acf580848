/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - formatted lines on the first serial port (console.h).
 *
 * Invariant: a character is written only when the transmitter says that it takes one.
 */
#include "console.h"
#include "micro.h"

enum { COM1 = 0x3f8, LINE_STATUS = 5, TRANSMITTER_EMPTY = 0x20 };

static void print_char(char c)
{
	while (!(inb(COM1 + LINE_STATUS) & TRANSMITTER_EMPTY))
		;
	outb(COM1, (uint8_t)c);
}

static void print_text(const char *text)
{
	while (*text)
		print_char(*text++);
}

static void print_number(word value, unsigned int base)
{
	char digits[21];
	unsigned int at = sizeof(digits);

	digits[--at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	print_text(digits + at);
}

static void print_signed(long value)
{
	if (value < 0)
		print_char('-');
	print_number(value < 0 ? 0 - (word)value : (word)value, 10);
}

/* One conversion, its letter at `letter`. */
static void print_argument(char letter, bool is_long, va_list *arguments)
{
	if (letter == 's')
		print_text(va_arg(*arguments, const char *));
	else if (letter == 'd')
		print_signed(is_long ? va_arg(*arguments, long) : va_arg(*arguments, int));
	else
		print_number(is_long ? va_arg(*arguments, unsigned long)
				     : va_arg(*arguments, unsigned int),
			     letter == 'x' ? 16 : 10);
}

void console_print_list(const char *format, va_list arguments)
{
	va_list list;

	va_copy(list, arguments);
	for (; *format; format++) {
		bool is_long;

		if (*format != '%') {
			print_char(*format);
			continue;
		}
		is_long = *++format == 'l';
		if (is_long)
			format++;
		print_argument(*format, is_long, &list);
	}
	va_end(list);
}

void console_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	console_print_list(format, arguments);
	va_end(arguments);
}
