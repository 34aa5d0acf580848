/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.c - `afterburn pack`: one file that boots on bare metal and on each of some platforms.
 *
 * Invariant: the output appears only after every check has passed and every byte is written.
 */
#include "bundle.h"
#include "command.h"
#include "kernel.h"
#include "signature.h"
#include "wedge_files.h"
#include "elf/input.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: afterburn pack --wedge PLATFORM,... [-o OUT] KERNEL\n"
	"       afterburn pack --wedge-file FILE [-o OUT] KERNEL\n"
	"\n"
	"Puts KERNEL (vmlinux or bzImage) and the wedges for PLATFORMs (xen, linux, l4) into one\n"
	"file of the same form, OUT (default: KERNEL.packed), which boots on bare metal as\n"
	"before, and on each PLATFORM.\n"
	"\n"
	"  -w, --wedge PLATFORM,...  take the installed wedges for these platforms; all:\n"
	"                            every one that is installed and can run this kernel\n"
	"  -W, --wedge-file FILE     take this wedge; may be given more than once\n"
	"  -e, --elf                 write an ELF file also if KERNEL is a bzImage\n"
	"  -o, --output OUT          where to write\n"
	"  -q, --quiet               print nothing on success\n"
	"  -h, --help                this text\n"
	"\n"
	"Exit code: 0 done, 1 the kernel or the wedge was refused, 2 usage, input or output\n"
	"error, 3 such a kernel can never run on that PLATFORM.\n";

struct options {
	const char *platforms, *output, *kernel;
	struct wedge_files files;
	bool elf, quiet;
};

