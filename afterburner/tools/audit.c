/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.c - `afterburn audit`: does every sensitive instruction have a site, and is every site
 * right?
 *
 * Invariant: exit code 0 means that every file was read to its end without a finding.
 */
#include "audit.h"
#include "command.h"
#include "elf/input.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: afterburn audit [--json] [--baseline FILE] [--strict] FILE...\n"
	"\n"
	"Disassembles all code of each FILE (vmlinux, bzImage, .o, .ko, .a) and reports "
	"every\n"
	"sensitive instruction that has no site, and every wrong site.\n"
	"\n"
	"  -a, --all             optional instructions (time, protection keys) need a site, too\n"
	"  -j, --json            as JSON\n"
	"  -b, --baseline FILE   findings to accept, lines of 'function: text'\n"
	"  -s, --strict          warnings count as findings\n"
	"  -l, --limit N         show at most N findings per function (10; 0 shows all)\n"
	"  -q, --quiet           no summary line\n"
	"  -h, --help            this text\n"
	"\n"
	"Exit code: 0 clean, 1 findings, 2 usage or input error.\n";

static void audit_image(struct subject *subject)
{
	struct json *j = subject->audit->json;

	if (j) {
		json_open(j, NULL, '{');
		json_string(j, "file", subject->image->name);
		json_number(j, "width", subject->image->width);
		json_open(j, "findings", '[');
	}
	audit_sites(subject);
	audit_sweep(subject);
	audit_summary(subject);
	free(subject->verdicts);
}

static int visit(const char *name, struct ab_bytes file, void *context)
{
	struct audit *audit = context;
	struct ab_image image;
	struct ab_sites sites = {0};
	struct ab_error error;

	if (ab_image_open(&image, name, file, &error) < 0) {
		complain("audit", name, "%s", error.text);
		audit->trouble = true;
	} else {
		struct subject subject = {.audit = audit, .image = &image, .sites = &sites};

		ab_sites_find(&sites, &image);
		audit_image(&subject);
	}
	ab_sites_free(&sites);
	ab_image_close(&image);
	return 0;
}

static void complain_unused(unsigned int line, const char *function)
{
	complain("audit", NULL, "warning: line %u of the baseline (%s) accepts nothing", line,
		 function);
}

static int audit_files(struct audit *audit, char **paths)
{
	struct json *j = audit->json;
	struct ab_error error;
	uint64_t unused;

	if (j) {
		json_open(j, NULL, '{');
		json_number(j, "version", 2);
		json_open(j, "files", '[');
	}
	for (; *paths; paths++)
		if (ab_input_each(*paths, visit, audit, &error) < 0) {
			complain("audit", *paths, "%s", error.text);
			audit->trouble = true;
		}
	if (j) {
		json_close(j, ']');
		json_close(j, '}');
		fputc('\n', stdout);
	}
	unused = baseline_unused(audit->baseline, complain_unused);
	if (audit->strict)
		audit->failures += unused;
	if (audit->trouble)
		return EXIT_TROUBLE;
	return audit->failures ? EXIT_FINDING : EXIT_CLEAN;
}

static int parse_limit(struct audit *audit, const char *text)
{
	char *end;

	errno = 0;
	audit->limit = strtoull(text, &end, 10);
	if (errno || *end || end == text || *text == '-') {
		complain("audit", NULL, "'%s' is not a number", text);
		return bad_usage("audit");
	}
	return 0;
}

/* Parses the options. Returns -1 to go on, or an exit code. */
static int parse(int argc, char **argv, struct audit *audit, const char **baseline)
{
	static struct json json;
	static const struct option names[] = {
		{"all", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"baseline", required_argument, NULL, 'b'},
		{"strict", no_argument, NULL, 's'},
		{"limit", required_argument, NULL, 'l'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "ajb:sl:qh", names, NULL)) != -1) {
		switch (c) {
		case 'a':
			audit->all = true;
			break;
		case 'j':
			json.out = stdout;
			audit->json = &json;
			break;
		case 'b':
			*baseline = optarg;
			break;
		case 's':
			audit->strict = true;
			break;
		case 'l':
			if (parse_limit(audit, optarg))
				return EXIT_TROUBLE;
			break;
		case 'q':
			audit->quiet = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return finish_output("audit", EXIT_CLEAN);
		default:
			return bad_usage("audit");
		}
	}
	if (optind == argc) {
		complain("audit", NULL, "no file given");
		return bad_usage("audit");
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct audit audit = {.limit = 10};
	const char *baseline = NULL;
	struct ab_error error;
	int code = parse(argc, argv, &audit, &baseline);

	if (code >= 0)
		return code;
	if (baseline) {
		audit.baseline = baseline_read(baseline, &error);
		if (!audit.baseline)
			return complain("audit", baseline, "%s", error.text);
	}
	audit.disassembler = disassembler_new();
	if (!audit.disassembler)
		return complain("audit", NULL, "libopcodes was built without x86");
	code = finish_output("audit", audit_files(&audit, argv + optind));
	disassembler_free(audit.disassembler);
	baseline_free(audit.baseline);
	return code;
}
