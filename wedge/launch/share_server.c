/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share_server.c - see share_server.h.
 *
 * Invariant: the program sees nothing of the host but the folder.
 */
#include "share_server.h"
#include "launcher.h"
#include "server_socket.h"
#include "share_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LISTEN_FD = 3 };

/* What the new process says if it does not become the program. */
struct failure {
	enum share_step step;
	int error;
};

static const char *find_program(void)
{
	static const char *const places[] = {"/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd",
					     "/usr/lib/virtiofsd"};
	const char *named = getenv("AFTERBURN_VIRTIOFSD");

	if (named && *named) {
		if (access(named, X_OK) < 0)
			die(END_PLATFORM, "AFTERBURN_VIRTIOFSD: '%s' cannot be executed: %s", named,
			    strerror(errno));
		return named;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	die(END_PLATFORM, "virtiofsd not found: install the package qemu-system-common");
}

static int open_program(void)
{
	const char *path = find_program();
	int program = open(path, O_RDONLY | O_CLOEXEC);

	if (program < 0)
		die(END_PLATFORM, "'%s' cannot be opened: %s", path, strerror(errno));
	return program;
}

/* The program has a descriptor open for each file that the guest knows. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Standard input and output are the guest's console. */
static void keep_descriptors(int listening)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(none, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (listening != LISTEN_FD)
		dup2(listening, LISTEN_FD);
	else
		fcntl(listening, F_SETFD, 0);
}

static void execute_program(int program, const struct share_option *option)
{
	char always[] = "cache=always", usual[] = "cache=auto";
	char *arguments[] = {(char[]){"virtiofsd"},
			     (char[]){"--fd=3"},
			     (char[]){"--rlimit-nofile=0"},
			     (char[]){"-o"},
			     (char[]){"source=" SHARE_JAIL_PLACE ",sandbox=namespace"},
			     (char[]){"-o"},
			     (char[]){"modcaps=-mknod"},
			     (char[]){"-o"},
			     (char[]){"log_level=err"},
			     (char[]){"-o"},
			     usual,
			     NULL};

	if (option->fixed)
		arguments[10] = always;
	fexecve(program, arguments, environ);
}

/* `parent`: the process with which it ends. */
static int enter_jail(const struct share_option *option, pid_t parent, enum share_step *step)
{
	int error;

	setsid();
	error = share_jail_enter(option->directory, option->read_only, step);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* entering a user namespace takes it away */
	if (getppid() != parent)
		_exit(END_PLATFORM);
	return error;
}

/* Returns if it cannot be done. */
static struct failure execute(const struct share_option *option, int program, int listening)
{
	program = fcntl(program, F_DUPFD_CLOEXEC, LISTEN_FD + 1);
	raise_limit();
	keep_descriptors(listening);
	close_range(LISTEN_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	execute_program(program, option);
	return (struct failure){.step = SHARE_STEP_EXECUTE, .error = errno};
}

static _Noreturn void become_server(const struct share_option *option, int program, int listening,
				    int report, pid_t launcher)
{
	struct failure failure;

	report = fcntl(report, F_DUPFD_CLOEXEC, LISTEN_FD + 1);
	failure.error = enter_jail(option, launcher, &failure.step);
	if (!failure.error)
		failure = execute(option, program, listening);
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(END_PLATFORM);
	_exit(END_PLATFORM);
}

static _Noreturn void die_of(const struct failure *failure, const struct share_option *option)
{
	const char *why = strerror(failure->error);

	switch (failure->step) {
	case SHARE_STEP_USER:
		die(END_PLATFORM,
		    "--share needs root, or user namespaces, which the host does not give: %s",
		    why);
	case SHARE_STEP_FOLDER:
		die(END_PLATFORM, "the folder '%s' cannot be shared: %s", option->directory, why);
	case SHARE_STEP_READ_ONLY:
		die(END_PLATFORM,
		    "the folder '%s' cannot be shared read-only: %s; that needs Linux 5.12",
		    option->directory, why);
	case SHARE_STEP_EXECUTE:
		die(END_PLATFORM, "virtiofsd cannot be started: %s", why);
	default:
		die(END_PLATFORM,
		    "--share needs mounts of its own, which the host does not give: %s", why);
	}
}

/* Ends when the process has become the program, or the launcher if it did not. */
static void wait_for_program(int report, const struct share_option *option)
{
	struct failure failure;
	ssize_t size;

	do
		size = read(report, &failure, sizeof(failure));
	while (size < 0 && errno == EINTR);
	if (size == sizeof(failure))
		die_of(&failure, option);
}

static void check_folder(const struct share_option *option)
{
	struct stat status;

	if (stat(option->directory, &status) < 0)
		die(END_USAGE, "the folder '%s' cannot be shared: %s", option->directory,
		    strerror(errno));
	if (!S_ISDIR(status.st_mode))
		die(END_USAGE, "'%s' cannot be shared: it is no folder", option->directory);
	if (access(option->directory, option->read_only ? R_OK | X_OK : R_OK | W_OK | X_OK) < 0)
		die(END_USAGE, "the folder '%s' may not be %s (%s)%s", option->directory,
		    option->read_only ? "read" : "written", strerror(errno),
		    option->read_only ? "" : ": add ,ro");
}

void share_server_start(struct share_server *server, const struct share_option *option)
{
	pid_t launcher = getpid();
	int listening, program, report[2];

	check_folder(option);
	program = open_program();
	listening = server_socket_open("--share", &server->socket);
	if (pipe2(report, O_CLOEXEC) < 0)
		die(END_PLATFORM, "the host gives no pipe: %s", strerror(errno));
	server->process = fork();
	if (server->process < 0)
		die(END_PLATFORM, "the host gives no process: %s", strerror(errno));
	if (server->process == 0)
		become_server(option, program, listening, report[1], launcher);
	close(report[1]);
	wait_for_program(report[0], option);
	close(report[0]);
	close(listening);
	close(program);
}

static int listen_on(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(name.sun_path))
		die(END_USAGE, "--serve: '%s' is too long for a socket's name", path);
	strcpy(name.sun_path, path);
	if (listening < 0 || bind(listening, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(listening, 1) < 0)
		die(END_PLATFORM, "no socket can be made at '%s': %s", path, strerror(errno));
	return listening;
}

void share_server_become(const struct share_option *option, const char *socket)
{
	struct failure failure;
	int listening, program;

	check_folder(option);
	program = open_program();
	listening = listen_on(socket);
	failure.error = enter_jail(option, getppid(), &failure.step);
	if (!failure.error) {
		puts("ready");
		fflush(stdout);
		failure = execute(option, program, listening);
	}
	die_of(&failure, option);
}

void share_server_end(struct share_server *server)
{
	if (server->process <= 0)
		return;
	kill(-server->process, SIGKILL);
	while (waitpid(-server->process, NULL, __WALL) > 0 || errno == EINTR)
		continue;
	server->process = 0;
}
