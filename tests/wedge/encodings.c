/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encodings.c - see encodings.h.
 *
 * Invariant: the matcher only measures what was made, it does not choose the bytes.
 */
#include "encodings.h"

#include <string.h>

#include <wedge/arch_traits.h>

/*
 * Operand, address and register size, and an override that changes an address. What is REX in
 * 64-bit code is another instruction in 32-bit code, and so makes no encoding.
 */
static const struct {
	uint8_t bytes[3];
	uint8_t count;
} prefixes[] = {
	{{0}, 0},    {{0x66}, 1},	{{0x48}, 1},	   {{0x4f}, 1},
	{{0x67}, 1}, {{0x65, 0x41}, 2}, {{0x66, 0x67}, 2}, {{0xf3, 0x48}, 2},
};

static unsigned int add(struct encoding *e, unsigned int at, uint8_t byte)
{
	e->bytes[at] = byte;
	return at + 1;
}

static unsigned int add_opcode(struct encoding *e, unsigned int at,
			       const struct afterburn_insn *insn, uint8_t opcode)
{
	if (insn->map != AFTERBURN_MAP_1B)
		at = add(e, at, 0x0f);
	if (insn->map == AFTERBURN_MAP_0F38)
		at = add(e, at, 0x38);
	return add(e, at, opcode);
}

/* Everything up to the opcode; the entry's own prefix first, since REX must be last. */
static unsigned int begin(struct encoding *e, const struct afterburn_insn *insn,
			  unsigned int prefix, uint8_t opcode)
{
	unsigned int at = 0;

	memset(e, 0, sizeof(*e));
	if (insn->prefix != AFTERBURN_PREFIX_ANY)
		at = add(e, at, afterburn_prefix_bytes[insn->prefix]);
	for (unsigned int i = 0; i < prefixes[prefix].count; i++)
		at = add(e, at, prefixes[prefix].bytes[i]);
	return add_opcode(e, at, insn, opcode);
}

static unsigned int visit_one(struct encoding *e, unsigned int id, encoding_visitor *visit)
{
	if (!afterburn_match(e->bytes, sizeof(e->bytes), ARCH_CODE_MODE, &e->d) || e->d.id != id)
		return 0;
	visit(e);
	return 1;
}

unsigned int encodings_of(unsigned int id, encoding_visitor *visit)
{
	const struct afterburn_insn *insn = &afterburn_insns[id];
	unsigned int modrms = insn->modrm == AFTERBURN_MODRM_NONE ? 1 : 256, count = 0;
	struct encoding e;

	if (insn->map == AFTERBURN_MAP_UNDECODED)
		return 0;
	for (unsigned int prefix = 0; prefix < sizeof(prefixes) / sizeof(prefixes[0]); prefix++)
		for (unsigned int low = 0; low <= (uint8_t)~insn->mask; low++)
			for (unsigned int modrm = 0; modrm < modrms; modrm++) {
				unsigned int at =
					begin(&e, insn, prefix, (uint8_t)(insn->opcode | low));

				if (modrms > 1)
					at = add(&e, at, (uint8_t)modrm);
				/* SIB, displacement and immediate: anything but zero. */
				memset(e.bytes + at, 0x11, sizeof(e.bytes) - at);
				count += visit_one(&e, id, visit);
			}
	return count;
}
