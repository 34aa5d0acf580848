/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share_server.h - the program that serves a folder of the host: virtiofsd, in a process that sees
 * nothing but this folder.
 *
 * Invariant: it ends with the launcher, however that ends.
 */
#ifndef LAUNCH_SHARE_SERVER_H
#define LAUNCH_SHARE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

/* What --share asks for. */
struct share_option {
	char *directory;
	const char *tag;
	bool read_only;
	bool fixed; /* nobody changes the folder meanwhile: the guest may keep what it has seen */
};

struct share_server {
	pid_t process; /* leader of a group of its own; 0: none */
	int socket;    /* connected to it; whoever gets it closes it */
};

/*
 * Starts it. Ends the launcher with a message: code 2 if the folder cannot be shared, 3 if there is
 * no such program or the host does not let it be locked up.
 */
void share_server_start(struct share_server *server, const struct share_option *option);

/*
 * This process becomes it, and waits on a socket of this name, which is new. Says "ready" on
 * standard output before that; ends with a message as share_server_start() does.
 */
_Noreturn void share_server_become(const struct share_option *option, const char *socket);

/* Kills and reaps it, with all processes that it has left. Nothing touches guest memory any more.
 */
void share_server_end(struct share_server *server);

#endif
