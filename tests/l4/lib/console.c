/*
 * Text on COM1, by polling: the line is the same for every thread.
 *
 * Invariant: a character is written only when the transmitter can take it.
 */
#include <stdarg.h>
#include "console.h"

#define COM1	  0x3f8
#define LSR	  (COM1 + 5)
#define LSR_READY 0x20
#define LSR_IDLE  0x40
#define EXIT_PORT 0xf4

static void put(char c)
{
	while (!(in8(LSR) & LSR_READY))
		;
	out8(COM1, (uint8_t)c);
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

static void put_number(word value, word base)
{
	char digits[12];
	int n = 0;
	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put(digits[--n]);
}

static void put_signed(int value)
{
	if (value < 0)
		put('-');
	put_number(value < 0 ? -(word)value : (word)value, 10);
}

void say(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_text(va_arg(list, const char *));
			break;
		case 'd':
			put_signed(va_arg(list, int));
			break;
		default:
			put_number(va_arg(list, word), 16);
		}
	}
	va_end(list);
}

_Noreturn void leave(void)
{
	while (!(in8(LSR) & LSR_IDLE))
		;
	out8(EXIT_PORT, 0);
	for (;;)
		;
}
