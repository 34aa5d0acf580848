/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: made, replaced by another program, ended and waited for; and a compiler as one.
 *
 * Invariant: every child is waited for and must have ended with exit code 0.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define OBJECT_FILE "compiled.o"

static void wait_for(pid_t child, const char *what)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		fail(what);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		printf("BENCH-FAIL %s: the child ended with status %#x\n", what, (unsigned)status);
		exit(1);
	}
}

unsigned run_fork(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		wait_for(child, "fork");
	}
	timing_stop();
	return count;
}

void fork_many(unsigned count)
{
	run_fork(count);
	printf("BENCH-FORKS %u us-each %.2f\n", count, (double)timing_take() / count / 1000);
}

static unsigned run_program(unsigned count, char *const argv[])
{
	char *const environment[] = {NULL};

	timing_start();
	for (unsigned i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0) {
			execve(argv[0], argv, environment);
			_exit(127);
		}
		wait_for(child, argv[0]);
	}
	timing_stop();
	return count;
}

unsigned run_exec_self(unsigned count)
{
	char *const argv[] = {"./bench-ops", "--exit", NULL};

	return run_program(count, argv);
}

unsigned run_exec_tiny(unsigned count)
{
	char *const argv[] = {"./bench-tiny", NULL};

	return run_program(count, argv);
}

/* The same shell on every system: a copy of busybox beside this program. */
unsigned run_sh(unsigned count)
{
	char *const argv[] = {"./busybox", "sh", "-c", "./bench-ops --exit", NULL};

	return run_program(count, argv);
}

/* The compiler comes with its own dynamic linker and C library, so that host and guest run the
 * same files. The object is looked at: a compiler that does nothing is fast. */
unsigned run_compile(unsigned count)
{
	char *const argv[] = {"compiler/ld.so", "--library-path",
			      "compiler",	"compiler/tcc",
			      "-nostdinc",	"-c",
			      "compile.c",	"-o",
			      OBJECT_FILE,	NULL};
	struct stat object;

	unlink(OBJECT_FILE);
	run_program(count, argv);
	if (stat(OBJECT_FILE, &object) != 0 || object.st_size == 0)
		fail("the compiler's " OBJECT_FILE);
	return count;
}
