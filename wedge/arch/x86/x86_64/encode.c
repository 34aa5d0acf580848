/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - 64-bit instructions that work on the vCPU by its absolute address (SDM 2A section
 * 2.2.1: without base and index an address needs a SIB byte), and branches to gates.
 *
 * A kernel in the last 2 GiB, as nearly all are, reaches the gates by a 32-bit distance; so does
 * one in the first 2 GiB, from where the distance wraps around zero (SDM 2A, CALL). Any other
 * kernel calls and jumps through tables of the addresses of gates and ramps, which like the vCPU
 * have 32-bit addresses. Rejected: a jump near the kernel that leads on to the gates. No address
 * there is surely free, and it costs one more instruction.
 *
 * pushf and popf call through the table wherever the kernel is. A kernel may copy its code and run
 * the copy elsewhere: Linux makes the entries of its function tracer so, which save and restore the
 * flags. There a distance would lead astray; the copy's return address serves either way.
 *
 * Invariant: the inline code of an instruction changes only flags that the instruction changes.
 */
#include <afterburn/sites.h>
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>

#include "../ramps.h"
#include "../rewrite.h"

enum { OPCODE_POPF = 0x9d };

/*
 * The gates for far branches: each, and the one for a branch that fills the pad in front of a
 * one-byte instruction, which the return must skip. NULL: there is none.
 */
static const struct far_gate {
	const void *gate, *over_one;
} far_gates[] = {
	{gate_sti, gate_sti_over},
	{gate_sti_halt, gate_sti_halt_over},
	{gate_pushf, NULL},
	{gate_popf, NULL},
	{gate_iret, gate_iret},
	{gate_sysret64, gate_sysret64},
	{gate_sysret32, gate_sysret32},
};

/*
 * The tables of addresses, in the window behind the ramps: one word for each slot's ramp, two for
 * each of the gates. Guest code may see nothing else of the wedge.
 */
#define RAMP_WORDS (WEDGE_RAMPS + (uint64_t)SITE_TABLE_MAX * RAMP_BYTES)
#define GATE_WORDS (RAMP_WORDS + (uint64_t)SITE_TABLE_MAX * sizeof(uint64_t))

enum {
	WORDS = X86_PAGE_SIZE / sizeof(uint64_t),
	FAR_GATES = sizeof(far_gates) / sizeof(*far_gates)
};

/* A page of a table, until it is mapped. */
static uint64_t words[WORDS];

/* Makes the table of gates, once; false if there is no memory for it. */
static bool make_gate_words(void)
{
	static bool made;

	for (unsigned int i = 0; !made && i < FAR_GATES; i++) {
		const struct far_gate *far = &far_gates[i];

		words[2 * i] = backend_gate_address(far->gate);
		words[2 * i + 1] = far->over_one ? backend_gate_address(far->over_one) : 0;
	}
	made = made || backend_window_page(GATE_WORDS, words);
	return made;
}

/* call *word or jmp *word: seven bytes, as many as a pad. */
static const char *encode_indirect(struct code *c, enum branch branch, uint64_t address)
{
	const uint8_t opcode[] = {0xff, branch == BRANCH_CALL ? 0x14 : 0x24, 0x25};
	int32_t displacement = (int32_t)address;

	if ((uint64_t)(int64_t)displacement != address)
		return "neither kernel nor wedge is in the last 2 GiB";
	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_bytes(c, &displacement, sizeof(displacement));
	c->branch_end = c->at;
	return NULL;
}

static const char *encode_far_branch(struct code *c, enum branch branch, const void *gate)
{
	bool one_byte = c->room == 1 + AFTERBURN_PAD_LEN;
	const struct far_gate *far;
	unsigned int n = 0;

	while (n < FAR_GATES && far_gates[n].gate != gate)
		n++;
	if (n == FAR_GATES)
		return "its gate is not in the table for far branches";
	if (!make_gate_words())
		return "the wedge has no memory for the table of gates";
	far = &far_gates[n];
	if (!c->pad_before)
		return encode_indirect(c, branch, GATE_WORDS + 2 * n * sizeof(words[0]));
	if (far->over_one && (one_byte || far->over_one == far->gate))
		return encode_indirect(c, branch, GATE_WORDS + (2 * n + 1) * sizeof(words[0]));
	if (gate == gate_sti_halt)
		return "a far call cannot return behind it";
	return encode_ramp(c);
}

