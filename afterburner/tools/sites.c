/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - `afterburn sites`: the sites of a file, one a line, or counted.
 *
 * Invariant: every site is shown; a wrong one is marked.
 */
#include "command.h"
#include "elf/input.h"
#include "elf/sites.h"
#include "json.h"

#include <afterburn/sites.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: afterburn sites [--json] [--summary] FILE\n"
	"\n"
	"Lists the sites of FILE (vmlinux, bzImage, .o, .ko, .a): address, function and\n"
	"offset, instruction, class, length of the instruction and of the site, side of the pad.\n"
	"\n"
	"  -j, --json      as JSON\n"
	"  -s, --summary   counts per class and per instruction, and what the pads cost\n"
	"  -h, --help      this text\n"
	"\n"
	"Exit code: 0 listed, 1 FILE has no sites or a wrong one, 2 usage or input error.\n";

struct run {
	const char *path;
	bool summary;
	struct json *json; /* or NULL */
	uint64_t files, wrong, total;
};

struct counts {
	uint64_t insn[AFTERBURN_INSN_COUNT], class_[AFTERBURN_CLASS_COUNT];
	uint64_t text; /* bytes of code, pads included */
};

static unsigned int insn_of(const struct ab_site *site, const struct ab_site_code *code, bool good)
{
	unsigned int id = site->kind & AFTERBURN_KIND_INSN;

	return good && id == AFTERBURN_INSN_DECODE ? code->insn.id : id;
}

static const char *class_of(unsigned int id)
{
	return id < AFTERBURN_INSN_COUNT ? afterburn_class_names[afterburn_insns[id].class_] : "?";
}

static void show_site(struct run *run, const struct ab_image *image, const struct ab_site *site,
		      unsigned int id, const char *reason)
{
	const char *name = id < AFTERBURN_INSN_COUNT ? afterburn_insns[id].name : "?";
	const char *pad = site->insn_offset ? "before" : "after";
	char where[512];

	ab_site_where(image, site, where, sizeof(where));
	if (!run->json) {
		printf("%0*" PRIx64 " %-40s %-13s %-6s insn %2u site %2u pad %s%s%s\n",
		       image->width / 4, site->addr, where, name, class_of(id), site->insn_length,
		       site->site_length, pad, reason ? "  WRONG: " : "", reason ? reason : "");
		return;
	}
	json_open(run->json, NULL, '{');
	json_hex(run->json, "address", site->addr);
	if (site->section)
		json_string(run->json, "section", image->sections[site->section].name);
	json_string(run->json, "where", where);
	json_string(run->json, "instruction", name);
	json_string(run->json, "class", class_of(id));
	json_number(run->json, "instruction_offset", site->insn_offset);
	json_number(run->json, "instruction_length", site->insn_length);
	json_number(run->json, "site_length", site->site_length);
	if (reason)
		json_string(run->json, "wrong", reason);
	json_close(run->json, '}');
}

static void show_counts(const struct run *run, const struct ab_sites *sites,
			const struct counts *counts)
{
	uint64_t pads = sites->count * AFTERBURN_PAD_LEN;
	double growth =
		counts->text > pads ? 100.0 * (double)pads / (double)(counts->text - pads) : 0.0;

	if (run->json) {
		json_open(run->json, "classes", '{');
		for (int i = 0; i < AFTERBURN_CLASS_COUNT; i++)
			if (counts->class_[i])
				json_number(run->json, afterburn_class_names[i], counts->class_[i]);
		json_close(run->json, '}');
		json_open(run->json, "instructions", '{');
		for (int i = 0; i < AFTERBURN_INSN_COUNT; i++)
			if (counts->insn[i])
				json_number(run->json, afterburn_insns[i].name, counts->insn[i]);
		json_close(run->json, '}');
		json_number(run->json, "pad_bytes", pads);
		json_number(run->json, "text_bytes", counts->text);
		return;
	}
	for (int i = 0; i < AFTERBURN_CLASS_COUNT; i++)
		if (counts->class_[i])
			printf("  class %-14s %8" PRIu64 "\n", afterburn_class_names[i],
			       counts->class_[i]);
	for (int i = 0; i < AFTERBURN_INSN_COUNT; i++)
		if (counts->insn[i])
			printf("  %-20s %8" PRIu64 "\n", afterburn_insns[i].name, counts->insn[i]);
	printf("  sites                %8" PRIu64 "\n  pad bytes            %8" PRIu64
	       "\n  text bytes           %8" PRIu64 "  (%.2f %% more than without pads)\n",
	       sites->count, pads, counts->text, growth);
}

