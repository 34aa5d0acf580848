/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_sweep.c - walks all code, instruction by instruction.
 *
 * The sweep is linear, and starts again at every symbol and every site, so data between functions
 * cannot hide the code behind it.
 *
 * Invariant: the matcher looks at every boundary; every sensitive instruction that it finds is
 * either a right site or a finding.
 */
#include "audit.h"

#include <stdlib.h>
#include <string.h>

#define INT3 0xcc

struct sweep {
	struct subject *subject;
	const struct ab_region *region;
	uint64_t site, site_end; /* the region's sites in the list */
	uint32_t label;		 /* the next one of the region */
	uint64_t next_32;	 /* the next site that is right in 32-bit code only */
	int exemption;
};

static const struct ab_label *next_label(const struct sweep *s, uint32_t index)
{
	const struct ab_image *image = s->subject->image;

	if (!s->region->section || index >= image->label_count ||
	    image->labels[index].section != s->region->section)
		return NULL;
	return &image->labels[index];
}

/* The first label of the region. */
static uint32_t first_label(const struct ab_image *image, uint32_t section)
{
	uint32_t low = 0, high = image->label_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (image->labels[middle].section < section)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum afterburn_code_mode mode_at(struct sweep *s, uint64_t at)
{
	const struct subject *subject = s->subject;
	const struct ab_site *list = subject->sites->list;

	if (subject->image->width == 32)
		return AFTERBURN_CODE_32;
	while (s->next_32 < s->site_end &&
	       (!subject->verdicts[s->next_32].only_32 ||
		list[s->next_32].offset + list[s->next_32].site_length <= at))
		s->next_32++;
	return s->next_32 < s->site_end && subject->verdicts[s->next_32].start_32 <= at
		       ? AFTERBURN_CODE_32
		       : AFTERBURN_CODE_64;
}

/* The next offset above `at` where an instruction certainly begins. */
static uint64_t next_anchor(const struct sweep *s, uint64_t at)
{
	const struct ab_label *label = next_label(s, s->label);
	uint64_t anchor = s->region->code.size;

	if (label && label->offset > at && label->offset < anchor)
		anchor = label->offset;
	if (s->site < s->site_end && s->subject->verdicts[s->site].good) {
		const struct ab_site *site = &s->subject->sites->list[s->site];
		uint64_t insn = site->offset + site->insn_offset;

		if (site->offset > at && site->offset < anchor)
			anchor = site->offset;
		else if (insn > at && insn < anchor)
			anchor = insn;
	}
	return anchor;
}

/* Moves past labels at `at` and sites that end there or before. */
static void advance(struct sweep *s, uint64_t at)
{
	const struct ab_site *list = s->subject->sites->list;
	const struct ab_label *label = next_label(s, s->label);

	while (label && label->offset <= at)
		label = next_label(s, ++s->label);
	while (s->site < s->site_end && list[s->site].offset + list[s->site].site_length <= at)
		s->site++;
}

/* True if the current site is right and its instruction is at `at`. */
static bool is_site(const struct sweep *s, uint64_t at)
{
	const struct ab_site *site = &s->subject->sites->list[s->site];

	return s->site < s->site_end && s->subject->verdicts[s->site].good &&
	       site->offset + site->insn_offset == at;
}

static void report(const struct sweep *s, enum finding_kind kind, uint64_t at, const char *text)
{
	char where[512];
	struct finding finding = {
		.kind = kind,
		.region = s->region,
		.offset = at,
		.where = where,
		.text = text,
	};

	ab_image_where(s->subject->image, s->region, at, where, sizeof(where));
	audit_report(s->subject, &finding);
}

/*
 * Looks at the instruction at `at`, which libopcodes calls `text`. Returns its length in bytes: the
 * matcher's, where libopcodes takes a superfluous prefix for an instruction of its own, or does not
 * know the instruction (binutils 2.40: lkgs) and so has no second opinion.
 */
static uint64_t check_insn(const struct sweep *s, uint64_t at, enum afterburn_code_mode mode,
			   uint64_t length, const char *text)
{
	const struct ab_bytes code = s->region->code;
	struct afterburn_decoded insn;
	bool matched = afterburn_match(code.data + at, code.size - at, mode, &insn);
	bool known = !strstr(text, "(bad)");

	if (matched && !known)
		length = insn.length;
	while (matched && length < insn.length)
		length += disassemble(s->subject->audit->disassembler, at + length, mode, &text);
	if (matched && !is_site(s, at) &&
	    (s->subject->audit->all ||
	     afterburn_insns[insn.id].policy == AFTERBURN_POLICY_ALWAYS)) {
		if (s->exemption >= 0)
			s->subject->exempt[s->exemption]++;
		else
			report(s, FINDING_UNANNOTATED, at,
			       known ? text : afterburn_insns[insn.id].name);
	}
	if (known && matched != audit_text_is_sensitive(text, mode) && s->exemption < 0)
		report(s, FINDING_DISAGREEMENT, at, text);
	return length;
}

static void sweep_region(struct sweep *s)
{
	const struct ab_bytes code = s->region->code;
	struct subject *subject = s->subject;
	struct disassembler *d = subject->audit->disassembler;

	disassembler_code(d, code, s->region->addr);
	for (uint64_t at = 0; at < code.size;) {
		enum afterburn_code_mode mode;
		const char *text;
		uint64_t length, anchor;

		/* int3 fills the gaps between functions: in a kernel a third of all bytes. */
		if (code.data[at] == INT3) {
			at++;
			subject->instructions++;
			continue;
		}
		advance(s, at);
		mode = mode_at(s, at);
		length = disassemble(d, at, mode, &text);
		length = check_insn(s, at, mode, length, text);
		anchor = next_anchor(s, at);
		at = length > anchor - at ? anchor : at + length;
		subject->instructions++;
	}
	subject->bytes += code.size;
}

void audit_sweep(struct subject *subject)
{
	const struct ab_sites *sites = subject->sites;
	uint64_t site = 0;

	for (uint32_t i = 0; i < subject->image->region_count; i++) {
		struct sweep s = {.subject = subject, .region = &subject->image->regions[i]};

		s.site = s.next_32 = site;
		while (site < sites->count && sites->list[site].region == i)
			site++;
		s.site_end = site;
		s.label = first_label(subject->image, s.region->section);
		s.exemption = audit_exemption(s.region->name);
		sweep_region(&s);
	}
}
