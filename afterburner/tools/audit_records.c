/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_records.c - are the records right, and which sections need none?
 *
 * Invariant: the list of exempt sections below is the only one.
 */
#include "audit.h"

#include <inttypes.h>
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
		.kind = FINDING_RECORD,
		.region = site->region < 0 ? NULL : &subject->image->regions[site->region],
		.offset = site->offset,
		.where = where,
		.text = text,
	};

	ab_site_where(subject->image, site, where, sizeof(where));
	snprintf(text, sizeof(text), "record %" PRIu64 " (%s): %s", site->record,
		 ab_site_name(site), reason);
	audit_report(subject, &finding);
}

void audit_records(struct subject *subject)
{
	const struct ab_sites *sites = subject->sites;

	subject->good = ab_alloc(sites->count, sizeof(*subject->good));
	subject->only_32 = ab_alloc(sites->count, sizeof(*subject->only_32));
	for (uint64_t i = 0; i < sites->count; i++) {
		const struct ab_site *site = &sites->list[i];
		struct ab_site_code code;
		char text[256];
		const char *reason = ab_site_check(subject->image, site, i ? site - 1 : NULL, &code,
						   text, sizeof(text));

		subject->good[i] = !reason;
		subject->only_32[i] = !reason && code.only_32;
		if (reason)
			report(subject, site, reason);
	}
}
