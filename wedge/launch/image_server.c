/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_server.c - see image_server.h.
 *
 * Invariant: the program has no descriptor of the launcher's but the socket, and no terminal.
 */
#include "image_server.h"
#include "devices.h"
#include "launcher.h"
#include "program.h"
#include "server_socket.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ms for a reply: a host's disk may have other work to do. For the end of the program. */
enum { REPLY_WAIT = 20000, END_WAIT = 5000 };

/* Bytes of an argument; a path may be one comma after the other, and each becomes two. */
enum { ARGUMENT = 2 * 4096 + 128 };

#define PROGRAM "qemu-storage-daemon"

/* A comma separates options, two are one. */
static void add_path(char *to, size_t room, const char *path)
{
	size_t used = strlen(to);

	for (; *path && used + 3 < room; path++) {
		to[used++] = *path;
		if (*path == ',')
			to[used++] = ',';
	}
	to[used] = '\0';
}

static bool is_device(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISBLK(status.st_mode);
}

static void start(struct program *program, const struct image_option *option, int listening)
{
	bool reads = option->read_only || option->cow;
	char file[ARGUMENT], disk[128];
	const char *arguments[] = {PROGRAM,
				   "--blockdev",
				   file,
				   "--blockdev",
				   disk,
				   "--nbd-server",
				   "addr.type=fd,addr.str=3,max-connections=1",
				   "--export",
				   reads ? "type=nbd,id=disk,node-name=disk"
					 : "type=nbd,id=disk,node-name=disk,writable=on",
				   NULL};

	snprintf(file, sizeof(file),
		 "driver=%s,node-name=file,read-only=%s,discard=unmap,filename=",
		 is_device(option->path) ? "host_device" : "file", reads ? "on" : "off");
	add_path(file, sizeof(file), option->path);
	snprintf(disk, sizeof(disk),
		 "driver=%s,node-name=disk,file=file,read-only=%s,discard=unmap", option->format,
		 reads ? "on" : "off");
	program_start(program, arguments, &listening, 1, SIGTERM);
}

static _Noreturn void refuse(struct program *program, const struct image_option *option, int error)
{
	if (error != EPIPE)
		die(END_PLATFORM, "the program that reads the disk '%s' cannot be used: %s",
		    option->path, strerror(error));
	if (program_was_missing(program))
		die(END_PLATFORM,
		    PROGRAM " not found: install the package qemu-system-common, or convert '%s' "
			    "(qemu-img convert -O raw)",
		    option->path);
	die(END_USAGE, "the disk '%s' cannot be used as %s: %s", option->path, option->format,
	    program_words(program, NULL));
}

void image_server_start(struct image_server *server, const struct image_option *option)
{
	struct program program;
	int listening, error;

	*server = (struct image_server){.nbd.wait = REPLY_WAIT, .nbd.hurries = devices_ending};
	listening = server_socket_open("--disk", &server->nbd.socket);
	start(&program, option, listening);
	close(listening);
	server->process = program.process;
	error = nbd_open(&server->nbd, "disk");
	if (error)
		refuse(&program, option, error);
	program_close(&program);
}

void image_server_look(struct image_server *server, const struct image_option *option)
{
	int error = server->nbd.error;

	if (!error || server->said)
		return;
	server->said = true;
	say("the program that reads the disk '%s' %s: the guest's requests to it fail from now on",
	    option->path,
	    error == EPIPE	 ? "has ended"
	    : error == ETIMEDOUT ? "does not answer"
				 : "makes no sense");
}

void image_server_end(struct image_server *server)
{
	bool lost = server->nbd.error;

	if (server->process <= 0)
		return;
	nbd_close(&server->nbd);
	close(server->nbd.socket);
	program_end(server->process, lost ? 0 : END_WAIT);
	server->process = 0;
}
