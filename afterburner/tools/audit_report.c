/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_report.c - findings as lines or as JSON.
 *
 * Invariant: every finding is counted, also one that the limit per function leaves out.
 */
#include "audit.h"

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name;   /* in JSON */
	const char *prefix; /* in front of the text */
} kinds[FINDING_KINDS] = {
	[FINDING_UNANNOTATED] = {"unannotated", "unannotated "},
	[FINDING_SITE] = {"site", "wrong "},
	[FINDING_DISAGREEMENT] = {"disagreement", "internal: table and libopcodes disagree about "},
};

/* "function+0x12" without the offset. */
static void function_of(const char *where, char *function, size_t size)
{
	const char *plus = strrchr(where, '+');
	size_t length = plus ? (size_t)(plus - where) : strlen(where);

	if (length >= size)
		length = size - 1;
	memcpy(function, where, length);
	function[length] = '\0';
}

static void held_back(struct subject *subject)
{
	uint64_t limit = subject->audit->limit;

	if (limit && subject->in_function > limit && !subject->audit->json)
		printf("%s: %s: and %" PRIu64 " more there (--limit 0 shows all)\n",
		       subject->image->name, subject->function, subject->in_function - limit);
}

/* Counts per function; false when the limit is used up. */
static bool may_show(struct subject *subject, const char *function)
{
	if (strcmp(function, subject->function) != 0) {
		held_back(subject);
		subject->in_function = 0;
		snprintf(subject->function, sizeof(subject->function), "%s", function);
	}
	subject->in_function++;
	return subject->audit->limit == 0 || subject->in_function <= subject->audit->limit;
}

static void show_json(const struct subject *subject, const struct finding *f, bool accepted)
{
	struct json *j = subject->audit->json;

	json_open(j, NULL, '{');
	json_string(j, "kind", kinds[f->kind].name);
	json_string(j, "section", f->region->name);
	json_hex(j, "address", f->region->addr + f->offset);
	json_string(j, "where", f->where);
	json_string(j, "text", f->text);
	json_bool(j, "accepted", accepted);
	json_close(j, '}');
}

void audit_report(struct subject *subject, const struct finding *f)
{
	struct audit *audit = subject->audit;
	bool warning = f->kind == FINDING_DISAGREEMENT && !audit->strict;
	char function[sizeof(subject->function)];
	bool accepted;

	function_of(f->where, function, sizeof(function));
	accepted = baseline_accepts(audit->baseline, function, f->text);
	if (accepted)
		subject->accepted++;
	else
		subject->found[f->kind]++;
	if (!accepted && !warning)
		audit->failures++;
	if (audit->json)
		show_json(subject, f, accepted);
	else if (!accepted && may_show(subject, function))
		printf("%s: %s: %s%s%s\n", subject->image->name, f->where,
		       warning ? "warning: " : "", kinds[f->kind].prefix, f->text);
}

static void summary_json(const struct subject *subject)
{
	struct json *j = subject->audit->json;

	json_close(j, ']');
	json_number(j, "sites", subject->sites->count);
	json_number(j, "instructions", subject->instructions);
	json_number(j, "bytes", subject->bytes);
	json_number(j, "accepted", subject->accepted);
	json_open(j, "counts", '{');
	for (int i = 0; i < FINDING_KINDS; i++)
		json_number(j, kinds[i].name, subject->found[i]);
	json_close(j, '}');
	json_open(j, "exempt", '[');
	for (int i = 0; audit_exemptions[i].section; i++) {
		json_open(j, NULL, '{');
		json_string(j, "section", audit_exemptions[i].section);
		json_number(j, "count", subject->exempt[i]);
		json_string(j, "reason", audit_exemptions[i].reason);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

void audit_summary(struct subject *subject)
{
	const uint64_t *found = subject->found;
	uint64_t total;

	held_back(subject);
	if (subject->audit->json) {
		summary_json(subject);
		return;
	}
	if (subject->audit->quiet)
		return;
	total = found[FINDING_UNANNOTATED] + found[FINDING_SITE];
	printf("%s: %" PRIu64 " finding%s", subject->image->name, total, total == 1 ? "" : "s");
	if (found[FINDING_DISAGREEMENT])
		printf(", %" PRIu64 " disagreements", found[FINDING_DISAGREEMENT]);
	printf(" (%" PRIu64 " sites, %" PRIu64 " instructions", subject->sites->count,
	       subject->instructions);
	if (subject->accepted)
		printf(", %" PRIu64 " accepted by the baseline", subject->accepted);
	for (int i = 0; audit_exemptions[i].section; i++)
		if (subject->exempt[i])
			printf(", exempt %" PRIu64 " in %s", subject->exempt[i],
			       audit_exemptions[i].section);
	puts(")");
}
