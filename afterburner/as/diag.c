/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diag.c - our own messages.
 *
 * Invariant: one message is one write, so that messages of parallel compilations do not mix.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void print(const char *format, va_list arguments)
{
	static const char head[] = "as: error: ";
	char text[4096];
	int length = snprintf(text, sizeof(text), "%s", head);
	int more = vsnprintf(text + length, sizeof(text) - (size_t)length - 1, format, arguments);

	if (more < 0)
		more = 0;
	length += more;
	if ((size_t)length > sizeof(text) - 2)
		length = sizeof(text) - 2;
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, (size_t)length) < 0)
		return; /* nobody left to tell */
}

void error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
	exit(1);
}
