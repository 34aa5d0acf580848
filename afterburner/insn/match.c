/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.c - recognizes the instructions of insns.def in machine code.
 *
 * Decodes prefixes, opcode, ModRM, SIB, displacement and immediate by Intel SDM volume 2, chapter
 * 2, but only for instructions of the table.
 *
 * Invariant: it never reads a byte beyond `size`, and has no list of instructions of its own.
 */
#include <afterburn/insn.h>
#include <afterburn/sites.h>

/* A reader over the bytes of one instruction: at most the architecture's 15. */
struct cursor {
	const unsigned char *code;
	unsigned long size;
	unsigned long at;
};

static int take(struct cursor *c, unsigned char *byte)
{
	if (c->at >= c->size || c->at >= AFTERBURN_INSN_MAX)
		return 0;
	*byte = c->code[c->at++];
	return 1;
}

/* `count` little-endian bytes as an unsigned number. */
static int take_number(struct cursor *c, unsigned int count, unsigned int *value)
{
	unsigned char byte;

	*value = 0;
	for (unsigned int i = 0; i < count; i++) {
		if (!take(c, &byte))
			return 0;
		*value |= (unsigned int)byte << (8 * i);
	}
	return 1;
}

/*
 * Legacy prefixes and REX. A REX prefix counts only directly before the opcode (SDM 2.2.1), so a
 * later legacy prefix cancels it. Leaves the first opcode byte in *opcode.
 */
static int take_prefixes(struct cursor *c, enum afterburn_code_mode mode,
			 struct afterburn_decoded *d, int *data16, unsigned char *opcode)
{
	int address_prefix = 0;

	*data16 = 0;
	for (;;) {
		if (!take(c, opcode))
			return 0;
		switch (*opcode) {
		case 0x66:
			*data16 = 1;
			break;
		case 0x67:
			address_prefix = 1;
			break;
		case 0xf0:
			d->lock = 1;
			break;
		case 0xf2:
		case 0xf3:
			d->repeat = *opcode;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			d->segment = *opcode;
			break;
		default:
			if (mode != AFTERBURN_CODE_64 || (*opcode & 0xf0) != 0x40)
				goto done;
			d->rex = *opcode;
			continue;
		}
		d->rex = 0;
	}
done:
	if (mode == AFTERBURN_CODE_16)
		d->operand_size = *data16 ? 4 : 2;
	else
		d->operand_size = *data16 ? 2 : 4;
	if (d->rex & 8)
		d->operand_size = 8;
	if (mode == AFTERBURN_CODE_64)
		d->address_size = address_prefix ? 4 : 8;
	else
		d->address_size = (mode == AFTERBURN_CODE_16) == address_prefix ? 4 : 2;
	return 1;
}

/* Reads the SIB and displacement that belong to d->modrm (SDM tables 2-1 to 2-3). */
static int take_memory_operand(struct cursor *c, struct afterburn_decoded *d)
{
	unsigned int mod = d->modrm >> 6, rm = d->modrm & 7, bytes = 0, value;

	if (mod == 3)
		return 1;
	if (d->address_size == 2) {
		bytes = mod == 0 ? (rm == 6 ? 2 : 0) : mod;
	} else {
		if (rm == 4) {
			if (!take(c, &d->sib))
				return 0;
			d->has_sib = 1;
			rm = d->sib & 7;
		}
		bytes = mod == 0 ? (rm == 5 ? 4 : 0) : (mod == 1 ? 1 : 4);
	}
	if (!take_number(c, bytes, &value))
		return 0;
	d->has_disp = bytes != 0;
	if (bytes == 1)
		d->disp = (signed char)value;
	else if (bytes == 2)
		d->disp = (short)value;
	else
		d->disp = (int)value;
	return 1;
}

static int modrm_fits(unsigned int constraint, unsigned char modrm)
{
	unsigned int argument = constraint & 0xff;
	int memory = modrm >> 6 != 3;
	int field = ((modrm >> 3) & 7) == argument;

	switch (constraint & ~0xffu) {
	case AFTERBURN_MODRM_NONE:
	case AFTERBURN_MODRM_ANY:
	case AFTERBURN_MODRM_REGS:
		return 1;
	case AFTERBURN_MODRM_KIND_EXT:
		return field;
	case AFTERBURN_MODRM_KIND_MEM:
		return field && memory;
	case AFTERBURN_MODRM_KIND_REG:
		return field && !memory;
	case AFTERBURN_MODRM_MEMANY:
		return memory;
	case AFTERBURN_MODRM_KIND_BYTE:
		return modrm == argument;
	default:
		return 0;
	}
}

