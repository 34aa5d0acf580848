/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spellings.c - test tool: write out every spelling of insns.def with every kind of operands that
 * could go with it, one statement a line:
 *
 *   spellings 32|64 att|intel     prints: instruction name, tab, spelling, tab, statement
 *
 * Many of the statements do not exist; gas tells which. Of those that do, each must become one site
 * of the instruction named.
 *
 * Invariant: operands are derived from the table's columns alone.
 */
#include <afterburn/insn.h>

#include <stdio.h>
#include <string.h>

static int wide, intel;

/* Print the statement. Operands are given in AT&T's order, %R for a register that holds addresses.
 */
static void statement(const struct afterburn_insn *insn, const char *spelling, int length,
		      const char *source, const char *destination)
{
	const char *first = intel && destination ? destination : source;
	const char *second = intel && destination ? source : destination;

	printf("%s\t%.*s\t%.*s %s%s%s\n", insn->name, length, spelling, length, spelling,
	       first ? first : "", second ? ", " : "", second ? second : "");
}

static const char *memory(void)
{
	if (intel)
		return wide ? "[rcx]" : "[ecx]";
	return wide ? "(%rcx)" : "(%ecx)";
}

static const char *reg(const char *name)
{
	return intel ? name + 1 : name;
}

static const char *const general[] = {"%ax", "%eax", "%rax"};

static void each_general(const struct afterburn_insn *insn, const char *spelling, int length,
			 const char *special, int special_is_source)
{
	for (unsigned int i = 0; i < 3; i++) {
		if (special_is_source)
			statement(insn, spelling, length, reg(special), reg(general[i]));
		else
			statement(insn, spelling, length, reg(general[i]), reg(special));
	}
}

static void any_operands(const struct afterburn_insn *insn, const char *spelling, int length)
{
	switch (insn->modrm & 0xf00) {
	case AFTERBURN_MODRM_NONE:
	case AFTERBURN_MODRM_KIND_BYTE:
		statement(insn, spelling, length, NULL, NULL);
		return;
	case AFTERBURN_MODRM_MEMANY:
		for (unsigned int i = 0; i < 3; i++)
			statement(insn, spelling, length, memory(), reg(general[i]));
		return;
	case AFTERBURN_MODRM_ANY:
		for (unsigned int i = 0; i < 3; i++)
			for (unsigned int j = 0; j < 3; j++)
				statement(insn, spelling, length, reg(general[i]), reg(general[j]));
		statement(insn, spelling, length, memory(), reg("%ebx"));
		return;
	default:
		statement(insn, spelling, length, memory(), NULL);
		for (unsigned int i = 0; i < 3; i++)
			statement(insn, spelling, length, reg(general[i]), NULL);
	}
}

static void port(const struct afterburn_insn *insn, const char *spelling, int length,
		 const char *number)
{
	static const char *const accumulators[] = {"%al", "%ax", "%eax"};
	int in = (insn->opcode & 2) == 0;

	for (unsigned int i = 0; i < 3; i++)
		statement(insn, spelling, length, in ? number : reg(accumulators[i]),
			  in ? reg(accumulators[i]) : number);
}

static void one(const struct afterburn_insn *insn, const char *spelling, int length)
{
	static const char *const segments[] = {"%es", "%cs", "%ss", "%ds", "%fs", "%gs"};

	switch (insn->operands) {
	case AFTERBURN_OPERANDS_NONE:
	case AFTERBURN_OPERANDS_STRING_IO:
		statement(insn, spelling, length, NULL, NULL);
		break;
	case AFTERBURN_OPERANDS_ANY:
		any_operands(insn, spelling, length);
		break;
	case AFTERBURN_OPERANDS_CR_SRC:
		each_general(insn, spelling, length, "%cr3", 1);
		break;
	case AFTERBURN_OPERANDS_CR_DST:
		each_general(insn, spelling, length, "%cr3", 0);
		break;
	case AFTERBURN_OPERANDS_DR_SRC:
		each_general(insn, spelling, length, "%dr7", 1);
		each_general(insn, spelling, length, "%db7", 1);
		break;
	case AFTERBURN_OPERANDS_DR_DST:
		each_general(insn, spelling, length, "%dr7", 0);
		each_general(insn, spelling, length, "%db7", 0);
		break;
	case AFTERBURN_OPERANDS_SREG_SRC:
		for (unsigned int i = 0; i < 6; i++)
			each_general(insn, spelling, length, segments[i], 1);
		statement(insn, spelling, length, reg("%fs"), memory());
		break;
	case AFTERBURN_OPERANDS_SREG_DST:
		for (unsigned int i = 0; i < 6; i++)
			if (i != 2)
				each_general(insn, spelling, length, segments[i], 0);
		statement(insn, spelling, length, memory(), reg("%fs"));
		break;
	case AFTERBURN_OPERANDS_SS_DST:
		each_general(insn, spelling, length, "%ss", 0);
		statement(insn, spelling, length, memory(), reg("%ss"));
		break;
	case AFTERBURN_OPERANDS_PORT_IMM:
		port(insn, spelling, length, intel ? "0x80" : "$0x80");
		break;
	case AFTERBURN_OPERANDS_PORT_DX:
		port(insn, spelling, length, reg("%dx"));
		break;
	case AFTERBURN_OPERANDS_IMM:
	case AFTERBURN_OPERANDS_INT_IMM:
		statement(insn, spelling, length, intel ? "0x80" : "$0x80", NULL);
		break;
	case AFTERBURN_OPERANDS_FAR_IMM:
		if (intel)
			statement(insn, spelling, length, "8:4", NULL);
		else
			statement(insn, spelling, length, "$8", "$4");
		break;
	case AFTERBURN_OPERANDS_FAR_MEM:
		if (intel)
			statement(insn, spelling, length, memory(), NULL);
		else
			statement(insn, spelling, length, wide ? "*(%rcx)" : "*(%ecx)", NULL);
		break;
	default:
		statement(insn, spelling, length,
			  reg(segments[insn->operands - AFTERBURN_OPERANDS_SREG_ES]), NULL);
	}
}

int main(int argc, char **argv)
{
	unsigned int modes;

	if (argc != 3) {
		fprintf(stderr, "usage: spellings 32|64 att|intel\n");
		return 2;
	}
	wide = strcmp(argv[1], "64") == 0;
	intel = strcmp(argv[2], "intel") == 0;
	modes = wide ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32;
	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const struct afterburn_insn *insn = &afterburn_insns[id];

		if (!(insn->modes & modes))
			continue;
		for (const char *p = insn->spellings; *p;) {
			size_t length = strcspn(p, " ");

			one(insn, p, (int)length);
			p += length;
			p += strspn(p, " ");
		}
	}
	return 0;
}
