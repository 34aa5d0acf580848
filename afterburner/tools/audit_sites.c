/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_sites.c - checks every site, and knows the sections that need none.
 */
#include "audit.h"

#include <string.h>

const struct exemption audit_exemptions[] = {
	{".altinstr_replacement",
	 "copied over other code at boot, only for processor features; pads there break objtool, "
	 "and a relative call made there would be wrong in the copy. The wedge hides the features"},
	{NULL, NULL},
};

_Static_assert(sizeof(audit_exemptions) / sizeof(audit_exemptions[0]) <= AUDIT_EXEMPTIONS_MAX,
	       "room for the counters");

int audit_exemption(const char *section)
{
	for (int i = 0; audit_exemptions[i].section; i++)
		if (strcmp(section, audit_exemptions[i].section) == 0)
			return i;
	return -1;
}

static void report(struct subject *subject, const struct ab_site *site, const char *reason)
{
	char where[512], text[768];
	struct finding finding = {
		.kind = FINDING_SITE,
		.region = &subject->image->regions[site->region],
		.offset = site->offset,
		.where = where,
		.text = text,
	};

	ab_site_where(subject->image, site, where, sizeof(where));
	snprintf(text, sizeof(text), "site (%s): %s", ab_site_name(site), reason);
	audit_report(subject, &finding);
}

/*
 * 32-bit code in an ELF64 file is recognized only by a site that is right in 32-bit code alone
 * (typically a far jump). That code begins where its function begins, or behind the last site that
 * is right in 64-bit code alone; without a symbol, at the first site that fits.
 */
static uint64_t start_of_32(const struct subject *subject, uint64_t index)
{
	const struct ab_site *list = subject->sites->list, *site = &list[index];
	uint64_t distance, start = 0, first = site->offset;
	bool known = site->section &&
		     ab_image_label(subject->image, site->section, site->offset, &distance);

	if (known)
		start = site->offset - distance;
	for (uint64_t i = index;
	     i-- > 0 && list[i].region == site->region && list[i].offset >= start;) {
		if (subject->verdicts[i].only_64)
			return known ? list[i].offset + list[i].site_length : first;
		first = list[i].offset;
	}
	return known ? start : first;
}

void audit_sites(struct subject *subject)
{
	const struct ab_sites *sites = subject->sites;

	subject->verdicts = ab_alloc(sites->count, sizeof(*subject->verdicts));
	for (uint64_t i = 0; i < sites->count; i++) {
		const struct ab_site *site = &sites->list[i];
		struct verdict *verdict = &subject->verdicts[i];
		struct ab_site_code code;
		char text[256];
		const char *reason = ab_site_check(subject->image, site, i ? site - 1 : NULL, &code,
						   text, sizeof(text));

		verdict->good = !reason;
		verdict->only_32 = !reason && code.only_32;
		verdict->only_64 = !reason && code.only_64;
		if (verdict->only_32)
			verdict->start_32 = start_of_32(subject, i);
		if (reason)
			report(subject, site, reason);
	}
}
