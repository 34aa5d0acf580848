/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the `afterburn` command: runs built-in commands, and execs all others from
 * <libexec>/afterburner/commands.
 *
 * Invariant: a command's name cannot leave that folder.
 */
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMANDS "libexec/afterburner/commands"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} built_in[] = {
	{"pack", command_pack},
	{"sites", command_sites},
};

static const char usage[] =
	"usage: afterburn COMMAND [ARGUMENT...]\n"
	"       afterburn --help | --version\n"
	"\n"
	"  make            build a Linux kernel or module through the annotating assembler\n"
	"  audit           find sensitive instructions that have no site, and wrong sites\n"
	"  sites           list the sites of a file\n"
	"  pack            put a kernel and a wedge into one file\n"
	"  kernel-package  put a wedge into the kernel of a Debian package\n"
	"  run             start a kernel on bare metal, on Xen, or as a process\n"
	"  stats           count executed sites per class\n"
	"\n"
	"'afterburn COMMAND --help' tells more; see also afterburn(1).\n";

/* Lists the commands, for the message about an unknown one. */
static void list_commands(FILE *out)
{
	char path[PATH_MAX];
	struct dirent **names = NULL;
	int count = tool_path(path, sizeof(path), COMMANDS) < 0
			    ? 0
			    : scandir(path, &names, NULL, alphasort);

	fputs("Commands:", out);
	for (unsigned int i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		fprintf(out, " %s", built_in[i].name);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.')
			fprintf(out, " %s", names[i]->d_name);
		free(names[i]);
	}
	free(names);
	fputc('\n', out);
}

static int run_external(char **argv)
{
	char folder[PATH_MAX], path[PATH_MAX + NAME_MAX];

	if (argv[0][0] == '-' || argv[0][0] == '.' || strchr(argv[0], '/') ||
	    strlen(argv[0]) > NAME_MAX || argv[0][0] == '\0') {
		complain(NULL, NULL, "'%s' is neither an option nor a command", argv[0]);
		return bad_usage(NULL);
	}
	if (tool_path(folder, sizeof(folder), COMMANDS) < 0)
		return complain(NULL, NULL, "cannot find out where afterburn is installed");
	snprintf(path, sizeof(path), "%s/%s", folder, argv[0]);
	fflush(stdout);
	execv(path, argv);
	if (errno != ENOENT)
		return complain(NULL, path, "cannot be run: %s", strerror(errno));
	complain(NULL, NULL, "there is no command '%s'", argv[0]);
	list_commands(stderr);
	return bad_usage(NULL);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    (strcmp(argv[1], "help") == 0 && argc == 2)) {
		fputs(usage, stdout);
		return finish_output(NULL, EXIT_CLEAN);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("afterburn " AFTERBURN_VERSION);
		return finish_output(NULL, EXIT_CLEAN);
	}
	for (unsigned int i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		if (strcmp(argv[1], built_in[i].name) == 0)
			return built_in[i].run(argc - 1, argv + 1);
	return run_external(argv + 1);
}
