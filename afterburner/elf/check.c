/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.c - the rules a site must keep (afterburn/sites.h and insns.def).
 *
 * Invariant: a site that passes can be rewritten: its bytes are code, its instruction is the one
 * that its pad names, and its pad is where bare metal needs it.
 */
#include "elf/sites.h"

#include <afterburn/sites.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *say(char *text, uint64_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static const char *say(char *text, uint64_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, size, format, args);
	va_end(args);
	return text;
}

static const char *check_pad(const struct ab_site *site, char *text, uint64_t size)
{
	unsigned int id = site->kind & AFTERBURN_KIND_INSN;

	if (id >= AFTERBURN_INSN_COUNT)
		return say(text, size, "instruction number %u is unknown", id);
	if (site->insn_length < 1 || site->insn_length > AFTERBURN_INSN_MAX)
		return say(text, size, "an instruction of %u bytes is impossible",
			   site->insn_length);
	if (!site->insn_offset && site->pad < site->insn_length)
		return say(text, size, "its pad follows no instruction");
	return NULL;
}

/*
 * True if this is the instruction that the pad names, or if the pad leaves the instruction to the
 * bytes.
 */
static bool is_named(const struct ab_site *site, const struct afterburn_decoded *insn)
{
	unsigned int id = site->kind & AFTERBURN_KIND_INSN;

	return insn->length == site->insn_length && (id == AFTERBURN_INSN_DECODE || id == insn->id);
}

static const char *check_insn(const struct ab_image *image, const struct ab_site *site,
			      const unsigned char *insn, struct ab_site_code *code, char *text,
			      uint64_t size)
{
	struct afterburn_decoded other;
	bool wide = image->width == 64, found, named, other_named;

	code->mode = wide ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32;
	found = afterburn_match(insn, site->insn_length, code->mode, &code->insn);
	named = found && is_named(site, &code->insn);
	other_named = wide && afterburn_match(insn, site->insn_length, AFTERBURN_CODE_32, &other) &&
		      is_named(site, &other);
	code->only_64 = wide && named && !other_named;
	code->only_32 = !named && other_named;
	if (code->only_32) {
		code->mode = AFTERBURN_CODE_32;
		code->insn = other;
	}
	if (named || other_named)
		return NULL;
	if (!found)
		return say(text, size, "the %s of its pad is not there", ab_site_name(site));
	if (code->insn.length != site->insn_length)
		return say(text, size, "the %s there has %u bytes, not %u",
			   afterburn_insns[code->insn.id].name, code->insn.length,
			   site->insn_length);
	return say(text, size, "the instruction there is %s, not %s",
		   afterburn_insns[code->insn.id].name, ab_site_name(site));
}

/*
 * Reports a pad on the wrong side only if that does harm. A pad that leaves the instruction to the
 * bytes may be on either side. The pad of a control transfer may be behind it: directly after an
 * sti it must be, since a pad in front would use up the one instruction for which sti delays
 * interrupts.
 */
static const char *check_side(const struct ab_site *site, const struct ab_site_code *code,
			      char *text, uint64_t size)
{
	bool before = site->kind & AFTERBURN_KIND_PAD_BEFORE;
	bool wanted = afterburn_insns[code->insn.id].place == AFTERBURN_PLACE_BEFORE;
	bool transfer = afterburn_insns[code->insn.id].class_ == AFTERBURN_CLASS_XFER;

	if (before == wanted || (!before && transfer) ||
	    (before && (site->kind & AFTERBURN_KIND_INSN) == AFTERBURN_INSN_DECODE))
		return NULL;
	return say(text, size, "the pad of %s must stand %s it",
		   afterburn_insns[code->insn.id].name, wanted ? "before" : "after");
}

const char *ab_site_check(const struct ab_image *image, const struct ab_site *site,
			  const struct ab_site *previous, struct ab_site_code *code, char *text,
			  uint64_t size)
{
	struct ab_bytes bytes;
	const char *reason;

	memset(code, 0, sizeof(*code));
	reason = check_pad(site, text, size);
	if (reason)
		return reason;
	if (!ab_slice(image->regions[site->region].code, site->offset, site->site_length, &bytes))
		return say(text, size, "the site reaches beyond the end of its section");
	if (previous && previous->region == site->region &&
	    site->offset - previous->offset < previous->site_length)
		return say(text, size, "the site overlaps the one before it");
	reason = check_insn(image, site, bytes.data + site->insn_offset, code, text, size);
	return reason ? reason : check_side(site, code, text, size);
}
