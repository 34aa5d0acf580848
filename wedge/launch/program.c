/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - see program.h.
 *
 * Invariant: between fork and exec only calls are made that a process of one thread may make.
 */
#include "program.h"
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_FD = 3, OUT_OF_THE_WAY = 64, FDS_MAX = 4, MISSING = 127, NS_PER_MS = 1000000 };

/* In the new process. */
static _Noreturn void become(const char *const *arguments, const int *fds, unsigned int count,
			     int words, int death, pid_t launcher)
{
	int moved[FDS_MAX];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, death);
	if (death && getppid() != launcher)
		_exit(END_PLATFORM);
	words = fcntl(words, F_DUPFD, OUT_OF_THE_WAY);
	for (unsigned int i = 0; i < count; i++)
		moved[i] = fcntl(fds[i], F_DUPFD, OUT_OF_THE_WAY);
	dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
	dup2(words, STDOUT_FILENO);
	dup2(words, STDERR_FILENO);
	for (unsigned int i = 0; i < count; i++)
		dup2(moved[i], FIRST_FD + (int)i);
	closefrom(FIRST_FD + (int)count);
	execvp(arguments[0], (char *const *)arguments);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(errno == ENOENT ? MISSING : 126);
}

void program_start(struct program *p, const char *const *arguments, const int *fds,
		   unsigned int count, int death)
{
	pid_t launcher = getpid();

	*p = (struct program){.words = memfd_create(arguments[0], MFD_CLOEXEC)};
	if (p->words < 0)
		die(END_PLATFORM, "the host gives no descriptor for %s: %s", arguments[0],
		    strerror(errno));
	p->process = fork();
	if (p->process < 0)
		die(END_PLATFORM, "the host gives no process for %s: %s", arguments[0],
		    strerror(errno));
	if (p->process == 0)
		become(arguments, fds, count, p->words, death, launcher);
}

static void reap(struct program *p)
{
	while (!p->ended && waitpid(p->process, &p->status, 0) < 0 && errno == EINTR)
		continue;
	p->ended = true;
}

bool program_was_missing(struct program *p)
{
	reap(p);
	return WIFEXITED(p->status) && WEXITSTATUS(p->status) == MISSING;
}

static bool is_noise(const char *line, const char *const *noise)
{
	for (; noise && *noise; noise++)
		if (strncmp(line, *noise, strlen(*noise)) == 0)
			return true;
	return false;
}

const char *program_words(struct program *p, const char *const *noise)
{
	static char text[4096];
	const char *last = "it says nothing";
	ssize_t length;

	reap(p);
	length = pread(p->words, text, sizeof(text) - 1, 0);
	text[length > 0 ? length : 0] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!is_noise(line, noise))
			last = line;
	return last;
}

void program_close(struct program *p)
{
	close(p->words);
}

/* False: it is still there. */
static bool has_ended(pid_t process)
{
	pid_t done = waitpid(process, NULL, WNOHANG);

	return done == process || (done < 0 && errno != EINTR);
}

void program_end(pid_t process, unsigned int wait)
{
	const struct timespec step = {.tv_nsec = NS_PER_MS};

	kill(process, SIGTERM);
	for (; wait; wait--) {
		if (has_ended(process))
			return;
		nanosleep(&step, NULL);
	}
	kill(process, SIGKILL);
	while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
		continue;
}
