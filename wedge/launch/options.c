/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - see options.h.
 *
 * Invariant: an option that is not understood ends the launcher before anything was opened.
 */
#include "options.h"
#include "net.h"
#include "ports.h"
#include "shares.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: launch [options] KERNEL\n"
	"       launch --probe WIDTH\n"
	"\n"
	"Runs KERNEL, an i386 or x86-64 kernel out of `afterburn pack --wedge linux`, in a\n"
	"process, with its console on standard input and output. On a terminal, Ctrl-A X\n"
	"ends it.\n"
	"\n"
	"  --memory M      memory of the guest in MiB (default 256)\n"
	"  --initrd F      initial RAM disk\n"
	"  --disk D        FILE[,ro][,cow][,serial=S][,format=F]: an image or a block device\n"
	"                  as the next disk of the guest, which can only read it (ro), or\n"
	"                  leaves the file as it is (cow)\n"
	"  --balloon       memory that the guest does not use goes back to the host\n"
	"  --rng           random bytes of the host, as a virtio device\n"
	"  --ports P       terminal,input,output,error: ports of a virtio console: a console hvc0\n"
	"                  in place of the serial line, and standard streams for a command\n"
	"  --net N         user[,nohost][,forward=HOST:GUEST]...: a network by passt, in which\n"
	"                  the host itself is not reached (nohost); tap=NAME: by an interface of\n"
	"                  the host; none\n"
	"  --share F       DIR[:TAG][,ro]: a folder of the host, which the guest mounts by its\n"
	"                  tag (mount -t virtiofs TAG PLACE), share0 and so on by default;\n"
	"                  fixed: nobody changes it meanwhile\n"
	"  --append S      added to the kernel's command line\n"
	"  --timeout S     end after S seconds\n"
	"  --input none    do not read standard input\n"
	"  --core F        write a core of a guest that panics or crashes\n"
	"  --gdb P         wait for gdb on TCP port P of 127.0.0.1, or on unix:PATH\n"
	"  --name S        what messages call KERNEL\n"
	"  --result F      end with the status that the guest has written to F, a disk\n"
	"  --serve SOCKET  start nothing but the program of one --share, for QEMU\n"
	"  --probe WIDTH   start nothing: tell whether this host can run kernels of this\n"
	"                  width (i386, x86_64) so\n"
	"\n"
	"Exit code: 0 powered off, 1 panicked or crashed, 2 usage, 3 the host lacks something,\n"
	"124 timeout.\n";

enum { LEAST_MEMORY = 1, MOST_MEMORY = 65536 /* MiB */, LONGEST = 999999 /* seconds */ };

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || end == text || strchr(text, '-') || value < least || value > most)
		die(END_USAGE, "--%s takes a whole number from %llu to %llu, not '%s'", option,
		    (unsigned long long)least, (unsigned long long)most, text);
	return value;
}

static void take_memory(struct options *o, const char *text)
{
	o->memory = number("memory", text, LEAST_MEMORY, MOST_MEMORY) * MIB;
}

static void take_disk(struct options *o, const char *text)
{
	if (o->disks == LAUNCH_DISKS_MAX)
		die(END_USAGE, "a guest has at most %d disks", LAUNCH_DISKS_MAX);
	image_parse(&o->disk[o->disks++], text);
}

static void take_net(struct options *o, const char *text)
{
	net_parse(&o->net, text);
}

static void take_timeout(struct options *o, const char *text)
{
	o->timeout = (unsigned int)number("timeout", text, 0, LONGEST);
}

static void take_input(struct options *o, const char *text)
{
	if (strcmp(text, "none") != 0)
		die(END_USAGE, "--input takes only 'none', not '%s'", text);
	o->no_input = true;
}

static void take_probe(struct options *o, const char *text)
{
	if (strcmp(text, "i386") != 0 && strcmp(text, "x86_64") != 0)
		die(END_USAGE, "--probe takes i386 or x86_64, not '%s'", text);
	o->probe = text;
}

_Noreturn static void take_help(struct options *o, const char *text)
{
	(void)o;
	(void)text;
	fputs(usage, stdout);
	exit(fflush(stdout) == 0 ? END_POWEROFF : END_USAGE);
}

/* One row an option: what takes its argument, or else the field that holds it or becomes true. */
static const struct row {
	const char *name;
	bool argument;
	void (*take)(struct options *o, const char *text);
	size_t field;
} rows[] = {
#define AT(member) offsetof(struct options, member)
	{"memory", true, take_memory, 0},   {"initrd", true, NULL, AT(ramdisk)},
	{"disk", true, take_disk, 0},	    {"balloon", false, NULL, AT(balloon)},
	{"rng", false, NULL, AT(rng)},	    {"ports", true, ports_parse, 0},
	{"net", true, take_net, 0},	    {"share", true, shares_parse, 0},
	{"append", true, NULL, AT(append)}, {"timeout", true, take_timeout, 0},
	{"input", true, take_input, 0},	    {"core", true, NULL, AT(core)},
	{"gdb", true, NULL, AT(gdb)},	    {"name", true, NULL, AT(name)},
	{"result", true, NULL, AT(result)}, {"serve", true, NULL, AT(serve)},
	{"probe", true, take_probe, 0},	    {"help", false, take_help, 0},
#undef AT
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_ROW = 256 };

static void take_row(const struct row *row, struct options *o)
{
	void *field = (char *)o + row->field;

	if (row->take)
		row->take(o, optarg);
	else if (row->argument)
		*(const char **)field = optarg;
	else
		*(bool *)field = true;
}

/* Returns behind the last option. */
static int take_options(int argc, char **argv, struct options *o)
{
	struct option names[ROWS + 1] = {0};
	int c;

	for (int i = 0; i < ROWS; i++)
		names[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = FIRST_ROW + i,
		};
	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c >= FIRST_ROW)
			take_row(&rows[c - FIRST_ROW], o);
		else if (c == 'h')
			take_help(o, NULL);
		else
			die(END_USAGE, "see launch --help");
	}
	return optind;
}

void options_parse(int argc, char **argv, struct options *o)
{
	int next = take_options(argc, argv, o);

	if (o->serve && o->shares != 1)
		die(END_USAGE, "--serve takes one --share");
	if ((o->probe || o->serve) && next == argc)
		return;
	if (o->probe || next + 1 != argc)
		die(END_USAGE, "%s",
		    o->probe	   ? "--probe takes no kernel"
		    : next == argc ? "no kernel given"
				   : "more than one kernel");
	o->kernel = argv[next];
	if (!o->name)
		o->name = o->kernel;
}
