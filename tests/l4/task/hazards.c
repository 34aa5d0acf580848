/*
 * What an unmodified kernel does not survive: each in a machine of its own, whose output must end
 * with the line that says what follows.
 *
 * Invariant: a kernel that survives one says so, and the test fails: the project's documents list
 * what these do.
 */
#include "task.h"

static void kernel_address(void)
{
	(void)*(volatile word *)0xc0000000u;
	child_done(0, 0);
}

static void undefined(void)
{
	__asm__ volatile("ud2");
	child_done(0, 0);
}

static void flat_gs(void)
{
	__asm__ volatile("movw %w0, %%gs" ::"r"(0x23));
	child_done(*(volatile word *)ELSEWHERE, 0);
}

static void flat_code_gs(void)
{
	__asm__ volatile("movw %w0, %%gs" ::"r"(0x1b));
	child_done(*(volatile word *)ELSEWHERE, 0);
}

static void nil_gs(void)
{
	__asm__ volatile("movw %w0, %%gs" ::"r"(0));
	child_done(*(volatile word *)ELSEWHERE, 0);
}

/* Nobody saves ES when a message is sent, and the kernel copies with it. */
static void utcb_es_message(void)
{
	__asm__ volatile("movw %w0, %%es" ::"r"(0x2b));
	child_done(0, 0);
}

static void utcb_es_exception(void)
{
	__asm__ volatile("movw %w0, %%es\n\tint $0x80" ::"r"(0x2b));
	child_done(0, 0);
}

static const struct {
	const char *name;
	void (*f)(void);
} hazards[] = {
	{"kernel-address", kernel_address},
	{"ud2", undefined},
	{"gs-23", flat_gs},
	{"gs-1b", flat_code_gs},
	{"gs-0", nil_gs},
	{"es-2b-message", utcb_es_message},
	{"es-2b-exception", utcb_es_exception},
};

static bool begins(const char *text, const char *with)
{
	while (*with && *text == *with)
		text++, with++;
	return !*with;
}

void hazard(const char *name)
{
	for (unsigned i = 0; i < sizeof hazards / sizeof *hazards; i++) {
		if (!begins(name, hazards[i].name))
			continue;
		say("hazard %s: after this the machine says nothing\n", hazards[i].name);
		struct event e = child_start(hazards[i].f);
		say("hazard %s:", hazards[i].name);
		say_event(&e);
		say("\n");
		return;
	}
	say("no such hazard\n");
}
