/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apart.c - see apart.h.
 *
 * Invariant: what a test says is not taken for the results of this program.
 */
#include "apart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void show(FILE *output)
{
	char line[8192];

	rewind(output);
	while (fgets(line, sizeof(line), output))
		print_message("# %s", line);
	fclose(output);
}

void run_apart(void (*test)(void **state))
{
	const struct CMUnitTest only[] = {cmocka_unit_test(test)};
	FILE *output = tmpfile();
	int status;
	pid_t child;

	assert_non_null(output);
	fflush(stdout);
	child = fork();
	assert_int_not_equal(child, -1);
	if (!child) {
		dup2(fileno(output), STDOUT_FILENO);
		dup2(fileno(output), STDERR_FILENO);
		cmocka_set_message_output(CM_OUTPUT_STDOUT);
		exit(cmocka_run_group_tests(only, NULL, NULL) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status)
		show(output);
	else
		fclose(output);
	assert_int_equal(status, 0);
}
