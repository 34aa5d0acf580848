/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - prints messages, and finds the files of the installation.
 *
 * Invariant: paths begin at /proc/self/exe, so an installed tree can be moved as a whole.
 */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int complain(const char *command, const char *file, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "afterburn%s%s: ", command ? " " : "", command ? command : "");
	if (file)
		fprintf(stderr, "%s: ", file);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_TROUBLE;
}

int bad_usage(const char *command)
{
	fprintf(stderr, "Try 'afterburn%s%s --help'.\n", command ? " " : "",
		command ? command : "");
	return EXIT_TROUBLE;
}

int finish_output(const char *command, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	return complain(command, NULL, "cannot write the output: %s", strerror(errno));
}

/* Cuts the last `count` components off. */
static int cut(char *path, int count)
{
	while (count-- > 0) {
		char *slash = strrchr(path, '/');

		if (!slash)
			return -1;
		*slash = '\0';
	}
	return 0;
}

int tool_path(char *path, unsigned long size, const char *relative)
{
	static const char deep[] = "/libexec/afterburner/commands/";
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *inside;
	int written;

	if (length < 0)
		return -1;
	self[length] = '\0';
	inside = strstr(self, deep);
	if (cut(self, inside && !strchr(inside + strlen(deep), '/') ? 4 : 2) < 0)
		return -1;
	written = snprintf(path, size, "%s/%s", self, relative);
	return written < 0 || (unsigned long)written >= size ? -1 : 0;
}
