/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - gas's command line.
 *
 * The one thing that must be known of every option is whether it takes the next word as its
 * argument, or else an argument would pass for an input file. getopt_long_only does the parsing,
 * as in gas, so abbreviations and clusters mean the same.
 *
 * Invariant: an option that only some other gas knows is passed on, and taken to be one word; that
 * is never an error of ours.
 */
#include "options.h"

#include "arguments.h"
#include "diag.h"

#include <afterburn/insn.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTION_IGNORE = 256,
	OPTION_AFTERBURN,
	OPTION_32,
	OPTION_64,
	OPTION_SYNTAX,
	OPTION_NAKED_REG,
	OPTION_ALTERNATE,
	OPTION_MD,
	OPTION_DEFSYM,
	OPTION_PLAIN,
	OPTION_MRI,
	OPTION_LISTING,
};

#define WITH(name)                                                                                 \
	{                                                                                          \
		name, required_argument, NULL, OPTION_IGNORE                                       \
	}
#define MAYBE(name)                                                                                \
	{                                                                                          \
		name, optional_argument, NULL, OPTION_IGNORE                                       \
	}
#define ALONE(name)                                                                                \
	{                                                                                          \
		name, no_argument, NULL, OPTION_IGNORE                                             \
	}

static const struct option long_options[] = {
	{"afterburn", required_argument, NULL, OPTION_AFTERBURN},
	{"32", no_argument, NULL, OPTION_32},
	{"64", no_argument, NULL, OPTION_64},
	{"x32", no_argument, NULL, OPTION_64},
	{"msyntax", required_argument, NULL, OPTION_SYNTAX},
	{"mnaked-reg", no_argument, NULL, OPTION_NAKED_REG},
	{"alternate", no_argument, NULL, OPTION_ALTERNATE},
	{"MD", required_argument, NULL, OPTION_MD},
	{"defsym", required_argument, NULL, OPTION_DEFSYM},
	{"mri", no_argument, NULL, OPTION_MRI},
	{"version", no_argument, NULL, OPTION_PLAIN},
	{"help", no_argument, NULL, OPTION_PLAIN},
	{"target-help", no_argument, NULL, OPTION_PLAIN},
	{"dump-config", no_argument, NULL, OPTION_PLAIN},
	{"verbose", no_argument, NULL, OPTION_IGNORE},
	WITH("debug-prefix-map"),
	WITH("elf-stt-common"),
	WITH("em"),
	WITH("emulation"),
	WITH("gdwarf-cie-version"),
	WITH("generate-missing-build-notes"),
	WITH("hash-size"),
	WITH("itbl"),
	WITH("listing-cont-lines"),
	WITH("listing-lhs-width"),
	WITH("listing-lhs-width2"),
	WITH("listing-rhs-width"),
	WITH("multibyte-handling"),
	WITH("size-check"),
	WITH("march"),
	WITH("mtune"),
	WITH("mmnemonic"),
	WITH("msse-check"),
	WITH("moperand-check"),
	WITH("mavxscalar"),
	WITH("mvexwig"),
	WITH("mevexlig"),
	WITH("mevexwig"),
	WITH("mevexrcig"),
	WITH("mfence-as-lock-add"),
	WITH("momit-lock-prefix"),
	WITH("mrelax-relocations"),
	WITH("mx86-used-note"),
	WITH("malign-branch-boundary"),
	WITH("malign-branch-prefix-size"),
	WITH("malign-branch"),
	WITH("mlfence-after-load"),
	WITH("mlfence-before-indirect-branch"),
	WITH("mlfence-before-ret"),
	{"a", optional_argument, NULL, OPTION_LISTING},
	{"al", optional_argument, NULL, OPTION_LISTING},
	MAYBE("compress-debug-sections"),
	ALONE("nocompress-debug-sections"),
	ALONE("divide"),
	ALONE("execstack"),
	ALONE("noexecstack"),
	ALONE("fatal-warnings"),
	ALONE("g"),
	ALONE("gdwarf2"),
	ALONE("gdwarf-2"),
	ALONE("gdwarf-3"),
	ALONE("gdwarf-4"),
	ALONE("gdwarf-5"),
	ALONE("gdwarf-sections"),
	ALONE("gen-debug"),
	ALONE("gsframe"),
	ALONE("gstabs"),
	ALONE("gstabs+"),
	ALONE("keep-locals"),
	ALONE("mbranches-within-32B-boundaries"),
	ALONE("mindex-reg"),
	ALONE("msse2avx"),
	ALONE("muse-unaligned-vector-move"),
	ALONE("mshared"),
	ALONE("mold-gcc"),
	ALONE("madd-bnd-prefix"),
	ALONE("mamd64"),
	ALONE("mintel64"),
	ALONE("nocpp"),
	ALONE("no-pad-sections"),
	ALONE("no-warn"),
	ALONE("reduce-memory-overheads"),
	ALONE("sectname-subst"),
	ALONE("statistics"),
	ALONE("strip-local-absolute"),
	ALONE("traditional-format"),
	ALONE("warn"),
	{NULL, 0, NULL, 0},
};

/* The leading minus: operands come in order, as code 1. The colon: a lacking argument is code ':'.
 */
static const char short_options[] = "-:JKLMRWZa::Dfg::I:o:vwXkVQ:sqnO::";

