/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.c - `afterburn pack`: one file that boots on bare metal and on a hypervisor.
 *
 * Invariant: the output appears only after every check has passed and every byte is written.
 */
#include "bundle.h"
#include "command.h"
#include "elf/input.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: afterburn pack --wedge PLATFORM [-o OUT] VMLINUX\n"
	"       afterburn pack --wedge-file FILE [-o OUT] VMLINUX\n"
	"\n"
	"Puts the kernel VMLINUX and the wedge for PLATFORM (xen, linux) into one ELF\n"
	"file, OUT (default: VMLINUX.packed), which boots on bare metal as before, and on\n"
	"PLATFORM.\n"
	"\n"
	"  -w, --wedge PLATFORM    take the installed wedge for this platform\n"
	"  -W, --wedge-file FILE   take this wedge\n"
	"  -o, --output OUT        where to write\n"
	"  -q, --quiet             print nothing on success\n"
	"  -h, --help              this text\n"
	"\n"
	"Exit code: 0 done, 1 the kernel or the wedge was refused, 2 usage, input or output "
	"error.\n";

struct options {
	const char *platform, *wedge_file, *output, *kernel;
	bool quiet;
};

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"wedge", required_argument, NULL, 'w'},
		{"wedge-file", required_argument, NULL, 'W'},
		{"output", required_argument, NULL, 'o'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "w:W:o:qh", names, NULL)) != -1) {
		switch (c) {
		case 'w':
			o->platform = optarg;
			break;
		case 'W':
			o->wedge_file = optarg;
			break;
		case 'o':
			o->output = optarg;
			break;
		case 'q':
			o->quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(finish_output("pack", EXIT_CLEAN));
		default:
			return bad_usage("pack");
		}
	}
	if (optind + 1 != argc) {
		complain("pack", NULL, optind == argc ? "no kernel given" : "more than one kernel");
		return bad_usage("pack");
	}
	o->kernel = argv[optind];
	if (!o->platform == !o->wedge_file || (o->platform && strchr(o->platform, '/'))) {
		complain("pack", NULL, "give --wedge PLATFORM or --wedge-file FILE");
		return bad_usage("pack");
	}
	return EXIT_CLEAN;
}

static int refuse(const char *file, const struct ab_error *error)
{
	complain("pack", file, "%s", error->text);
	return EXIT_FINDING;
}

static int write_bundle(const struct options *o, struct bundle *bundle)
{
	char name[PATH_MAX];
	const char *output = o->output;
	struct ab_error error;
	struct stat status;

	if (stat(o->kernel, &status) < 0)
		status.st_mode = 0644;
	if (!output) {
		if (snprintf(name, sizeof(name), "%s.packed", o->kernel) >= (int)sizeof(name))
			return complain("pack", o->kernel, "the name of the output is too long");
		output = name;
	}
	if (bundle_write(bundle, output, status.st_mode, &error) < 0)
		return complain("pack", output, "%s", error.text);
	if (bundle_never_runs(bundle, &error))
		complain("pack", o->kernel, "warning: %s", error.text);
	if (!o->quiet)
		printf("%s: %" PRIu64 " sites, wedge for %s at physical 0x%" PRIx64 ", %" PRIu64
		       " KiB\n",
		       output, bundle->sites->count, bundle->wedge->header.platform,
		       bundle->load_paddr, bundle->bundle_size / 1024);
	return finish_output("pack", EXIT_CLEAN);
}

static int pack_with(const struct options *o, struct bundle *bundle, const char *wedge_name,
		     struct ab_bytes wedge_file)
{
	struct wedge *wedge = bundle->wedge;
	struct ab_error error;

	if (wedge_open(wedge, wedge_name, wedge_file, &error) < 0)
		return refuse(wedge_name, &error);
	if (o->platform && strcmp(o->platform, wedge->header.platform) != 0) {
		ab_fail(&error, "is for platform '%s', not '%s'", wedge->header.platform,
			o->platform);
		return refuse(wedge_name, &error);
	}
	if (bundle_check(bundle, &error) < 0)
		return refuse(o->kernel, &error);
	if (strcmp(wedge->header.platform, "xen") == 0 && !has_xen_entry(&wedge->elf)) {
		ab_fail(&error, "a wedge for Xen without a Xen entry note");
		return refuse(wedge_name, &error);
	}
	if (wedge_move_notes(wedge, bundle->load_paddr, &error) < 0)
		return refuse(wedge_name, &error);
	if (bundle_build(bundle, &error) < 0)
		return refuse(o->kernel, &error);
	return write_bundle(o, bundle);
}

static int pack_kernel(const struct options *o, struct ab_image *kernel, struct ab_sites *sites)
{
	struct wedge wedge = {0};
	struct bundle bundle = {.kernel = kernel, .sites = sites, .wedge = &wedge};
	char relative[PATH_MAX], path[PATH_MAX];
	struct ab_bytes file = {0};
	struct ab_error error;
	const char *name = o->wedge_file;
	int code;

	if (o->platform && bundle_possible(o->platform, kernel, &error) < 0)
		return refuse(kernel->name, &error);
	if (!name) {
		snprintf(relative, sizeof(relative), "lib/afterburner/wedge-%.64s-%s.elf",
			 o->platform, kernel->width == 64 ? "x86_64" : "i386");
		if (tool_path(path, sizeof(path), relative) < 0)
			return complain("pack", NULL,
					"cannot find out where afterburn is installed");
		name = path;
	}
	if (ab_input_read(name, &file, &error) < 0)
		return complain("pack", name,
				"cannot read the wedge: %s (platforms are named by the files "
				"lib/afterburner/wedge-PLATFORM-*.elf)",
				error.text);
	code = pack_with(o, &bundle, name, file);
	free(bundle.tables);
	wedge_close(&wedge);
	free((void *)(uintptr_t)file.data);
	return code;
}

int command_pack(int argc, char **argv)
{
	struct options o = {0};
	struct ab_image kernel = {0};
	struct ab_sites sites = {0};
	struct ab_bytes file = {0};
	struct ab_error error;
	int code = parse(argc, argv, &o);

	if (code)
		return code;
	if (ab_input_read(o.kernel, &file, &error) < 0)
		return complain("pack", o.kernel, "%s", error.text);
	if (ab_image_open(&kernel, o.kernel, file, &error) < 0) {
		code = refuse(o.kernel, &error);
	} else {
		ab_sites_find(&sites, &kernel);
		code = pack_kernel(&o, &kernel, &sites);
	}
	ab_sites_free(&sites);
	ab_image_close(&kernel);
	free((void *)(uintptr_t)file.data);
	return code;
}
