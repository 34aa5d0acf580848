/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_passt.c - see net_open.h. passt(1) is the other end of a pair of sockets. It gives the guest
 * the addresses that QEMU's user network gives, so that a guest finds the same on both.
 *
 * passt tells by its PID file that it is ready: here that is a pipe. If it ends before, the pipe
 * does too, and what it has written to standard error says why.
 *
 * Invariant: passt has been started whole, or the launcher ends.
 */
#include "net_open.h"
#include "launcher.h"
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than the 6 MiB that Linux' TCP has for what it receives (tcp_rmem). */
enum { SEND_ROOM = 8 << 20 };

/* Texts of arguments: the fixed ones, one more, two for each forward, and the end. */
enum { FIXED = 20, ARGUMENTS = FIXED + 1 + 2 * NET_FORWARDS_MAX + 1, FORWARD_CHARACTERS = 32 };

struct command {
	const char *argument[ARGUMENTS];
	char forward[NET_FORWARDS_MAX][FORWARD_CHARACTERS];
};

/* Descriptor 3 is the socket, 4 is where it tells that it is ready. */
static void make_command(struct command *c, const struct net_option *option)
{
	static const char *const fixed[] = {
		"passt", "--foreground", "--quiet",   "--one-off", "--fd",	    "3",
		"--pid", "/dev/fd/4",	 "--address", "10.0.2.15", "--netmask",	    "24",
		"-g",	 "10.0.2.2",	 "--dns",     "10.0.2.3",  "--dns-forward", "10.0.2.3",
		"--mtu", "65520",
	};
	unsigned int count = FIXED;

	_Static_assert(sizeof(fixed) / sizeof(fixed[0]) == FIXED, "all have room");
	_Static_assert(NET_PASST_MTU == 65520, "as above");
	memcpy(c->argument, fixed, sizeof(fixed));
	if (option->nohost)
		c->argument[count++] = "--no-map-gw";
	for (unsigned int i = 0; i < option->forwards; i++) {
		snprintf(c->forward[i], FORWARD_CHARACTERS, "127.0.0.1/%u:%u",
			 option->forward[i].host, option->forward[i].guest);
		c->argument[count++] = "--tcp-ports";
		c->argument[count++] = c->forward[i];
	}
	c->argument[count] = NULL;
}

static _Noreturn void say_why(struct program *passt)
{
	/* Complaints about the host's log, and that it gives up root's rights. */
	static const char *const noise[] = {"Failed to send", "Don't run as root", NULL};

	if (program_was_missing(passt))
		die(END_PLATFORM, "passt not found: install the package passt, or run without "
				  "--net user");
	die(END_PLATFORM, "passt, the guest's network, does not start: %s",
	    program_words(passt, noise));
}

/*
 * passt drops the frames that its socket has no room for, and its TCP then waits for seconds. What
 * it sends at once is what the guest's TCP lets it, which is more than a socket has room for at
 * first.
 */
static void make_room(int socket)
{
	const int bytes = SEND_ROOM;

	if (setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static void make_descriptors(int pair[2], int ready[2])
{
	/* passt opens its PID file when it is nobody any more. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    pipe2(ready, O_CLOEXEC) < 0 || fchmod(ready[1], 0666) < 0 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
		die(END_PLATFORM, "the host gives no descriptor for passt: %s", strerror(errno));
	make_room(pair[1]);
}

int net_open_passt(const struct net_option *option)
{
	static struct command command;
	struct program passt;
	int pair[2], ready[2];
	ssize_t got;
	char byte;

	make_command(&command, option);
	make_descriptors(pair, ready);
	program_start(&passt, command.argument, (int[]){pair[1], ready[1]}, 2, 0);
	close(pair[1]);
	close(ready[1]);
	while ((got = read(ready[0], &byte, 1)) < 0 && errno == EINTR)
		continue;
	if (got != 1)
		say_why(&passt);
	close(ready[0]);
	program_close(&passt);
	return pair[0];
}
