/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - the registers in gdb's order: the core ones of i386 or of amd64 (GDB manual, G.5,
 * feature org.gnu.gdb.i386.core), then those that only a kernel has. The description that tells gdb
 * so is made from the same lists.
 *
 * Invariant: the order of a description and of the values are the same. The floating point
 * registers, which gdb insists on, are never known.
 */
#include "inside.h"
#include "../walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A register; `at` is its place in struct launch_registers, or UNKNOWN. */
struct reg {
	const char *name, *type;
	unsigned char bytes, at;
};

enum { UNKNOWN = 255 };

#define AT(field) offsetof(struct launch_registers, field)

static const struct reg registers_i386[] = {
	{"eax", "int32", 4, AT(general[0])},	{"ecx", "int32", 4, AT(general[1])},
	{"edx", "int32", 4, AT(general[2])},	{"ebx", "int32", 4, AT(general[3])},
	{"esp", "data_ptr", 4, AT(general[4])}, {"ebp", "data_ptr", 4, AT(general[5])},
	{"esi", "int32", 4, AT(general[6])},	{"edi", "int32", 4, AT(general[7])},
	{"eip", "code_ptr", 4, AT(rip)},
};

static const struct reg registers_x86_64[] = {
	{"rax", "int64", 8, AT(general[0])},	{"rbx", "int64", 8, AT(general[3])},
	{"rcx", "int64", 8, AT(general[1])},	{"rdx", "int64", 8, AT(general[2])},
	{"rsi", "int64", 8, AT(general[6])},	{"rdi", "int64", 8, AT(general[7])},
	{"rbp", "data_ptr", 8, AT(general[5])}, {"rsp", "data_ptr", 8, AT(general[4])},
	{"r8", "int64", 8, AT(general[8])},	{"r9", "int64", 8, AT(general[9])},
	{"r10", "int64", 8, AT(general[10])},	{"r11", "int64", 8, AT(general[11])},
	{"r12", "int64", 8, AT(general[12])},	{"r13", "int64", 8, AT(general[13])},
	{"r14", "int64", 8, AT(general[14])},	{"r15", "int64", 8, AT(general[15])},
	{"rip", "code_ptr", 8, AT(rip)},
};

static const struct reg flags_and_selectors[] = {
	{"eflags", "int32", 4, AT(rflags)}, {"cs", "int32", 4, AT(cs)}, {"ss", "int32", 4, AT(ss)},
	{"ds", "int32", 4, AT(ds)},	    {"es", "int32", 4, AT(es)}, {"fs", "int32", 4, AT(fs)},
	{"gs", "int32", 4, AT(gs)},
};

static const struct reg floats[] = {
	{"st0", "i387_ext", 10, UNKNOWN}, {"st1", "i387_ext", 10, UNKNOWN},
	{"st2", "i387_ext", 10, UNKNOWN}, {"st3", "i387_ext", 10, UNKNOWN},
	{"st4", "i387_ext", 10, UNKNOWN}, {"st5", "i387_ext", 10, UNKNOWN},
	{"st6", "i387_ext", 10, UNKNOWN}, {"st7", "i387_ext", 10, UNKNOWN},
	{"fctrl", "int", 4, UNKNOWN},	  {"fstat", "int", 4, UNKNOWN},
	{"ftag", "int", 4, UNKNOWN},	  {"fiseg", "int", 4, UNKNOWN},
	{"fioff", "int", 4, UNKNOWN},	  {"foseg", "int", 4, UNKNOWN},
	{"fooff", "int", 4, UNKNOWN},	  {"fop", "int", 4, UNKNOWN},
};

static const struct reg system_i386[] = {
	{"cr0", "int32", 4, AT(cr0)},	      {"cr2", "int32", 4, AT(cr2)},
	{"cr3", "int32", 4, AT(cr3)},	      {"cr4", "int32", 4, AT(cr4)},
	{"fs_base", "int32", 4, AT(fs_base)}, {"gs_base", "int32", 4, AT(gs_base)},
};

