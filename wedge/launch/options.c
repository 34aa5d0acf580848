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

static void take_option(struct options *o, int c)
{
	switch (c) {
	case 'm':
		o->memory = number("memory", optarg, LEAST_MEMORY, MOST_MEMORY) * MIB;
		break;
	case 'i':
		o->ramdisk = optarg;
		break;
	case 'd':
		if (o->disks == LAUNCH_DISKS_MAX)
			die(END_USAGE, "a guest has at most %d disks", LAUNCH_DISKS_MAX);
		image_parse(&o->disk[o->disks++], optarg);
		break;
	case 'b':
		o->balloon = true;
		break;
	case 'r':
		o->rng = true;
		break;
	case 'o':
		ports_parse(o, optarg);
		break;
	case 'e':
		net_parse(&o->net, optarg);
		break;
	case 's':
		shares_parse(o, optarg);
		break;
	case 'a':
		o->append = optarg;
		break;
	case 't':
		o->timeout = (unsigned int)number("timeout", optarg, 0, LONGEST);
		break;
	case 'n':
		if (strcmp(optarg, "none") != 0)
			die(END_USAGE, "--input takes only 'none', not '%s'", optarg);
		o->no_input = true;
		break;
	case 'c':
		o->core = optarg;
		break;
	case 'g':
		o->gdb = optarg;
		break;
	case 'N':
		o->name = optarg;
		break;
	case 'R':
		o->result = optarg;
		break;
	case 'S':
		o->serve = optarg;
		break;
	case 'p':
		if (strcmp(optarg, "i386") != 0 && strcmp(optarg, "x86_64") != 0)
			die(END_USAGE, "--probe takes i386 or x86_64, not '%s'", optarg);
		o->probe = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(fflush(stdout) == 0 ? END_POWEROFF : END_USAGE);
	default:
		die(END_USAGE, "see launch --help");
	}
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"memory", required_argument, NULL, 'm'},
		{"initrd", required_argument, NULL, 'i'},
		{"balloon", no_argument, NULL, 'b'},
		{"rng", no_argument, NULL, 'r'},
		{"disk", required_argument, NULL, 'd'}, /* may be given again */
		{"ports", required_argument, NULL, 'o'},
		{"net", required_argument, NULL, 'e'},
		{"share", required_argument, NULL, 's'}, /* the same */
		{"append", required_argument, NULL, 'a'},
		{"timeout", required_argument, NULL, 't'},
		{"input", required_argument, NULL, 'n'},
		{"core", required_argument, NULL, 'c'},
		{"gdb", required_argument, NULL, 'g'},
		{"name", required_argument, NULL, 'N'},
		{"result", required_argument, NULL, 'R'},
		{"serve", required_argument, NULL, 'S'},
		{"probe", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1)
		take_option(o, c);
	if (o->serve && o->shares != 1)
		die(END_USAGE, "--serve takes one --share");
	if ((o->probe || o->serve) && optind == argc)
		return;
	if (o->probe || optind + 1 != argc)
		die(END_USAGE, "%s",
		    o->probe	     ? "--probe takes no kernel"
		    : optind == argc ? "no kernel given"
				     : "more than one kernel");
	o->kernel = argv[optind];
	if (!o->name)
		o->name = o->kernel;
}
