/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * realas.c - find the real assembler and run it.
 *
 * The text goes to it through a memory file as standard input: no temporary name that could get
 * into the object, no pipe to fall out of step with.
 *
 * Invariant: whatever way the real assembler ends, our exit status is 0 only if its own was.
 */
#include "realas.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Set for what we run: should it be another copy of this program, it must not annotate again. */
#define NESTED "AFTERBURN_NESTED"

static bool runnable(const char *path, struct stat *status)
{
	return access(path, X_OK) == 0 && stat(path, status) == 0 && S_ISREG(status->st_mode);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * The first `as` in the folders, separated by colons, that is not this program.
 * @behind: take none before this program itself, so that copies of it do not call each other
 */
static const char *find_in(const char *folders, const struct stat *self, bool behind)
{
	static char path[4096];

	while (folders && *folders) {
		size_t length = strcspn(folders, ":");
		struct stat status;

		if (length > 0 && length + sizeof("/as") <= sizeof(path)) {
			memcpy(path, folders, length);
			memcpy(path + length, "/as", sizeof("/as"));
			if (runnable(path, &status)) {
				if (same_file(&status, self))
					behind = false;
				else if (!behind)
					return path;
			}
		}
		folders += length;
		folders += *folders == ':';
	}
	return NULL;
}

/* Which file are we? Without /proc, the name that we were started by tells. */
static void find_self(struct stat *self)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	if (stat("/proc/self/exe", self) != 0 && (!name || stat(name, self) != 0))
		die("cannot find out which program this is: %s", strerror(errno));
}

static const char *find_given(const char *given, const struct stat *self)
{
	struct stat status;

	if (!runnable(given, &status) || same_file(&status, self))
		die("AFTERBURN_AS=%s is not an assembler that can be run; name the real as", given);
	return given;
}

const char *realas_find(void)
{
	const char *given = getenv("AFTERBURN_AS"), *found;
	struct stat self;

	find_self(&self);
	if (given && *given)
		return find_given(given, &self);
	found = find_in(getenv("PATH"), &self, getenv(NESTED) != NULL);
	if (!found)
		found = find_in("/usr/bin:/usr/local/bin:/bin", &self, false);
	if (!found)
		die("no real as in PATH; install binutils, or name it in AFTERBURN_AS");
	return found;
}

static void turn_off_copies(void)
{
	setenv("AFTERBURN", "off", 1);
	setenv(NESTED, "1", 1);
}

void realas_exec(const char *path, char **argv)
{
	turn_off_copies();
	execv(path, argv);
	die("cannot run %s: %s", path, strerror(errno));
}

static bool write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		data += done;
		size -= (size_t)done;
	}
	return true;
}

/* A file without a name on disk, for systems without memfd_create. */
static int unnamed_file(void)
{
	char path[] = "/tmp/afterburner-XXXXXX";
	int fd = mkstemp(path);

	if (fd >= 0)
		unlink(path);
	return fd;
}

int realas_text_fd(const char *text, size_t size)
{
	int fd = memfd_create("afterburner", MFD_CLOEXEC);

	/* A limit on file sizes holds here, too: an error to report, not a signal to die of. */
	signal(SIGXFSZ, SIG_IGN);
	if (fd < 0)
		fd = unnamed_file();
	if (fd < 0)
		die("cannot make a temporary file: %s", strerror(errno));
	if (!write_all(fd, text, size) || lseek(fd, 0, SEEK_SET) != 0)
		die("cannot write a temporary file: %s", strerror(errno));
	signal(SIGXFSZ, SIG_DFL);
	return fd;
}

static void print(const char *data, size_t size)
{
	/* If standard error is gone there is nobody to tell; the real as must still end. */
	(void)!write_all(STDERR_FILENO, data, size);
}

/* Pass the complete lines from `from` on, with the user's name for the input. */
static void print_lines(const struct buffer *messages, size_t *from, const char *name)
{
	static const char own_name[] = "{standard input}:";
	const size_t length = sizeof(own_name) - 2, folder = strlen(REALAS_STDIN) - length;

	for (;;) {
		const char *line = messages->data + *from;
		const char *end = memchr(line, '\n', messages->size - *from);

		if (!end)
			return;
		*from += (size_t)(end + 1 - line);
		if (name && (size_t)(end - line) > length &&
		    memcmp(line, own_name, length + 1) == 0) {
			print(name, strlen(name));
			line += length;
		} else if ((size_t)(end - line) > folder + length &&
			   memcmp(line, REALAS_STDIN ":", folder + length + 1) == 0) {
			line += folder;
		}
		print(line, (size_t)(end + 1 - line));
	}
}

/* Pass the messages on as they come, and keep them. */
static void relay(int fd, const char *name, struct buffer *messages)
{
	char block[4096];
	size_t printed = 0;

	for (;;) {
		ssize_t got = read(fd, block, sizeof(block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		buffer_bytes(messages, block, (size_t)got);
		print_lines(messages, &printed, name);
	}
	if (printed < messages->size)
		print(messages->data + printed, messages->size - printed);
}

static void redirect(posix_spawn_file_actions_t *actions, int from, int to)
{
	if (from >= 0)
		posix_spawn_file_actions_adddup2(actions, from, to);
}

pid_t realas_start(const char *path, char **argv, int text, int messages, int output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int failed;

	posix_spawn_file_actions_init(&actions);
	redirect(&actions, text, STDIN_FILENO);
	redirect(&actions, messages, STDERR_FILENO);
	redirect(&actions, output, STDOUT_FILENO);
	turn_off_copies();
	failed = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (failed)
		die("cannot run %s: %s", path, strerror(failed));
	return pid;
}

int realas_wait(const char *path, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("cannot wait for %s: %s", path, strerror(errno));
	if (WIFSIGNALED(status)) {
		error("%s died of signal %d (%s)", path, WTERMSIG(status),
		      strsignal(WTERMSIG(status)));
		return 1;
	}
	return WEXITSTATUS(status);
}

int realas_run(const char *path, char **argv, const struct buffer *text, const char *name,
	       struct buffer *messages)
{
	int ends[2], fd = realas_text_fd(text->data, text->size);
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		die("cannot make a pipe: %s", strerror(errno));
	pid = realas_start(path, argv, fd, ends[1], -1);
	close(ends[1]);
	close(fd);
	relay(ends[0], name, messages);
	close(ends[0]);
	return realas_wait(path, pid);
}

bool realas_accepts(const char *path, char **argv)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC), count = 0, status;
	char **words;

	while (argv[count])
		count++;
	words = calloc((size_t)count + 2, sizeof(*words));
	if (!words || nowhere < 0)
		return false;
	memcpy(words, argv, (size_t)count * sizeof(*words));
	words[count] = "-o/dev/null";
	status = realas_wait(path, realas_start(path, words, -1, nowhere, nowhere));
	free(words);
	close(nowhere);
	return status == 0;
}
