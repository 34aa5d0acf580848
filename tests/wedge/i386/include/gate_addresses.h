/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate_addresses.h - where the gates are, as if a wedge's window stood at its real address. The
 * build gives the linker the same numbers (build.mk), so rewritten code has its real distances.
 *
 * Invariant: nothing is mapped there.
 */
#ifndef TESTS_WEDGE_GATE_ADDRESSES_H
#define TESTS_WEDGE_GATE_ADDRESSES_H

#define AT_GATE_SITE	    0xffc00100ull
#define AT_GATE_STI	    0xffc00200ull
#define AT_GATE_PUSHF	    0xffc00300ull
#define AT_GATE_POPF	    0xffc00400ull
#define AT_GATE_IRET32	    0xffc00500ull
#define AT_GATE_STI_HALT    0xffc00800ull
#define AT_GATE_MOV_ES	    0xffc00900ull
#define AT_GATE_MOV_DS	    0xffc00a00ull
#define AT_GATE_MOV_FS	    0xffc00b00ull
#define AT_GATE_POP_ES	    0xffc00c00ull
#define AT_GATE_POP_DS	    0xffc00d00ull
#define AT_GATE_POP_FS	    0xffc00e00ull
#define AT_GATE_RAMP	    0xffc00f00ull
#define AT_GATE_RAMP_SAVED  0xffc00f05ull
#define AT_GATE_RAMP_MASKED 0xffc00f13ull

#define AT_GATES                                                                                   \
	AT_GATE_STI, AT_GATE_PUSHF, AT_GATE_POPF, AT_GATE_IRET32, AT_GATE_STI_HALT,                \
		AT_GATE_MOV_ES, AT_GATE_MOV_DS, AT_GATE_MOV_FS, AT_GATE_POP_ES, AT_GATE_POP_DS,    \
		AT_GATE_POP_FS

#endif /* TESTS_WEDGE_GATE_ADDRESSES_H */
