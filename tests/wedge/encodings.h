/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encodings.h - machine code for the entries of insns.def, made from its opcode columns.
 *
 * Invariant: no instruction is named here; what the table gains, the tests gain.
 */
#ifndef TESTS_WEDGE_ENCODINGS_H
#define TESTS_WEDGE_ENCODINGS_H

#include <stdint.h>

#include <afterburn/insn.h>
#include <afterburn/sites.h>

struct encoding {
	uint8_t bytes[AFTERBURN_INSN_MAX];
	struct afterburn_decoded d;
};

typedef void encoding_visitor(const struct encoding *encoding);

/*
 * Calls the visitor for the encodings of an entry in the width's code: all opcode bytes under its
 * mask, all ModRM bytes it allows, with several prefixes. Returns how many there were; 0 for an
 * entry that such code does not have.
 */
unsigned int encodings_of(unsigned int id, encoding_visitor *visit);

#endif /* TESTS_WEDGE_ENCODINGS_H */
