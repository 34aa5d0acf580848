/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - the guardian: a pipe whose other end only the launcher holds.
 *
 * It has a session of its own, so that no signal for the launcher's process group or terminal
 * reaches it, and holds nothing but the pipe and the terminal.
 *
 * Invariant: it ends when the launcher does, whichever way that happens.
 */
#include "guard.h"
#include "launcher.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the launcher tells; one write each, and the last one counts. */
struct order {
	pid_t group;
	bool raw, end;
};

static int pipe_to_guard = -1;
static pid_t guard;

static void clear_up(const struct order *order, const char *path)
{
	if (path)
		unlink(path);
	if (order->group > 0)
		kill(-order->group, SIGKILL);
	terminal.raw = order->raw;
	terminal_restore();
}

static _Noreturn void keep_guard(int from, const char *path)
{
	struct order order = {0}, next;
	ssize_t done;

	while (!order.end) {
		done = read(from, &next, sizeof(next));
		if (done < 0 && errno == EINTR)
			continue;
		if (done != sizeof(next))
			break;
		order = next;
	}
	if (!order.end)
		clear_up(&order, path);
	_exit(0);
}

static _Noreturn void become_guard(int from, const char *path)
{
	setsid();
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	prctl(PR_SET_NAME, "afterburn-guard");
	if (!terminal.there)
		close(STDIN_FILENO);
	dup2(from, STDOUT_FILENO);
	closefrom(STDERR_FILENO);
	keep_guard(STDOUT_FILENO, path);
}

void guard_start(const char *path)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		die(END_PLATFORM, "the host gives no pipe: %s", strerror(errno));
	guard = fork();
	if (guard < 0)
		die(END_PLATFORM, "the host gives no process: %s", strerror(errno));
	if (guard == 0) {
		close(ends[1]);
		become_guard(ends[0], path);
	}
	close(ends[0]);
	pipe_to_guard = ends[1];
}

static void give(const struct order *order)
{
	/* Killed: the launcher goes on without it (SIGPIPE is ignored). */
	if (write(pipe_to_guard, order, sizeof(*order)) < 0)
		return;
}

void guard_tell(pid_t group, bool raw)
{
	struct order order = {.group = group, .raw = raw};

	give(&order);
}

void guard_end(void)
{
	struct order order = {.end = true};

	give(&order);
	close(pipe_to_guard);
	while (waitpid(guard, NULL, 0) < 0 && errno == EINTR)
		continue;
}
