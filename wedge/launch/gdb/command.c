/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - the commands (GDB manual, E.2 to E.4). What is not here is answered as unknown,
 * and gdb does without.
 *
 * Invariant: no number out of a packet is used before it has been checked.
 */
#include "inside.h"
#include "../walk.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MEMORY = GDB_PACKET / 2 };

static const char ok[] = "OK", error[] = "E01";

static void answer(struct gdb *gdb, bool good)
{
	gdb_add(gdb, "%s", good ? ok : error);
}

/* A hexadecimal number, and what must follow it; moves on behind that. */
static bool take_number(const char **text, char then, unsigned long *value)
{
	char *end;

	if (!isxdigit((unsigned char)**text))
		return false;
	*value = strtoul(*text, &end, 16);
	if (*end != then)
		return false;
	*text = end + (then ? 1 : 0);
	return true;
}

void gdb_add_stop(struct gdb *gdb)
{
	switch (gdb->target->debug->reason) {
	case LAUNCH_ASKED:
		gdb_add(gdb, "T02thread:1;");
		break;
	case LAUNCH_BREAKPOINT:
		gdb_add(gdb, "T05swbreak:;thread:1;");
		break;
	case LAUNCH_CRASHED:
		gdb_add(gdb, "T06thread:1;");
		break;
	default:
		gdb_add(gdb, "T05thread:1;");
		break;
	}
}

static void set_all(struct gdb *gdb, const char *text)
{
	for (unsigned long number = 0; gdb_set_register(gdb, number, &text);)
		number++;
	gdb_add(gdb, ok);
}

static void set_one(struct gdb *gdb, const char *text)
{
	unsigned long number;

	answer(gdb, take_number(&text, '=', &number) && gdb_set_register(gdb, number, &text));
}

static void show_one(struct gdb *gdb, const char *text)
{
	unsigned long number;

	if (!take_number(&text, '\0', &number) || !gdb_add_register(gdb, number))
		gdb_add(gdb, error);
}

static void read_memory(struct gdb *gdb, const char *text)
{
	unsigned char bytes[MOST_MEMORY];
	unsigned long address, size;
	size_t done;

	if (!take_number(&text, ',', &address) || !take_number(&text, '\0', &size)) {
		gdb_add(gdb, error);
		return;
	}
	done = target_read(gdb->target, address, bytes,
			   size < sizeof(bytes) ? size : sizeof(bytes));
	if (done || size == 0)
		gdb_add_hex(gdb, bytes, done);
	else
		gdb_add(gdb, error);
}

static void write_memory(struct gdb *gdb, const char *text)
{
	unsigned char bytes[MOST_MEMORY];
	unsigned long address, size;

	if (!take_number(&text, ',', &address) || !take_number(&text, ':', &size) ||
	    size > sizeof(bytes) || strlen(text) != 2 * size) {
		gdb_add(gdb, error);
		return;
	}
	for (unsigned long i = 0; i < size; i++) {
		char two[3] = {text[2 * i], text[2 * i + 1], '\0'};

		bytes[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	answer(gdb, target_write(gdb->target, address, bytes, size) == size);
}

/* Z0,address,kind and z0,address,kind: breakpoints by int3. */
static void set_break(struct gdb *gdb, const char *command)
{
	const char *text = command + 3;
	unsigned long address;

	if (command[1] != '0' || command[2] != ',')
		return;
	if (!strchr(text, ',') || !take_number(&text, ',', &address)) {
		gdb_add(gdb, error);
	} else if (command[0] == 'Z') {
		answer(gdb, target_break(gdb->target, address) == 0);
	} else {
		target_unbreak(gdb->target, address);
		gdb_add(gdb, ok);
	}
}

static void show_description(struct gdb *gdb, const char *text)
{
	static const char name[] = "target.xml:";
	unsigned long from, size;
	const char *description = gdb_description(gdb);
	size_t all = strlen(description);

	if (strncmp(text, name, sizeof(name) - 1) != 0) {
		gdb_add(gdb, "E00");
		return;
	}
	text += sizeof(name) - 1;
	if (!take_number(&text, ',', &from) || !take_number(&text, '\0', &size) || from > all) {
		gdb_add(gdb, error);
		return;
	}
	if (size > MOST_MEMORY)
		size = MOST_MEMORY;
	gdb_add(gdb, "%c%.*s", from + size < all ? 'm' : 'l', (int)size, description + from);
}

struct question {
	const char *name, *answer;
};

static void do_query(struct gdb *gdb, const char *command)
{
	static const char features[] = "qXfer:features:read:";
	static const struct question questions[] = {
		{"qSupported", "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+;swbreak+;"
			       "vContSupported+"},
		{"QStartNoAckMode", ok},
		{"qAttached", "1"},
		{"qC", "QC1"},
		{"qfThreadInfo", "m1"},
		{"qsThreadInfo", "l"},
		{"qSymbol", ok},
	};

	size_t length = strcspn(command, ":;,");

	if (strncmp(command, features, sizeof(features) - 1) == 0) {
		show_description(gdb, command + sizeof(features) - 1);
		return;
	}
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (strlen(questions[i].name) == length &&
		    memcmp(command, questions[i].name, length) == 0)
			gdb_add(gdb, "%s", questions[i].answer);
	if (strcmp(command, "QStartNoAckMode") == 0)
		gdb->no_ack = true;
}

/* Lets the guest go, from another address if one is given. Signals mean nothing to a machine. */
static bool go(struct gdb *gdb, const char *address, bool step)
{
	unsigned long value;

	if (*address && take_number(&address, '\0', &value) && value < walk_end(gdb->target))
		gdb->target->debug->registers.rip = value;
	target_go(gdb->target, step);
	return false;
}

static bool do_long(struct gdb *gdb, const char *command)
{
	if (strcmp(command, "vCont?") == 0)
		gdb_add(gdb, "vCont;c;C;s;S");
	else if (strncmp(command, "vCont;", 6) == 0 && command[6] && strchr("cCsS", command[6]))
		return go(gdb, "", tolower((unsigned char)command[6]) == 's');
	else if (strncmp(command, "vKill", 5) == 0) {
		gdb->kill = true;
		gdb_add(gdb, ok);
	}
	return true;
}

static bool do_other(struct gdb *gdb, const char *command)
{
	switch (command[0]) {
	case 'c':
	case 's':
		return go(gdb, command + 1, command[0] == 's');
	case 'C':
	case 'S':
		return go(gdb, "", command[0] == 'S');
	case 'k':
		gdb->kill = true;
		return true;
	case 'v':
		return do_long(gdb, command);
	case 'q':
	case 'Q':
		do_query(gdb, command);
		return true;
	case 'D':
	case 'H':
	case 'T':
		gdb_add(gdb, ok);
		return true;
	default:
		return true;
	}
}

bool gdb_do(struct gdb *gdb, const char *command)
{
	switch (command[0]) {
	case '?':
		gdb_add_stop(gdb);
		return true;
	case 'g':
		gdb_add_registers(gdb);
		return true;
	case 'G':
		set_all(gdb, command + 1);
		return true;
	case 'p':
		show_one(gdb, command + 1);
		return true;
	case 'P':
		set_one(gdb, command + 1);
		return true;
	case 'm':
		read_memory(gdb, command + 1);
		return true;
	case 'M':
		write_memory(gdb, command + 1);
		return true;
	case 'Z':
	case 'z':
		set_break(gdb, command);
		return true;
	default:
		return do_other(gdb, command);
	}
}
