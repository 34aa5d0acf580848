/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - runs the checks one after another and reports each (micro.h).
 *
 * Command line: `after=NAME` begins behind that check (the driver uses it when NAME took the
 * machine down), `only=NAME` runs one, `except=NAME,NAME` leaves some out.
 *
 * Invariant: MICRO-END is printed only when every check that was asked for has had its turn.
 */
#include <stdarg.h>

#include "console.h"
#include "interrupts.h"
#include "micro.h"
#include "paging.h"

enum { COMMAND_LINE_MAX = 512, BOOT_PARAMS_COMMAND_LINE = 0x228, PVH_COMMAND_LINE = 24 };

extern const struct check checks_start[], checks_end[];

static char command_line[COMMAND_LINE_MAX];
static const struct check *current;
static struct jump check_over;

static void report(const char *result, const char *format, va_list arguments)
{
	cli();
	console_print("%s %s", result, current ? current->name : "start");
	if (format) {
		console_print(": ");
		console_print_list(format, arguments);
	}
	console_print("\n");
}

static _Noreturn void check_end(void)
{
	if (!current)
		power_off();
	jump_to(&check_over);
}

#define DEFINE_RESULT(name, word)                                                                  \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		report(word, format, arguments);                                                   \
		va_end(arguments);                                                                 \
		check_end();                                                                       \
	}
DEFINE_RESULT(fail, "MICRO-FAIL")
DEFINE_RESULT(skip, "MICRO-SKIP")
DEFINE_RESULT(broken, "MICRO-ERROR")

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report("MICRO-NOTE", format, arguments);
	va_end(arguments);
}

const char *option(const char *key)
{
	static char value[384];
	size_t length = strlen(key), n = 0;
	const char *at = command_line;

	value[0] = '\0';
	for (; *at; at++) {
		size_t i = 0;

		while (i < length && at[i] == key[i])
			i++;
		if (i != length || at[i] != '=' || (at != command_line && at[-1] != ' '))
			continue;
		for (at += length + 1; *at && *at != ' ' && n < sizeof(value) - 1; at++)
			value[n++] = *at;
		value[n] = '\0';
		break;
	}
	return value;
}

bool option_is(const char *key, const char *value)
{
	return same_text(option(key), value);
}

/* Among the words that the option's value is a list of. */
static bool option_lists(const char *key, const char *item)
{
	const char *at = option(key);
	size_t length = strlen(item);

	for (;;) {
		size_t i = 0;

		while (i < length && at[i] == item[i])
			i++;
		if (i == length && (at[i] == ',' || !at[i]))
			return true;
		while (*at && *at != ',')
			at++;
		if (!*at++)
			return false;
	}
}

bool on_wedge(void)
{
	return !option_is("platform", "bare");
}

bool on_emulator(void)
{
	return !option_is("platform", "process");
}

_Noreturn void power_off(void)
{
	/* The PM1 control register of ACPI: sleep enable, type 0. */
	outw(0x604, 0x2000);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void run_one(const struct check *check)
{
	current = check;
	traps_forget();
	interrupts_init();
	console_print("MICRO-RUN %s\n", check->name);
	if (!jump_set(&check_over)) {
		check->run();
		console_print("MICRO-OK %s\n", check->name);
	}
	cli();
}

static void copy_command_line(word boot_params, word pvh_info)
{
	word at = 0;

	if (boot_params)
		at = *(volatile uint32_t *)(boot_params + BOOT_PARAMS_COMMAND_LINE);
	else if (pvh_info)
		at = read_word(pvh_info + PVH_COMMAND_LINE);
	for (unsigned int i = 0; at && i < COMMAND_LINE_MAX - 1 && read8(at + i); i++)
		command_line[i] = (char)read8(at + i);
}

/* From start.S, the loader's information still on the identity map. */
_Noreturn void micro_start(word boot_params, word pvh_info);
_Noreturn void micro_start(word boot_params, word pvh_info)
{
	bool begun = false;
	char after[64];

	copy_command_line(boot_params, pvh_info);
	traps_init();
	paging_init();
	console_print("MICRO-BEGIN\n");
	memcpy(after, option("after"), sizeof(after));
	for (const struct check *c = checks_start; c < checks_end; c++) {
		bool wanted = (begun || !after[0]) && !option_lists("except", c->name) &&
			      (!option("only")[0] || option_is("only", c->name));

		begun |= same_text(after, c->name);
		if (wanted)
			run_one(c);
	}
	current = NULL;
	console_print("MICRO-END\n");
	power_off();
}