static int prefix_fits(unsigned int prefix, int data16, unsigned char repeat)
{
	if (prefix == AFTERBURN_PREFIX_66)
		return data16;
	return prefix == AFTERBURN_PREFIX_ANY || repeat == afterburn_prefix_bytes[prefix];
}

/*
 * The first entry that fits, but one with a mandatory prefix before those without; -1 if none does.
 * `next` is the byte behind the opcode, if there is one.
 */
static int find(unsigned int map, const struct afterburn_decoded *d, int data16, int mode_bit,
		int has_next, unsigned char next)
{
	int found = -1;

	for (int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const struct afterburn_insn *insn = &afterburn_insns[id];

		if (insn->map != map || (d->opcode & insn->mask) != insn->opcode ||
		    !(insn->modes & mode_bit) || !prefix_fits(insn->prefix, data16, d->repeat))
			continue;
		if (insn->modrm != AFTERBURN_MODRM_NONE &&
		    (!has_next || !modrm_fits(insn->modrm, next)))
			continue;
		if (insn->prefix != AFTERBURN_PREFIX_ANY)
			return id;
		if (found < 0)
			found = id;
	}
	return found;
}

static int take_immediate(struct cursor *c, struct afterburn_decoded *d, unsigned int imm)
{
	unsigned int selector;

	switch (imm) {
	case AFTERBURN_IMM_8:
		return take_number(c, 1, &d->imm);
	case AFTERBURN_IMM_16:
		return take_number(c, 2, &d->imm);
	case AFTERBURN_IMM_FAR:
		if (!take_number(c, d->operand_size == 2 ? 2 : 4, &d->imm) ||
		    !take_number(c, 2, &selector))
			return 0;
		d->selector = (unsigned short)selector;
		return 1;
	default:
		return 1;
	}
}

int afterburn_match(const unsigned char *code, unsigned long size, enum afterburn_code_mode mode,
		    struct afterburn_decoded *out)
{
	struct cursor c = {code, size, 0};
	struct afterburn_decoded d = {0};
	unsigned int map = AFTERBURN_MAP_1B;
	int mode_bit = mode == AFTERBURN_CODE_64 ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32;
	int data16, id, has_next;
	unsigned char next = 0;

	if (!take_prefixes(&c, mode, &d, &data16, &d.opcode))
		return 0;
	if (d.opcode == 0x0f) {
		map = AFTERBURN_MAP_0F;
		if (!take(&c, &d.opcode))
			return 0;
		if (d.opcode == 0x38) {
			map = AFTERBURN_MAP_0F38;
			if (!take(&c, &d.opcode))
				return 0;
		}
	}
	has_next = c.at < c.size && c.at < AFTERBURN_INSN_MAX;
	if (has_next)
		next = c.code[c.at];
	id = find(map, &d, data16, mode_bit, has_next, next);
	if (id < 0)
		return 0;
	d.id = (unsigned char)id;
	if (afterburn_insns[id].modrm != AFTERBURN_MODRM_NONE) {
		d.has_modrm = 1;
		take(&c, &d.modrm);
		if (afterburn_insns[id].modrm != AFTERBURN_MODRM_REGS &&
		    !take_memory_operand(&c, &d))
			return 0;
	}
	if (!take_immediate(&c, &d, afterburn_insns[id].imm))
		return 0;
	d.length = (unsigned char)c.at;
	*out = d;
	return 1;
}

int afterburn_pad_read(const unsigned char *code, unsigned char *kind, unsigned char *length)
{
	*kind = code[4];
	*length = code[3];
	return code[0] == AFTERBURN_PAD_BYTE0 && code[1] == AFTERBURN_PAD_BYTE1 &&
	       code[2] == AFTERBURN_PAD_BYTE2 && code[5] == (AFTERBURN_PAD_MAGIC & 0xff) &&
	       code[6] == AFTERBURN_PAD_MAGIC >> 8;
}

int afterburn_pad_parse(const unsigned char *code, unsigned char *kind, unsigned char *length)
{
	return afterburn_pad_read(code, kind, length) &&
	       (*kind & AFTERBURN_KIND_INSN) < AFTERBURN_INSN_COUNT && *length >= 1 &&
	       *length <= AFTERBURN_INSN_MAX;
}