static void list(struct run *run, const struct ab_image *image, const struct ab_sites *sites)
{
	struct counts counts = {0};

	for (uint32_t i = 0; i < image->region_count; i++)
		counts.text += image->regions[i].code.size;
	if (run->json && !run->summary)
		json_open(run->json, "sites", '[');
	for (uint64_t i = 0; i < sites->count; i++) {
		const struct ab_site *site = &sites->list[i];
		struct ab_site_code code;
		char text[256];
		const char *reason =
			ab_site_check(image, site, i ? site - 1 : NULL, &code, text, sizeof(text));
		unsigned int id = insn_of(site, &code, !reason);

		run->wrong += reason != NULL;
		if (id < AFTERBURN_INSN_COUNT) {
			counts.insn[id]++;
			counts.class_[afterburn_insns[id].class_]++;
		}
		if (!run->summary)
			show_site(run, image, site, id, reason);
	}
	if (run->json && !run->summary)
		json_close(run->json, ']');
	if (run->summary)
		show_counts(run, sites, &counts);
}

static void show_image(struct run *run, const struct ab_image *image, const struct ab_sites *sites)
{
	if (run->json) {
		json_open(run->json, NULL, '{');
		json_string(run->json, "file", image->name);
		json_number(run->json, "width", image->width);
		json_number(run->json, "count", sites->count);
	} else if (!sites->count || run->summary || strcmp(image->name, run->path) != 0) {
		printf("%s: %s\n", image->name, sites->count ? "sites" : "no sites");
	}
	list(run, image, sites);
	if (run->json)
		json_close(run->json, '}');
}

static int visit(const char *name, struct ab_bytes file, void *context)
{
	struct run *run = context;
	struct ab_image image;
	struct ab_sites sites = {0};
	struct ab_error error;
	int code = 0;

	if (ab_image_open(&image, name, file, &error) < 0) {
		complain("sites", name, "%s", error.text);
		code = 1;
	} else {
		ab_sites_find(&sites, &image);
		show_image(run, &image, &sites);
	}
	run->files++;
	run->total += sites.count;
	ab_sites_free(&sites);
	ab_image_close(&image);
	return code;
}

static int show(struct run *run, const char *path)
{
	struct json *j = run->json;
	struct ab_error error;
	int result;

	run->path = path;

	if (j) {
		json_open(j, NULL, '{');
		json_number(j, "version", 2);
		json_open(j, "files", '[');
	}
	result = ab_input_each(path, visit, run, &error);
	if (result < 0)
		complain("sites", path, "%s", error.text);
	if (j) {
		json_close(j, ']');
		json_close(j, '}');
		fputc('\n', stdout);
	}
	if (result != 0)
		return finish_output("sites", EXIT_TROUBLE);
	return finish_output("sites", run->wrong || !run->total ? EXIT_FINDING : EXIT_CLEAN);
}

int command_sites(int argc, char **argv)
{
	static const struct option names[] = {
		{"json", no_argument, NULL, 'j'},
		{"summary", no_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct json json = {.out = stdout};
	struct run run = {0};
	int c;

	while ((c = getopt_long(argc, argv, "jsh", names, NULL)) != -1) {
		switch (c) {
		case 'j':
			run.json = &json;
			break;
		case 's':
			run.summary = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return finish_output("sites", EXIT_CLEAN);
		default:
			return bad_usage("sites");
		}
	}
	if (optind + 1 != argc) {
		complain("sites", NULL, optind == argc ? "no file given" : "more than one file");
		return bad_usage("sites");
	}
	return show(&run, argv[optind]);
}
