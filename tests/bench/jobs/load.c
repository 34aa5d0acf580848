/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load: a load generator for a web server on this machine.
 *
 *   load PORT CONNECTIONS REQUESTS ROOT FILE...
 *
 * Asks 127.0.0.1:PORT for the FILEs in turn, REQUESTS times in all, on CONNECTIONS connections at
 * a time, a new one for each request (HTTP/1.0), and compares each reply with the file below ROOT.
 *   load PORT                 only waits, at most ten seconds, until the server accepts
 *
 * Invariant: exit code 0 means that every request got exactly the status 200 and its file.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64u
#define MAX_REQUESTS	1000000u
#define MAX_HEAD	1024u
#define PATIENCE_MS	10000

struct file {
	const char *name, *content;
	size_t size;
};

/* A request on its way. What came is compared as it comes: head first, then CHECKED bytes. */
struct request {
	const struct file *file;
	char head[MAX_HEAD + 1];
	size_t head_size, checked;
	int in_body;
};

static struct sockaddr_in server;
static struct request requests[MAX_CONNECTIONS];
static struct pollfd sockets[MAX_CONNECTIONS];

static _Noreturn void die(const char *what, const char *detail)
{
	fprintf(stderr, "load: %s: %s\n", what, detail);
	exit(1);
}

static unsigned number(const char *word, unsigned max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || n == 0 || n > max) {
		fprintf(stderr, "load: '%s' is no whole number from 1 to %u\n", word, max);
		exit(2);
	}
	return (unsigned)n;
}

static struct file open_file(const char *root, const char *name)
{
	struct file file = {.name = name, .content = ""};
	char path[PATH_MAX];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		die(path, strerror(errno));
	file.size = (size_t)st.st_size;
	if (file.size != 0)
		file.content = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (file.content == MAP_FAILED)
		die(path, strerror(errno));
	close(fd);
	return file;
}

/* A connected socket, or -1 with errno. */
static int connect_once(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&server, sizeof(server)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Until the server is done with a connection that asks for nothing. */
static void say_goodbye(int fd)
{
	char byte;

	shutdown(fd, SHUT_WR);
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
}

static void wait_for_server(void)
{
	for (int turn = 0; turn < PATIENCE_MS / 10; turn++) {
		int fd = connect_once();

		if (fd >= 0) {
			say_goodbye(fd);
			return;
		}
		usleep(10000);
	}
	die("no server answers", strerror(errno));
}

static void start(unsigned slot, const struct file *file)
{
	struct request *r = &requests[slot];
	char line[PATH_MAX + 64];
	int length = snprintf(line, sizeof(line), "GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n",
			      file->name);

	r->file = file;
	r->head_size = 0;
	r->checked = 0;
	r->in_body = 0;
	sockets[slot].fd = connect_once();
	sockets[slot].events = POLLIN;
	if (sockets[slot].fd < 0)
		die("connect", strerror(errno));
	if (send(sockets[slot].fd, line, (size_t)length, MSG_NOSIGNAL) != length)
		die("send", strerror(errno));
}

static void take_body(struct request *r, const char *bytes, size_t size)
{
	if (size > r->file->size - r->checked ||
	    memcmp(r->file->content + r->checked, bytes, size) != 0)
		die(r->file->name, "the reply is not the file");
	r->checked += size;
}

static void take_head(struct request *r, const char *bytes, size_t size)
{
	size_t room = MAX_HEAD - r->head_size, taken = size < room ? size : room;
	char *end;

	memcpy(r->head + r->head_size, bytes, taken);
	r->head_size += taken;
	r->head[r->head_size] = 0;
	end = strstr(r->head, "\r\n\r\n");
	if (!end && r->head_size == MAX_HEAD)
		die(r->file->name, "the reply's head has no end");
	if (!end)
		return;
	if (strncmp(r->head, "HTTP/1.", 7) != 0 || strncmp(r->head + 8, " 200 ", 5) != 0)
		die(r->file->name, "the reply's status is not 200");
	r->in_body = 1;
	end += 4;
	take_body(r, end, (size_t)(r->head + r->head_size - end));
	take_body(r, bytes + taken, size - taken);
}

/* Reads what is there; returns whether the reply is complete. */
static int receive(unsigned slot)
{
	static char buffer[65536];
	struct request *r = &requests[slot];
	ssize_t got = recv(sockets[slot].fd, buffer, sizeof(buffer), 0);

	if (got < 0)
		die(r->file->name, strerror(errno));
	if (got > 0) {
		(r->in_body ? take_body : take_head)(r, buffer, (size_t)got);
		return 0;
	}
	if (!r->in_body || r->checked != r->file->size)
		die(r->file->name, "the reply ends early");
	close(sockets[slot].fd);
	return 1;
}

static void load(unsigned connections, unsigned count, const struct file *files, unsigned nr_files)
{
	unsigned started = 0, ended = 0;

	for (; started < connections && started < count; started++)
		start(started, &files[started % nr_files]);
	while (ended < count) {
		if (poll(sockets, connections, PATIENCE_MS) <= 0)
			die("no reply", "ten seconds");
		for (unsigned slot = 0; slot < connections; slot++) {
			if (!sockets[slot].revents || !receive(slot))
				continue;
			ended++;
			sockets[slot].fd = -1;
			if (started < count)
				start(slot, &files[started++ % nr_files]);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned connections, nr_files = argc > 5 ? (unsigned)argc - 5 : 0;
	struct file *files;

	if (argc != 2 && !nr_files) {
		fprintf(stderr, "usage: load PORT [CONNECTIONS REQUESTS ROOT FILE...]\n");
		return 2;
	}
	server.sin_family = AF_INET;
	server.sin_port = htons((uint16_t)number(argv[1], 65535));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc == 2) {
		wait_for_server();
		return 0;
	}
	connections = number(argv[2], MAX_CONNECTIONS);
	files = calloc(nr_files, sizeof(*files));
	if (!files)
		die("memory", strerror(errno));
	for (unsigned i = 0; i < nr_files; i++)
		files[i] = open_file(argv[4], argv[5 + i]);
	for (unsigned i = 0; i < MAX_CONNECTIONS; i++)
		sockets[i].fd = -1;
	load(connections, number(argv[3], MAX_REQUESTS), files, nr_files);
	free(files);
	return 0;
}
