/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.c - all counters under their names (counters.h).
 *
 * Invariant: `rows` alone decides what is shown and in which order, for values and names.
 */
#include <stdarg.h>
#include <wedge/counters.h>
#include <wedge/lib.h>
#include <wedge/vcpu.h>

#define COUNTER(id, name) name,
#define TOTAL(name, first, last)
static const char *const names[] = {
#include <wedge/counters.def>
#include <wedge/backend_counters.def>
};
#undef COUNTER
#undef TOTAL

struct total {
	const char *name;
	enum counter first, last;
};

#define COUNTER(id, name)
#define TOTAL(name, first, last) {name, COUNT_##first, COUNT_##last},
static const struct total totals[] = {
#include <wedge/counters.def>
#include <wedge/backend_counters.def>
};
#undef COUNTER
#undef TOTAL

/* The first row of each kind. */
enum {
	TRAP_COUNT = sizeof(((struct vcpu *)0)->traps) / sizeof(uint64_t),
	TOTALS = COUNT_ALL,
	SITES = TOTALS + sizeof(totals) / sizeof(totals[0]),
	CLASSES = SITES + 1,
	INSNS = CLASSES + AFTERBURN_CLASS_COUNT,
	TRAPS = INSNS + AFTERBURN_INSN_COUNT,
	ROWS = TRAPS + TRAP_COUNT
};

unsigned int counters_shown(void)
{
	return ROWS;
}

static uint64_t total(const struct vcpu *v, const struct total *t)
{
	uint64_t sum = 0;

	for (unsigned int c = t->first; c <= t->last; c++)
		sum += v->counters[c];
	return sum;
}

static uint64_t class_total(const struct vcpu *v, unsigned int class_)
{
	uint64_t sum = 0;

	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		if (afterburn_insns[id].class_ == class_)
			sum += v->entries[id];
	}
	return sum;
}

static uint64_t all_sites(const struct vcpu *v)
{
	uint64_t sum = 0;

	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++)
		sum += v->entries[id];
	return sum;
}

uint64_t counters_value(const struct vcpu *v, unsigned int index)
{
	if (index < TOTALS)
		return v->counters[index];
	if (index < SITES)
		return total(v, &totals[index - TOTALS]);
	if (index < CLASSES)
		return all_sites(v);
	if (index < INSNS)
		return class_total(v, index - CLASSES);
	if (index < TRAPS)
		return v->entries[index - INSNS];
	return v->traps[index - TRAPS];
}

__attribute__((format(printf, 3, 4))) static void print(char *text, size_t size, const char *format,
							...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(text, size, format, arguments);
	va_end(arguments);
}

void counters_name(unsigned int index, char *text, size_t size)
{
	if (index < TOTALS)
		print(text, size, "%s", names[index]);
	else if (index < SITES)
		print(text, size, "%s", totals[index - TOTALS].name);
	else if (index == SITES)
		print(text, size, "sites");
	else if (index < INSNS)
		print(text, size, "class.%s", afterburn_class_names[index - CLASSES]);
	else if (index < TRAPS)
		print(text, size, "insn.%s", afterburn_insns[index - INSNS].name);
	else
		print(text, size, "trap.%u", index - TRAPS);
}
