/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shares.c - see shares.h.
 *
 * If the program ends, does not answer or answers nonsense, it is killed; the guest's requests then
 * fail, those that were under way too, and the guest goes on.
 *
 * Invariant: what a share's thread uses of it, no other thread writes while it runs.
 */
#include "shares.h"
#include "devices.h"
#include "relay.h"
#include "share_server.h"

#include <wedge/dev/virtio_fs.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ms for a reply. At its start the program makes its namespaces first. */
enum { REPLY_WAIT = 5000 };

struct share {
	const struct share_option *option;
	struct share_server server;
	struct relay relay;
	bool lost;
	struct virtio_chain chain;
};

static struct share shares[LAUNCH_SHARES_MAX];
static unsigned int count;

/* ---- the command line ---- */

static bool is_tag(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			return false;
	return length >= 1 && length <= VIRTIO_FS_TAG;
}

static bool take_word(struct share_option *option, const char *word)
{
	if (strcmp(word, "ro") == 0)
		option->read_only = true;
	else if (strcmp(word, "fixed") == 0)
		option->fixed = true;
	else
		return false;
	return true;
}

static const char *usual_tag(unsigned int number)
{
	static char tags[LAUNCH_SHARES_MAX][16];

	snprintf(tags[number], sizeof(tags[number]), "share%u", number);
	return tags[number];
}

static void check_tag(const struct options *options, const struct share_option *option)
{
	if (!is_tag(option->tag))
		die(END_USAGE,
		    "--share: a tag has 1 to %d letters, digits, '.', '_' or '-', not '%s'",
		    VIRTIO_FS_TAG, option->tag);
	for (unsigned int i = 0; i < options->shares; i++)
		if (strcmp(options->share[i].tag, option->tag) == 0)
			die(END_USAGE, "--share: two folders have the tag '%s'", option->tag);
}

void shares_parse(struct options *options, const char *text)
{
	struct share_option option = {.directory = strdup(text)};
	char *end;

	if (options->shares == LAUNCH_SHARES_MAX)
		die(END_USAGE, "a guest has at most %d shared folders", LAUNCH_SHARES_MAX);
	if (!option.directory)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(errno));
	while ((end = strrchr(option.directory, ',')) && take_word(&option, end + 1))
		*end = '\0';
	end = strrchr(option.directory, ':');
	option.tag = end ? end + 1 : usual_tag(options->shares);
	if (end)
		*end = '\0';
	if (!*option.directory)
		die(END_USAGE, "--share needs a folder, not '%s'", text);
	check_tag(options, &option);
	options->share[options->shares++] = option;
}

/* ---- the device ---- */

/* `server`: whose rings were served, or NULL. */
static void lose(struct share *s, struct virtio_server *server, int error)
{
	s->lost = true;
	share_server_end(&s->server);
	relay_close(&s->relay);
	say("the program that shares '%s' %s: the guest's requests to it fail from now on",
	    s->option->directory,
	    error == EPIPE	 ? "has ended"
	    : error == ETIMEDOUT ? "does not answer"
				 : "makes no sense");
	if (server)
		virtio_fs_take_over(server);
}

static void serve(void *model, struct virtio_server *server)
{
	struct share *s = model;
	int error = 0;

	if (!s->lost && !s->relay.started)
		error = relay_start(&s->relay, server);
	if (error == EINVAL && !s->relay.started) {
		virtio_server_break(server);
		return;
	}
	if (!s->lost && !error)
		error = relay_move(&s->relay, server);
	if (error)
		lose(s, server, error);
	if (s->lost)
		virtio_fs_refuse(server, &s->chain);
}

static unsigned int input(void *model, struct pollfd *polls)
{
	const struct share *s = model;

	*polls = (struct pollfd){.fd = s->relay.input, .events = POLLIN};
	return s->lost ? 0 : 1;
}

static void stop(void *model)
{
	struct share *s = model;
	int error = relay_stop(&s->relay);

	if (error)
		lose(s, NULL, error);
}

static const struct device_kind kind = {.serve = serve, .others = input, .stop = stop};

static _Noreturn void die_of(const struct share *s, int error)
{
	die(END_PLATFORM, "the program that shares '%s' %s%s", s->option->directory,
	    error == EPIPE	 ? "has ended at its start"
	    : error == ETIMEDOUT ? "does not answer"
				 : "cannot be used: ",
	    error == EPIPE || error == ETIMEDOUT ? "" : strerror(error));
}

void shares_open(const struct options *options)
{
	struct virtio_identity identity;
	int error;

	/* Whatever refuses the guest later: a program that is left alone would complain. */
	if (options->shares && atexit(shares_close) != 0)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(ENOMEM));
	for (count = 0; count < options->shares; count++) {
		struct share *s = &shares[count];

		s->option = &options->share[count];
		share_server_start(&s->server, s->option);
		error = relay_open(&s->relay, s->server.socket, VIRTIO_FS_QUEUES, REPLY_WAIT);
		if (error)
			die_of(s, error);
		if (!(s->relay.link.features & VIRTIO_FEATURE_VERSION_1))
			die_of(s, ENOTSUP);
		virtio_fs_identity(s->option->tag, s->relay.link.features, &identity);
		devices_add(&kind, s, &identity);
	}
}

void shares_memory(int fd, uint64_t bytes)
{
	for (unsigned int i = 0; i < count; i++) {
		int error = vhost_user_memory(&shares[i].relay.link, fd, bytes);

		if (error)
			die_of(&shares[i], error);
	}
}

void shares_close(void)
{
	for (unsigned int i = 0; i < count; i++) {
		share_server_end(&shares[i].server);
		relay_close(&shares[i].relay);
	}
	count = 0;
}
