/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.c - see result.h.
 *
 * Invariant: of the guest's text only printable characters get out.
 */
#include "result.h"
#include "launcher.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512 };

static void read_sector(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : pread(fd, text, SECTOR, 0);

	if (fd >= 0)
		close(fd);
	text[size < 0 ? 0 : size] = '\0';
	for (char *at = text; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
}

int result_code(const char *path)
{
	static const char status[] = "status ", error[] = "error ";
	char text[SECTOR + 1], *end;
	long code;

	read_sector(path, text);
	if (strncmp(text, status, strlen(status)) == 0) {
		code = strtol(text + strlen(status), &end, 10);
		if (end != text + strlen(status) && !*end && code >= 0 && code <= 255)
			return (int)code;
	}
	if (strncmp(text, error, strlen(error)) == 0)
		say("the guest could not run the command: %s", text + strlen(error));
	else
		say("the guest ended before the command did");
	return END_CRASH;
}