/* What --afterburn=, or AFTERBURN in the environment, may say: `off`, `on`, or names of classes. */
static void apply(struct options *o, const char *from, const char *value)
{
	while (*value) {
		size_t length = strcspn(value, ",");
		struct span word = {value, value + length};
		unsigned int n = 0;

		if (span_is(word, "off")) {
			o->plain = true;
		} else if (span_is(word, "all")) {
			o->policy.code.classes = ~0u;
		} else if (span_is(word, "proof")) {
			o->proof = PROOF_ALWAYS;
		} else if (span_is(word, "no-proof")) {
			o->proof = PROOF_NEVER;
		} else if (!span_is(word, "on") && length > 0) {
			while (n < AFTERBURN_CLASS_COUNT &&
			       !span_is(word, afterburn_class_names[n]))
				n++;
			if (n == AFTERBURN_CLASS_COUNT)
				die("%s: unknown word '%.*s'; use off, on, all, proof, no-proof, "
				    "or classes of instructions such as time",
				    from, (int)length, value);
			o->policy.code.classes |= 1u << n;
		}
		value += length;
		value += *value == ',';
	}
}

static bool is_own(const char *argument)
{
	return strncmp(argument, "--afterburn=", strlen("--afterburn=")) == 0;
}

/* argv without our own options: what the real as gets when we step aside. */
static char **without_own(int argc, char **argv)
{
	char **list = calloc((size_t)argc + 1, sizeof(*list));
	int count = 0;

	if (!list)
		die("out of memory");
	for (int i = 0; i < argc; i++)
		if (!is_own(argv[i]))
			list[count++] = argv[i];
	return list;
}

static bool has_own(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (is_own(argv[i]))
			return true;
	return false;
}

static void set_syntax(struct options *o, const char *name)
{
	if (strcasecmp(name, "intel") == 0)
		o->policy.code.syntax.intel = true;
	else if (strcasecmp(name, "att") == 0)
		o->policy.code.syntax.intel = false;
	else
		o->plain = true; /* the real as will complain */
}

/* One option, or an operand (code 1). Returns false if its words are not for the real as. */
static bool apply_option(struct options *o, int code)
{
	switch (code) {
	case 1:
		o->inputs[o->input_count++] = optarg;
		return false;
	case OPTION_AFTERBURN:
		apply(o, "--afterburn", optarg);
		return false;
	case 'o':
		o->output = optarg;
		return true;
	case OPTION_32:
		o->policy.code.mode = AFTERBURN_CODE_32;
		return true;
	case OPTION_64:
		o->policy.code.mode = AFTERBURN_CODE_64;
		return true;
	case OPTION_SYNTAX:
		set_syntax(o, optarg);
		return true;
	case OPTION_NAKED_REG:
		o->policy.code.syntax.naked_reg = true;
		return true;
	case OPTION_ALTERNATE:
		o->policy.altmacro = true;
		return true;
	case OPTION_MD:
		o->dependencies = optarg;
		return true;
	case OPTION_DEFSYM:
		o->symbols[o->symbol_count++] = optarg;
		return true;
	case 'I':
		o->folders[o->folder_count++] = optarg;
		return true;
	case 'M':
	case OPTION_MRI:
		if (!o->plain)
			die("MRI mode (-M) cannot be annotated; use --afterburn=off for this file");
		return true;
	case OPTION_PLAIN:
	case ':':
		o->plain = true;
		return true;
	default:
		return true;
	}
}

/* Does the option name the object, or a file that is written beside it? */
static bool names_output(int code)
{
	return code == 'o' || code == OPTION_MD || code == OPTION_LISTING || code == 'a';
}

static void parse_words(struct options *o, int argc, char **argv)
{
	int kept = 1, kept_for_proof = 1, code;

	optind = 1;
	opterr = 0;
	o->rest[0] = o->proof_rest[0] = argv[0];
	for (;;) {
		int before = optind;

		code = getopt_long_only(argc, argv, short_options, long_options, NULL);
		if (code == -1)
			break;
		/* Without preprocessing sites would not be understood; the text does not mind it.
		 */
		if (code == 'f' && strcmp(argv[before], "-f") == 0)
			continue;
		if (!apply_option(o, code))
			continue;
		for (int i = before; i < optind; i++) {
			o->rest[kept++] = argv[i];
			if (!names_output(code))
				o->proof_rest[kept_for_proof++] = argv[i];
		}
	}
	for (; optind < argc; optind++)
		o->inputs[o->input_count++] = argv[optind];
	if (o->input_count == 0)
		o->inputs[o->input_count++] = "-";
}

void options_parse(struct options *o, int argc, char **argv)
{
	const char *environment = getenv("AFTERBURN");
	char **words = argv;

	*o = (struct options){.output = "a.out", .policy = {.code = {.mode = AFTERBURN_CODE_64}}};
	o->given = without_own(argc, argv);
	arguments_expand(&argc, &words);
	/* An @file stays one word for the real as, unless one of our own options is in it. */
	if (words != argv && has_own(argc, words))
		o->given = without_own(argc, words);
	/* As gcc calls it: gas names itself in messages, and must not name us. */
	o->given[0] = words[0] = "as";
	o->rest = calloc((size_t)argc + 1, sizeof(*o->rest));
	o->proof_rest = calloc((size_t)argc + 1, sizeof(*o->proof_rest));
	o->inputs = calloc((size_t)argc + 1, sizeof(*o->inputs));
	o->symbols = calloc((size_t)argc + 1, sizeof(*o->symbols));
	o->folders = calloc((size_t)argc + 1, sizeof(*o->folders));
	o->policy.defsym = o->symbols;
	o->policy.folders = o->folders;
	if (!o->rest || !o->proof_rest || !o->inputs || !o->symbols || !o->folders)
		die("out of memory");
	if (environment)
		apply(o, "environment variable AFTERBURN", environment);
	parse_words(o, argc, words);
}
