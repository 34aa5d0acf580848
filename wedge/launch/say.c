/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * say.c - messages, and the clock.
 *
 * Invariant: a message is one write, so that those of many launchers do not mix.
 */
#include "launcher.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say_list(const char *format, va_list list)
{
	static const char prefix[] = "afterburn run: ";
	char line[1024];
	size_t used = sizeof(prefix) - 1;
	int length;

	memcpy(line, prefix, used);
	length = vsnprintf(line + used, sizeof(line) - used - 1, format, list);
	used += length < 0 ? 0 : (size_t)length;
	if (used > sizeof(line) - 2)
		used = sizeof(line) - 2;
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return; /* standard error is closed */
}

void say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
}

void die(int code, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
	exit(code);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