static int add_file(struct options *o, const char *path)
{
	struct ab_error error;

	return wedge_files_add(&o->files, path, &error) < 0
		       ? complain("pack", path, "%s", error.text)
		       : EXIT_CLEAN;
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"wedge", required_argument, NULL, 'w'},
		{"wedge-file", required_argument, NULL, 'W'},
		{"elf", no_argument, NULL, 'e'},
		{"output", required_argument, NULL, 'o'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "w:W:eo:qh", names, NULL)) != -1) {
		switch (c) {
		case 'w':
			o->platforms = optarg;
			break;
		case 'W':
			if (add_file(o, optarg) != EXIT_CLEAN)
				return EXIT_TROUBLE;
			break;
		case 'e':
			o->elf = true;
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
	if (!o->platforms == !o->files.count) {
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

/* Can the platform ever run this kernel? If not, no other fault of it matters. */
static int check_possible(const char *platform, const struct ab_image *kernel)
{
	struct ab_error error;

	if (bundle_possible(platform, kernel, &error) == 0)
		return EXIT_CLEAN;
	refuse(kernel->name, &error);
	return EXIT_NEVER;
}

/* What is written although it lacks something. Not even --quiet silences this. */
static void warn(const struct options *o, const struct bundle *bundle)
{
	struct signature signature;
	struct ab_error why;

	if (bundle_never_runs(bundle, &why))
		complain("pack", o->kernel, "warning: %s", why.text);
	if (bundle->outside &&
	    signature_find(bundle->outside->file, bundle->outside->counted, &signature))
		complain("pack", o->kernel,
			 "warning: its signature for Secure Boot is left out, since packing makes "
			 "it void: sign the packed file");
}

/* One line: the sites, and each wedge; and one about kernels that move. */
static void tell(const char *output, const struct bundle *bundle)
{
	printf("%s: %" PRIu64 " sites", output, bundle->sites->count);
	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		const struct wedge *wedge = &bundle->wedges[i];

		printf(", wedge for %s", wedge->header.platform);
		if (!wedge_is_launched(wedge))
			printf(" at physical 0x%" PRIx64, bundle->load_paddr);
		printf(", %" PRIu64 " KiB", wedge->bundle_size / 1024);
	}
	putchar('\n');
	if (bundle->outside && bundle->outside->relocatable)
		printf("%s: the kernel can be moved (CONFIG_RELOCATABLE): on bare metal it goes "
		       "where "
		       "its boot code puts it, under a wedge it runs where it is linked\n",
		       output);
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
	warn(o, bundle);
	if (!o->quiet)
		tell(output, bundle);
	return finish_output("pack", EXIT_CLEAN);
}

static int open_wedge(const struct wedge_file *file, struct wedge *wedge, struct ab_error *error)
{
	const char *platform = wedge->header.platform;

	if (wedge_open(wedge, file->path, error) < 0)
		return -1;
	if (*file->platform && strcmp(file->platform, platform) != 0)
		return ab_fail(error, "is for platform '%s', not '%s'", platform, file->platform);
	if (strcmp(platform, "xen") == 0 && !has_xen_entry(&wedge->elf))
		return ab_fail(error, "a wedge for Xen without a Xen entry note");
	return 0;
}

static int read_wedge(struct bundle *bundle, const struct wedge_file *file)
{
	struct wedge *wedge = &bundle->wedges[bundle->wedge_count];
	struct ab_error error;

	if (ab_input_read(file->path, &wedge->file, &error) < 0)
		return complain("pack", file->path,
				"cannot read the wedge: %s (platforms are named by the files "
				"lib/afterburner/wedge-PLATFORM-*.elf)",
				error.text);
	bundle->wedge_count++;
	if (open_wedge(file, wedge, &error) < 0)
		return refuse(file->path, &error);
	return check_possible(wedge->header.platform, bundle->kernel);
}

static int pack_wedges(const struct options *o, struct bundle *bundle)
{
	struct ab_error error;

	if (bundle_check(bundle, &error) < 0)
		return refuse(o->kernel, &error);
	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		struct wedge *wedge = &bundle->wedges[i];

		if (wedge_move_notes(wedge, bundle->load_paddr, &error) < 0)
			return refuse(wedge->elf.name, &error);
		if (bundle_build(bundle, wedge, &error) < 0)
			return refuse(o->kernel, &error);
	}
	return write_bundle(o, bundle);
}

/* Takes those out that could never run this kernel; says so. */
static void leave_out(const struct options *o, struct wedge_files *files,
		      const struct ab_image *kernel)
{
	unsigned int kept = 0;
	struct ab_error why;

	for (unsigned int i = 0; i < files->count; i++) {
		if (bundle_possible(files->list[i].platform, kernel, &why) == 0)
			files->list[kept++] = files->list[i];
		else if (!o->quiet)
			complain("pack", o->kernel, "left out: the wedge for %s: %s",
				 files->list[i].platform, why.text);
	}
	files->count = kept;
}

/* Which wedges, by the options and the kernel's width. */
static int find_wedges(struct options *o, const struct ab_image *kernel)
{
	struct wedge_files *files = &o->files;
	bool all = o->platforms && strcmp(o->platforms, "all") == 0;
	struct ab_error error;
	int result = 0;

	if (all)
		result = wedge_files_all(files, kernel->width, &error);
	else if (o->platforms)
		result = wedge_files_by_name(files, o->platforms, kernel->width, &error);
	if (result < 0)
		return complain("pack", NULL, "%s", error.text);
	if (all && files->count > 1)
		leave_out(o, files, kernel);
	for (unsigned int i = 0; i < files->count; i++)
		if (check_possible(files->list[i].platform, kernel) != EXIT_CLEAN)
			return EXIT_NEVER;
	return EXIT_CLEAN;
}

static int pack_kernel(struct options *o, const struct kernel *kernel)
{
	static struct bundle bundle;
	int code = find_wedges(o, &kernel->elf);

	bundle = (struct bundle){.kernel = &kernel->elf, .sites = &kernel->sites};
	if (kernel->outside.file.data && !o->elf)
		bundle.outside = &kernel->outside;
	for (unsigned int i = 0; i < o->files.count && code == EXIT_CLEAN; i++)
		code = read_wedge(&bundle, &o->files.list[i]);
	if (code == EXIT_CLEAN)
		code = pack_wedges(o, &bundle);
	for (unsigned int i = 0; i < bundle.wedge_count; i++)
		wedge_close(&bundle.wedges[i]);
	return code;
}

int command_pack(int argc, char **argv)
{
	static struct options o;
	struct kernel kernel;
	int code = parse(argc, argv, &o);

	if (code)
		return code;
	code = kernel_read(&kernel, o.kernel);
	if (code == EXIT_CLEAN)
		code = pack_kernel(&o, &kernel);
	kernel_free(&kernel);
	return code;
}