static const struct reg system_x86_64[] = {
	{"cr0", "int64", 8, AT(cr0)},	      {"cr2", "int64", 8, AT(cr2)},
	{"cr3", "int64", 8, AT(cr3)},	      {"cr4", "int64", 8, AT(cr4)},
	{"fs_base", "int64", 8, AT(fs_base)}, {"gs_base", "int64", 8, AT(gs_base)},
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A run of registers, in gdb's order; those of a kernel alone are a feature of their own. */
struct run {
	const struct reg *list;
	unsigned int count;
	bool settable;
};

enum { RUNS = 4, SYSTEM_RUN = 3 };

static const struct run runs_i386[RUNS] = {
	{registers_i386, COUNT(registers_i386), true},
	{flags_and_selectors, COUNT(flags_and_selectors), true},
	{floats, COUNT(floats), false},
	{system_i386, COUNT(system_i386), false},
};

static const struct run runs_x86_64[RUNS] = {
	{registers_x86_64, COUNT(registers_x86_64), true},
	{flags_and_selectors, COUNT(flags_and_selectors), true},
	{floats, COUNT(floats), false},
	{system_x86_64, COUNT(system_x86_64), false},
};

static bool is_wide(const struct gdb *gdb)
{
	return gdb->target->kernel->wide;
}

static const struct run *runs_of(const struct gdb *gdb)
{
	return is_wide(gdb) ? runs_x86_64 : runs_i386;
}

/* A text that grows in a buffer. */
struct text {
	char *to;
	size_t used, room;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(text->to + text->used, text->room - text->used, format, list);
	va_end(list);
	text->used += length > 0 ? (size_t)length : 0;
}

static void describe(struct text *text, const struct run *run)
{
	for (unsigned int i = 0; i < run->count; i++)
		add(text, "<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"/>", run->list[i].name,
		    run->list[i].bytes * 8, run->list[i].type);
}

const char *gdb_description(const struct gdb *gdb)
{
	static char description[8192];
	struct text text = {description, 0, sizeof(description)};

	add(&text,
	    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
	    "<architecture>%s</architecture><feature name=\"org.gnu.gdb.i386.core\">",
	    is_wide(gdb) ? "i386:x86-64" : "i386");
	for (unsigned int i = 0; i < SYSTEM_RUN; i++)
		describe(&text, &runs_of(gdb)[i]);
	add(&text, "</feature><feature name=\"org.afterburner.system\">");
	describe(&text, &runs_of(gdb)[SYSTEM_RUN]);
	add(&text, "</feature></target>");
	return description;
}

/* The register of that number, and its run; NULL if there is none. */
static const struct reg *reg_of(const struct gdb *gdb, unsigned long number, const struct run **run)
{
	for (*run = runs_of(gdb); *run < runs_of(gdb) + RUNS; (*run)++) {
		if (number < (*run)->count)
			return &(*run)->list[number];
		number -= (*run)->count;
	}
	return NULL;
}

static uint64_t *value_of(struct gdb *gdb, const struct reg *reg)
{
	return (uint64_t *)(void *)((char *)&gdb->target->debug->registers + reg->at);
}

bool gdb_add_register(struct gdb *gdb, unsigned long number)
{
	const struct run *run;
	const struct reg *reg = reg_of(gdb, number, &run);

	if (!reg)
		return false;
	if (reg->at != UNKNOWN)
		gdb_add_hex(gdb, value_of(gdb, reg), reg->bytes);
	for (int i = 0; reg->at == UNKNOWN && i < reg->bytes; i++)
		gdb_add(gdb, "xx");
	return true;
}

void gdb_add_registers(struct gdb *gdb)
{
	for (unsigned long number = 0; gdb_add_register(gdb, number); number++)
		continue;
}

/* So many bytes in hexadecimal digits, little endian; moves on behind them. False if they are none.
 */
static bool take_value(const char **digits, unsigned int bytes, uint64_t *value)
{
	*value = 0;
	for (unsigned int i = 0; i < bytes; i++) {
		const char *at = *digits + 2 * i;
		char two[3] = {at[0], at[0] ? at[1] : '\0', '\0'};
		char *end;
		unsigned long byte = strtoul(two, &end, 16);

		if (end != two + 2)
			return false;
		*value |= (uint64_t)byte << 8 * i;
	}
	*digits += 2 * bytes;
	return true;
}

bool gdb_set_register(struct gdb *gdb, unsigned long number, const char **digits)
{
	const struct run *run;
	const struct reg *reg = reg_of(gdb, number, &run);
	uint64_t value;

	if (!reg || !run->settable || !take_value(digits, reg->bytes, &value))
		return false;
	if (reg->at == AT(rip) && value >= walk_end(gdb->target))
		return false;
	*value_of(gdb, reg) = value;
	return true;
}
