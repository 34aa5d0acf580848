/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pty.c - runs a command in the foreground of a terminal of its own, as a shell would, and does
 * what its arguments say:
 *
 *   pty ACTION... -- COMMAND ARGUMENT...
 *
 *   expect:TEXT  TEXT is printed              raw, cooked  the terminal is so, or becomes so soon
 *   send:TEXT    keys; %XX is a byte          kill:N       a signal for the command
 *   exit:N       it ends with code N          signal:N     it ends by signal N
 *   stopped      it is stopped                continue     as the shell's fg does
 *   hangup       the terminal goes away       ended        the command has ended somehow
 *   paste:FILE   keys, as fast as they go     patience:N   seconds for each action from here on
 *   size:RxC     rows and columns, which are 24 and 80 at first
 *
 * Invariant: each action has ten seconds if nothing else is said; the first that fails ends the
 * program with code 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

enum { STEP_MS = 10, SEEN = 1 << 20 };

static int master, orders, limit_ms = 10000;
static pid_t shell, command;
static struct termios before;
static char seen[SEEN];
static size_t seen_size, seen_from;

static _Noreturn void fail(const char *action, const char *why)
{
	printf("%s: %s\nseen:\n%.*s\n", action, why, (int)(seen_size - seen_from),
	       seen + seen_from);
	if (command > 0)
		kill(command, SIGKILL);
	if (shell > 0)
		kill(shell, SIGKILL);
	exit(1);
}

/* The session's leader: starts the command in the foreground, and again at each order. */
static _Noreturn void be_shell(int from, int to, char **argv)
{
	char order;
	pid_t pid = fork();

	signal(SIGTTOU, SIG_IGN);
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid());
		signal(SIGTTOU, SIG_DFL);
		close(from);
		close(to);
		execvp(argv[0], argv);
		_exit(127);
	}
	setpgid(pid, pid);
	if (write(to, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	while (read(from, &order, 1) == 1) {
		tcsetpgrp(STDIN_FILENO, pid);
		kill(-pid, SIGCONT);
	}
	_exit(0);
}

static void start(char **argv)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 80};
	int ends[2], answer[2], slave;

	if (openpty(&master, &slave, NULL, NULL, &size) < 0 || pipe(ends) < 0 || pipe(answer) < 0)
		fail("start", strerror(errno));
	tcgetattr(slave, &before);
	shell = fork();
	if (shell == 0) {
		close(master);
		close(ends[1]);
		close(answer[0]);
		login_tty(slave);
		be_shell(ends[0], answer[1], argv);
	}
	close(slave);
	close(ends[0]);
	orders = ends[1];
	if (read(answer[0], &command, sizeof(command)) != sizeof(command))
		fail("start", "no process came");
}

/* Takes what the terminal shows; waits for it at most a step. */
static void look(void)
{
	struct pollfd poll_master = {.fd = master, .events = POLLIN};
	ssize_t size;

	if (master < 0 || poll(&poll_master, 1, STEP_MS) <= 0 || seen_size == SEEN) {
		usleep(STEP_MS * 1000);
		return;
	}
	size = read(master, seen + seen_size, SEEN - seen_size);
	if (size > 0)
		seen_size += (size_t)size;
}

static bool expected(const char *text)
{
	char *at = memmem(seen + seen_from, seen_size - seen_from, text, strlen(text));

	if (at)
		seen_from = (size_t)(at - seen) + strlen(text);
	return at;
}

static bool is_state(bool raw)
{
	struct termios now;

	if (tcgetattr(master, &now) < 0)
		return false;
	if (raw)
		return !(now.c_lflag & (ICANON | ECHO | ISIG));
	return now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag &&
	       now.c_oflag == before.c_oflag && now.c_cflag == before.c_cflag &&
	       memcmp(now.c_cc, before.c_cc, sizeof(now.c_cc)) == 0;
}

/* A field of the command's line in /proc: its state, or 0 when it is gone. */
static char state(void)
{
	char path[64], found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", command);
	file = fopen(path, "r");
	if (file && fscanf(file, "%*d (%*[^)]) %c", &found) != 1)
		found = 0;
	if (file)
		fclose(file);
	return found;
}

