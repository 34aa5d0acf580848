/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - the registers in gdb's order: the i386 core ones (GDB manual, G.5.x, feature
 * org.gnu.gdb.i386.core), then the control registers and segment bases.
 *
 * Invariant: the description below and the order of the values are the same. The floating point
 * registers, which gdb insists on, are never known.
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

#define REG(name, type) "<reg name=\"" name "\" bitsize=\"32\" type=\"" type "\"/>"
#define FLOAT(name)	"<reg name=\"" name "\" bitsize=\"80\" type=\"i387_ext\"/>"

const char gdb_description[] =
	"<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
	"<architecture>i386</architecture><feature name=\"org.gnu.gdb.i386.core\">" REG(
		"eax", "int32") REG("ecx", "int32") REG("edx", "int32") REG("ebx", "int32")
		REG("esp", "data_ptr") REG("ebp", "data_ptr") REG("esi", "int32") REG(
			"edi", "int32") REG("eip", "code_ptr") REG("eflags", "int32") REG("cs",
											  "int32")
			REG("ss", "int32") REG("ds", "int32") REG("es", "int32") REG(
				"fs", "int32") REG("gs", "int32") FLOAT("st0") FLOAT("st1")
				FLOAT("st2") FLOAT("st3") FLOAT("st4") FLOAT("st5") FLOAT(
					"st6") FLOAT("st7") REG("fctrl", "int") REG("fstat", "int")
					REG("ftag", "int") REG("fiseg", "int") REG(
						"fioff", "int") REG("foseg", "int") REG("fooff",
											"int")
						REG("fop",
						    "int") "</feature><feature "
							   "name=\"org.afterburner.system\">" REG(
								   "cr0", "int32") REG("cr2",
										       "int32")
								   REG("cr3", "int32") REG(
									   "cr4",
									   "int32") REG("fs_base",
											"int32")
									   REG("gs_base",
									       "int32") "</"
											"feature></"
											"target>";

/* Numbers in that order. */
enum { CORE = 16, FLOATS = 8, FLOAT_BYTES = 10, FIRST_STATE = 24, FIRST_SYSTEM = 32, ALL = 38 };

/* The register of that number in struct launch_registers, which has the same order. */
static uint32_t *word(struct gdb *gdb, unsigned long number)
{
	uint32_t *first = &gdb->target->debug->registers.eax;

	if (number < CORE)
		return first + number;
	return number >= FIRST_SYSTEM && number < ALL ? first + (number - FIRST_SYSTEM + CORE)
						      : NULL;
}

bool gdb_add_register(struct gdb *gdb, unsigned long number)
{
	const uint32_t *value = word(gdb, number);

	if (number >= ALL)
		return false;
	if (value)
		gdb_add_hex(gdb, value, sizeof(*value));
	for (int i = 0; !value && i < (number < FIRST_STATE ? FLOAT_BYTES : 4); i++)
		gdb_add(gdb, "xx");
	return true;
}

void gdb_add_registers(struct gdb *gdb)
{
	for (unsigned long number = 0; number < ALL; number++)
		gdb_add_register(gdb, number);
}

bool gdb_set_register(struct gdb *gdb, unsigned long number, uint32_t value)
{
	uint32_t *to = number < CORE ? word(gdb, number) : NULL;

	if (to)
		*to = value;
	return to;
}

bool gdb_take_word(const char *digits, uint32_t *value)
{
	*value = 0;
	for (unsigned int i = 0; i < sizeof(*value); i++) {
		char two[3] = {digits[2 * i], digits[2 * i] ? digits[2 * i + 1] : '\0', '\0'};
		char *end;
		unsigned long byte = strtoul(two, &end, 16);

		if (end != two + 2)
			return false;
		*value |= (uint32_t)byte << 8 * i;
	}
	return true;
}
