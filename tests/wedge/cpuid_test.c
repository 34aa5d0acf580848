/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuid_test.c - what the guest kernel sees of the platform's features: every line of features.def,
 * and nothing without one. What must never be seen is listed once more, by hand, in the width's own
 * tests.
 *
 * Invariant: reads the table's policies in its own words.
 */
#include "guest.h"

#include <wedge/cpuid.h>

struct feature {
	const char *name;
	uint32_t leaf, subleaf;
	unsigned int reg, bit;
	enum cpuid_policy policy;
};

static const struct feature table[] = {
#define FEATURE(name_, leaf_, subleaf_, register_, bit_, policy_, why_)                            \
	{#name_, leaf_, subleaf_, CPUID_##register_, bit_, CPUID_##policy_},
#include <wedge/features.def>
};

enum { FEATURES = sizeof(table) / sizeof(table[0]) };

/* The register on a platform that has all features, or none. */
static uint32_t seen(const struct feature *f, bool all)
{
	uint32_t r[4];

	for (unsigned int i = 0; i < 4; i++)
		fake.cpuid[i] = all ? UINT32_MAX : 0;
	cpuid_show(&vcpu, f->leaf, f->subleaf, r);
	return r[f->reg];
}

static void every_feature_follows_its_line(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FEATURES; i++) {
		const struct feature *f = &table[i];
		bool all = seen(f, true) >> f->bit & 1, none = seen(f, false) >> f->bit & 1;
		bool visible = f->policy == CPUID_SHOWN || f->policy == CPUID_FORCED ||
			       (f->policy == CPUID_LONG_MODE && ARCH_LONG_MODE);

		if (f->policy == CPUID_OWN)
			continue;
		if (all != visible || none != (f->policy == CPUID_FORCED))
			fail_msg("%s is %sshown where the platform has it, %sshown where not",
				 f->name, all ? "" : "not ", none ? "" : "not ");
	}
}

/* AMD's copies of leaf 1, in 0x80000001 EDX. */
static bool is_copy(const struct feature *f, unsigned int bit)
{
	return f->leaf == 0x80000001 && f->reg == CPUID_EDX &&
	       (bit <= 9 || (bit >= 12 && bit <= 17) || bit == 23 || bit == 24);
}

static bool has_line(const struct feature *place, unsigned int bit)
{
	for (unsigned int i = 0; i < FEATURES; i++) {
		const struct feature *f = &table[i];

		if (f->leaf == place->leaf && f->subleaf == place->subleaf &&
		    f->reg == place->reg && f->bit == bit)
			return true;
	}
	return false;
}

static void what_has_no_line_is_hidden(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FEATURES; i++) {
		uint32_t value = seen(&table[i], true);

		for (unsigned int bit = 0; bit < 32; bit++) {
			if ((value >> bit & 1) && !has_line(&table[i], bit) &&
			    !is_copy(&table[i], bit))
				fail_msg("bit %u beside %s is shown", bit, table[i].name);
		}
	}
}

/* No two lines for one bit, and no two names. */
static void every_bit_has_one_line(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FEATURES; i++)
		for (unsigned int j = 0; j < i; j++) {
			assert_string_not_equal(table[i].name, table[j].name);
			assert_false(table[i].leaf == table[j].leaf &&
				     table[i].subleaf == table[j].subleaf &&
				     table[i].reg == table[j].reg && table[i].bit == table[j].bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(every_feature_follows_its_line),
		GUEST_TEST(what_has_no_line_is_hidden),
		GUEST_TEST(every_bit_has_one_line),
	};

	return RUN_TAP(tests);
}