const char *encode_branch(struct code *c, enum branch branch, const void *gate)
{
	if (!c->pad_before && (gate == gate_pushf || gate == gate_popf))
		return encode_far_branch(c, branch, gate);
	return rewrite_near_branch(c, branch, backend_gate_address(gate))
		       ? NULL
		       : encode_far_branch(c, branch, gate);
}

bool arch_copied_popf(struct vcpu *v, uint64_t return_address, struct site *site)
{
	uint8_t call[SITE_FAR_CALL_LENGTH], found[SITE_FAR_CALL_LENGTH];
	struct code c = {.bytes = call};
	struct guest_fault fault;

	*site = (struct site){
		.va = return_address - SITE_FAR_CALL_LENGTH,
		.insn_length = 1,
		.site_length = 1 + AFTERBURN_PAD_LEN,
		.insn = {OPCODE_POPF},
	};
	return !encode_far_branch(&c, BRANCH_CALL, gate_popf) &&
	       guest_read(v, site->va, found, sizeof(found), &fault) &&
	       memcmp(call, found, sizeof(call)) == 0 &&
	       afterburn_match(site->insn, site->insn_length, ARCH_CODE_MODE, &site->d);
}

/* The address of the word that holds the address of a slot's ramp; made a page at a time, too. */
static const char *ramp_word(uint32_t slot, uint64_t *address)
{
	static uint32_t made; /* words, always those of the first slots */
	const char *problem;

	while (made <= slot) {
		for (uint32_t i = 0; i < WORDS; i++) {
			problem = ramp_of(made + i, &words[i]);
			if (problem)
				return problem;
		}
		if (!backend_window_page(RAMP_WORDS + made * sizeof(words[0]), words))
			return "the wedge has no memory for the address of its ramp";
		made += WORDS;
	}
	*address = RAMP_WORDS + slot * sizeof(words[0]);
	return NULL;
}

const char *encode_ramp(struct code *c)
{
	uint64_t address;
	const char *problem = ramp_of(c->slot, &address);

	if (problem || rewrite_near_branch(c, BRANCH_JUMP, address))
		return problem;
	problem = ramp_word(c->slot, &address);
	return problem ? problem : encode_indirect(c, BRANCH_JUMP, address);
}

void encode_set_word(struct code *c, unsigned int offset, uint32_t value)
{
	static const uint8_t opcode[] = {0xc7, 0x04, 0x25};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
	rewrite_bytes(c, &value, sizeof(value));
}

void encode_set_byte(struct code *c, unsigned int offset, uint8_t value)
{
	static const uint8_t opcode[] = {0xc6, 0x04, 0x25};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
	rewrite_byte(c, value);
}

void encode_load(struct code *c, unsigned int offset, unsigned int reg)
{
	rewrite_byte(c, (uint8_t)(0x48 | (reg & 8 ? 4 : 0)));
	rewrite_byte(c, 0x8b);
	rewrite_byte(c, (uint8_t)(0x04 | (reg & 7) << 3));
	rewrite_byte(c, 0x25);
	rewrite_vcpu_address(c, offset);
}

void encode_load_selector(struct code *c, unsigned int offset, unsigned int reg)
{
	static const uint8_t opcode[] = {0x0f, 0xb7};

	if (reg & 8)
		rewrite_byte(c, 0x44);
	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_byte(c, (uint8_t)(0x04 | (reg & 7) << 3));
	rewrite_byte(c, 0x25);
	rewrite_vcpu_address(c, offset);
}

/* notb vcpu+offset: unlike xor, not changes no flags. */
static void encode_invert_byte(struct code *c, unsigned int offset)
{
	static const uint8_t opcode[] = {0xf6, 0x14, 0x25};

	rewrite_bytes(c, opcode, sizeof(opcode));
	rewrite_vcpu_address(c, offset);
}

bool encode_inline(struct code *c, const struct afterburn_decoded *d)
{
	if (d->id != AFTERBURN_INSN_SWAPGS)
		return false;
	encode_invert_byte(c, offsetof(struct vcpu, gs_state));
	return true;
}

const void *encode_for_gate(struct code *c, const struct afterburn_decoded *d)
{
	(void)c;
	switch (d->id) {
	case AFTERBURN_INSN_IRET:
		return d->operand_size == 8 ? gate_iret : NULL;
	case AFTERBURN_INSN_SYSRET:
		return d->operand_size == 8 ? gate_sysret64 : gate_sysret32;
	default:
		return NULL;
	}
}
