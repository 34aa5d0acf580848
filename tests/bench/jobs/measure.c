/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure: what a whole command costs, from its fork to its end.
 *
 *   measure [--clock tsc|wall] [--times N] [--per N] [--output FILE] NAME COMMAND...
 *
 * Prints "BENCH NAME UNIT SAMPLE...", one for each of --times runs, divided by --per, and what the
 * wedge counted meanwhile. The command's output goes into FILE or nowhere. Addresses are not
 * randomised in it: they would change the count.
 *
 * Invariant: a command that cannot be started, is killed or ends with another code than 0 gives
 * BENCH-FAIL, exit code 1 and no figure.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ops/bench.h"
#include "../ops/counters.h"

#define MAX_TIMES 16u

struct job {
	const char *name;
	char **command;
	const char *output;
	unsigned times, per;
};

static _Noreturn void usage(const char *wrong)
{
	fprintf(stderr,
		"measure: %s; usage: measure [--clock tsc|wall] [--times N] [--per N] "
		"[--output FILE] NAME COMMAND...\n",
		wrong);
	exit(2);
}

static _Noreturn void job_failed(const struct job *job, const char *how, const char *detail)
{
	printf("BENCH-FAIL %s: %s %s%s\n", job->name, job->command[0], how, detail);
	exit(1);
}

static void parse_clock(const char *word)
{
	if (strcmp(word, "tsc") == 0)
		choose_clock(CLOCK_TSC);
	else if (strcmp(word, "wall") == 0)
		choose_clock(CLOCK_WALL);
	else
		usage("--clock takes tsc or wall");
}

static unsigned parse_count(const char *word, unsigned max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || n == 0 || n > max)
		usage("--times takes 1 to 16, --per a whole number from 1");
	return (unsigned)n;
}

static struct job parse(char **word)
{
	struct job job = {.output = "/dev/null", .times = 1, .per = 1};

	for (; *word && strncmp(*word, "--", 2) == 0; word += 2) {
		if (!word[1])
			usage("an option without a value");
		if (strcmp(*word, "--clock") == 0)
			parse_clock(word[1]);
		else if (strcmp(*word, "--times") == 0)
			job.times = parse_count(word[1], MAX_TIMES);
		else if (strcmp(*word, "--per") == 0)
			job.per = parse_count(word[1], INT_MAX);
		else if (strcmp(*word, "--output") == 0)
			job.output = word[1];
		else
			usage("an unknown option");
	}
	if (!word[0] || !word[1])
		usage("no name or no command");
	job.name = word[0];
	job.command = word + 1;
	return job;
}

/* The child's side. Its exit code after an exec that failed is the shell's for the same. */
static _Noreturn void become(const struct job *job, int output)
{
	personality(ADDR_NO_RANDOMIZE);
	if (dup2(output, STDOUT_FILENO) >= 0)
		execv(job->command[0], job->command);
	fprintf(stderr, "measure: %s: %s\n", job->command[0], strerror(errno));
	_exit(127);
}

/* Runs the command inside the timed part; returns how it ended, as wait() tells it. */
static int run(const struct job *job)
{
	int output = open(job->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), status;
	pid_t child;

	if (output < 0)
		fail(job->output);
	timing_start();
	child = fork();
	if (child == 0)
		become(job, output);
	if (child < 0)
		fail("fork");
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	timing_stop();
	close(output);
	return status;
}

static void check(const struct job *job, int status)
{
	char number[16];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	snprintf(number, sizeof(number), "%d",
		 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	job_failed(job, WIFEXITED(status) ? "ended with exit code " : "was killed by signal ",
		   number);
}

static void print(const struct job *job, const double *samples)
{
	bool counted = clock_chosen() == CLOCK_TSC;

	printf("BENCH %s %s", job->name, counted ? "instructions" : "us");
	for (unsigned i = 0; i < job->times; i++)
		if (counted)
			printf(" %.*f", job->per > 1, samples[i] / job->per);
		else
			printf(" %.3f", samples[i] / 1000 / job->per);
	counters_print((double)job->per * job->times);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct job job = parse(argv + (argc > 0));
	double samples[MAX_TIMES];

	counters_open();
	for (unsigned i = 0; i < job.times; i++) {
		check(&job, run(&job));
		samples[i] = (double)timing_take();
	}
	print(&job, samples);
	return 0;
}
