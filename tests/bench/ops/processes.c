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

int64_t run_fork(unsigned count)
{
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		wait_for(child, "fork");
	}
	return now_ns() - start;
}

void fork_many(unsigned count)
{
	int64_t elapsed = run_fork(count);

	printf("BENCH-FORKS %u us-each %.2f\n", count, (double)elapsed / count / 1000);
}

static int64_t run_program(unsigned count, char *const argv[])
{
	char *const environment[] = {NULL};
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++) {
		pid_t child = fork();

		if (child == 0) {
			execve(argv[0], argv, environment);
			_exit(127);
		}
		wait_for(child, argv[0]);
	}
	return now_ns() - start;
}

int64_t run_exec_self(unsigned count)
{
	char *const argv[] = {"./bench-ops", "--exit", NULL};

	return run_program(count, argv);
}

int64_t run_exec_tiny(unsigned count)
{
	char *const argv[] = {"./bench-tiny", NULL};

	return run_program(count, argv);
}

/* The compiler comes with its own dynamic linker and C library, so that host and guest run the
 * same files. The object is looked at: a compiler that does nothing is fast. */
int64_t run_compile(unsigned count)
{
	char *const argv[] = {"compiler/ld.so", "--library-path",
			      "compiler",	"compiler/tcc",
			      "-nostdinc",	"-c",
			      "compile.c",	"-o",
			      OBJECT_FILE,	NULL};
	struct stat object;
	int64_t elapsed;

	unlink(OBJECT_FILE);
	elapsed = run_program(count, argv);
	if (stat(OBJECT_FILE, &object) != 0 || object.st_size == 0)
		fail("the compiler's " OBJECT_FILE);
	return elapsed;
}
