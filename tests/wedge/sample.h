/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample.h - one site with its bytes between guard bytes, to be rewritten and judged.
 *
 * Invariant: the rewritten site is judged by a disassembler that knows nothing of the rewriter.
 */
#ifndef TESTS_WEDGE_SAMPLE_H
#define TESTS_WEDGE_SAMPLE_H

#include <Zydis/Zydis.h>

#include <wedge/site_table.h>

#include "guest.h"

struct sample {
	struct site site;
	uint8_t memory[1 + AFTERBURN_SITE_MAX + 1];
};

/* A slot whose ramp is not in the first page of ramps. */
enum { SAMPLE_SLOT = 300 };
#define SAMPLE_RAMP (WEDGE_RAMPS + 16ull * SAMPLE_SLOT)

enum { GUARD = 0xa5, CALL = 0xe8, JUMP = 0xe9, JUMP_SHORT = 0xeb, INDIRECT = 0xff };

/* A site at GUEST_CODE; its pad stands behind the instruction, or before. */
void sample_build(struct sample *s, const uint8_t *insn, unsigned int length, unsigned int id,
		  bool before);

/* arch_rewrite; nothing outside the site may change. */
const char *sample_rewrite(struct sample *s, const struct site *next);

/* The instruction that begins at `code`; there must be one. */
void sample_decode(const uint8_t *code, unsigned int size, ZydisDecodedInstruction *insn);

/* From `at` on only NOPs, the last of which ends with the site; none of them a pad. */
void sample_check_fill(const struct sample *s, unsigned int at);

/* Where the branch `at` bytes into the site goes: by its distance, or through a word in the wedge.
 */
uint64_t sample_branch(const struct sample *s, unsigned int at);

/* The instruction must become these bytes, and NOPs. */
void sample_expect_form(const uint8_t *insn, size_t length, unsigned int id,
			const uint8_t *expected, size_t size);

/* The instruction, behind its pad, must become a branch to the gate, or to the sample's ramp. */
void sample_expect_branch(const uint8_t *insn, size_t length, unsigned int id, uint8_t opcode,
			  uint64_t gate);

/* The rewriter must refuse with a reason that contains the text, and leave the bytes alone. */
void sample_expect_problem(struct sample *s, const char *text);

/* Little-endian bytes of the vCPU's address, as a 32-bit displacement. */
#define VCPU_BYTES(field)                                                                          \
	(uint8_t)(WEDGE_VCPU_BASE + offsetof(struct vcpu, field)),                                 \
		(uint8_t)((WEDGE_VCPU_BASE + offsetof(struct vcpu, field)) >> 8),                  \
		(uint8_t)((WEDGE_VCPU_BASE + offsetof(struct vcpu, field)) >> 16),                 \
		(uint8_t)((WEDGE_VCPU_BASE + offsetof(struct vcpu, field)) >> 24)

/* A branch: four bytes of distance to the target from the branch's end. */
#define BRANCH_BYTES(opcode, target, end)                                                          \
	opcode, (uint8_t)((target) - (end)), (uint8_t)(((target) - (end)) >> 8),                   \
		(uint8_t)(((target) - (end)) >> 16), (uint8_t)(((target) - (end)) >> 24)
#define CALL_BYTES(gate, end) BRANCH_BYTES(CALL, gate, end)

/* The jump to the sample's ramp, at the site's start. */
#define RAMP_JUMP BYTES(BRANCH_BYTES(JUMP, SAMPLE_RAMP, GUEST_CODE + 5))

#endif /* TESTS_WEDGE_SAMPLE_H */
