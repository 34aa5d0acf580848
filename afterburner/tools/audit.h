/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.h - the parts of `afterburn audit`: reading a file, sweeping its code, reporting.
 *
 * Invariant: afterburn_match() decides at every instruction boundary. libopcodes only supplies
 * boundaries, text and a second opinion.
 */
#ifndef AFTERBURNER_TOOLS_AUDIT_H
#define AFTERBURNER_TOOLS_AUDIT_H

#include "disassemble.h"
#include "elf/sites.h"
#include "json.h"

enum finding_kind {
	FINDING_UNANNOTATED,  /* a sensitive instruction that is no site */
	FINDING_SITE,	      /* a pad without its instruction, or on the wrong side of it */
	FINDING_DISAGREEMENT, /* matcher and libopcodes differ: a warning, unless --strict */
	FINDING_KINDS
};

struct finding {
	enum finding_kind kind;
	const struct ab_region *region;
	uint64_t offset;   /* in the region */
	const char *where; /* function+0x12 */
	const char *text;  /* the instruction, or what is wrong */
};

struct baseline;

/* A section whose code runs only as a copy elsewhere, and why it needs no sites. */
struct exemption {
	const char *section;
	const char *reason;
};
extern const struct exemption audit_exemptions[];
#define AUDIT_EXEMPTIONS_MAX 8

/* What audit_sites() has found out about a site. */
struct verdict {
	bool good;
	bool only_32, only_64;
	uint64_t start_32; /* with only_32: offset where the 32-bit code of this site begins */
};

struct audit {
	struct disassembler *disassembler;
	struct baseline *baseline; /* or NULL */
	struct json *json;	   /* or NULL */
	bool strict, quiet;
	bool all;	/* optional instructions need a site, too */
	uint64_t limit; /* findings shown per function; 0 for all */
	bool trouble;	/* a file could not be read */
	uint64_t failures;
};

/* One ELF file under audit. */
struct subject {
	struct audit *audit;
	const struct ab_image *image;
	const struct ab_sites *sites;
	struct verdict *verdicts; /* per site */
	uint64_t instructions, bytes;
	uint64_t exempt[AUDIT_EXEMPTIONS_MAX];
	uint64_t found[FINDING_KINDS], accepted;
	/* For the limit per function. */
	char function[256];
	uint64_t in_function;
};

/* The index of the exemption for a section, or -1. */
int audit_exemption(const char *section);

/* Checks every site; fills in subject->verdicts. */
void audit_sites(struct subject *subject);

/* Sweeps all code; needs audit_sites() before it. */
void audit_sweep(struct subject *subject);

/* The second opinion: does AT&T text spell an instruction that the table has for this mode? */
bool audit_text_is_sensitive(const char *text, enum afterburn_code_mode mode);

/* Shows or counts one finding. */
void audit_report(struct subject *subject, const struct finding *finding);

/* Ends the report of one file: how many findings the limit left out, and the summary. */
void audit_summary(struct subject *subject);

/**
 * baseline_read - findings that the user accepts
 *
 * Returns NULL with *error set if the file cannot be read or a line is malformed.
 */
struct baseline *baseline_read(const char *path, struct ab_error *error);
void baseline_free(struct baseline *baseline);

/* Does a line of the baseline accept this finding? `function` without offset. */
bool baseline_accepts(struct baseline *baseline, const char *function, const char *text);

/* Calls `unused` for each line that accepted nothing; returns how many there are. */
uint64_t baseline_unused(const struct baseline *baseline,
			 void (*unused)(unsigned int line, const char *text));

#endif
