/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_socket.c - see server_socket.h.
 *
 * Invariant: the folder in which the socket has its name is the user's alone, and is gone on
 * return.
 */
#include "server_socket.h"
#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Binds, listens, connects, and takes the name away again. */
static bool make_sockets(const char *folder, int *listening, int *connected)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	bool done;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/s", folder);
	*listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	done = *listening >= 0 && *connected >= 0 &&
	       bind(*listening, (struct sockaddr *)&name, sizeof(name)) == 0 &&
	       listen(*listening, 1) == 0 &&
	       connect(*connected, (struct sockaddr *)&name, sizeof(name)) == 0;
	unlink(name.sun_path);
	return done;
}

int server_socket_open(const char *what, int *connected)
{
	char folder[] = "/tmp/afterburn-share.XXXXXX";
	int listening = -1, error;

	*connected = -1;
	if (!mkdtemp(folder))
		die(END_PLATFORM, "no folder can be made in /tmp for a socket: %s",
		    strerror(errno));
	if (make_sockets(folder, &listening, connected)) {
		rmdir(folder);
		return listening;
	}
	error = errno;
	rmdir(folder);
	die(END_PLATFORM, "the host gives no socket for %s: %s", what, strerror(error));
}