/* The command's end, seen as a zombie that the shell has not waited for. */
static bool ended_with(const char *kind, int number)
{
	char path[64], line[1024] = "", *tail;
	int status = -1;
	FILE *file;

	if (state() != 'Z')
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", command);
	file = fopen(path, "r");
	if (!file || !fgets(line, sizeof(line), file))
		fail(kind, "the end cannot be read");
	fclose(file);
	tail = strrchr(line, ' '); /* the last field is the exit code, as of wait() */
	status = tail ? atoi(tail) : -1;
	if (kind[0] == 'e' ? !WIFEXITED(status) || WEXITSTATUS(status) != number
			   : !WIFSIGNALED(status) || WTERMSIG(status) != number) {
		snprintf(line, sizeof(line), "it ended with status 0x%x", (unsigned int)status);
		fail(kind, line);
	}
	return true;
}

static void send_keys(const char *text)
{
	while (*text) {
		char key = *text++;
		unsigned int byte;

		if (key == '%' && sscanf(text, "%2x", &byte) == 1) {
			key = (char)byte;
			text += 2;
		}
		if (write(master, &key, 1) != 1)
			fail("send", strerror(errno));
	}
}

/* Whoever pastes goes on looking: else neither side could write, once both have. */
static void paste(const char *path)
{
	int flags = fcntl(master, F_GETFL), file = open(path, O_RDONLY), turns = 0;
	char piece[4096];
	ssize_t size = 0, done;

	if (file < 0)
		fail(path, strerror(errno));
	fcntl(master, F_SETFL, flags | O_NONBLOCK);
	while (size || (size = read(file, piece, sizeof(piece))) > 0) {
		done = write(master, piece, (size_t)size);
		if (done < 0 && errno != EAGAIN)
			fail("paste", strerror(errno));
		turns = done > 0 ? 0 : turns + 1;
		if (turns > limit_ms / STEP_MS)
			fail("paste", "nobody takes it");
		size -= done > 0 ? done : 0;
		memmove(piece, piece + (done > 0 ? done : 0), (size_t)size);
		look();
	}
	fcntl(master, F_SETFL, flags);
	close(file);
}

static void set_size(const char *value)
{
	struct winsize size = {0};

	if (sscanf(value, "%hux%hu", &size.ws_row, &size.ws_col) != 2 ||
	    ioctl(master, TIOCSWINSZ, &size) < 0)
		fail("size", value);
}

/* What can be done at once; false if the action is one that waits. */
static bool do_at_once(const char *action, const char *value)
{
	if (strncmp(action, "send:", 5) == 0) {
		send_keys(value);
	} else if (strncmp(action, "paste:", 6) == 0) {
		paste(value);
	} else if (strncmp(action, "patience:", 9) == 0) {
		limit_ms = atoi(value) * 1000;
	} else if (strncmp(action, "size:", 5) == 0) {
		set_size(value);
	} else if (strncmp(action, "kill:", 5) == 0) {
		kill(command, atoi(value));
	} else if (strcmp(action, "continue") == 0) {
		if (write(orders, "", 1) != 1)
			fail(action, strerror(errno));
	} else if (strcmp(action, "hangup") == 0) {
		close(master);
		master = -1;
	} else {
		return false;
	}
	return true;
}

static bool is_true(const char *action, const char *value)
{
	if (strncmp(action, "expect:", 7) == 0)
		return expected(value);
	if (strcmp(action, "raw") == 0 || strcmp(action, "cooked") == 0)
		return is_state(action[0] == 'r');
	if (strcmp(action, "stopped") == 0)
		return state() == 'T';
	if (strncmp(action, "exit:", 5) == 0 || strncmp(action, "signal:", 7) == 0)
		return ended_with(action, atoi(value));
	if (strcmp(action, "ended") == 0)
		return state() == 0 || state() == 'Z';
	fail(action, "no such action");
}

static void act(const char *action)
{
	const char *value = strchr(action, ':');
	int turns = 0;

	value = value ? value + 1 : "";
	if (do_at_once(action, value))
		return;
	while (!is_true(action, value)) {
		if (turns++ == limit_ms / STEP_MS)
			fail(action, "not in time");
		look();
	}
}

int main(int argc, char **argv)
{
	int first = 1, split = 1;

	while (split < argc && strcmp(argv[split], "--") != 0)
		split++;
	if (split + 1 >= argc) {
		fputs("usage: pty ACTION... -- COMMAND ARGUMENT...\n", stderr);
		return 2;
	}
	start(argv + split + 1);
	for (; first < split; first++)
		act(argv[first]);
	look();
	printf("%.*s\n", (int)seen_size, seen);
	if (command > 0 && state() != 'Z')
		kill(command, SIGKILL);
	kill(shell, SIGKILL);
	waitpid(shell, NULL, 0);
	return 0;
}
