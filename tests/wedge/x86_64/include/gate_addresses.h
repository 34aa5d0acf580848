/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate_addresses.h - where the gates are, as if a wedge stood at its real address. The build gives
 * the linker the same numbers (build.mk), so rewritten code has its real distances.
 *
 * Invariant: nothing is mapped there.
 */
#ifndef TESTS_WEDGE_GATE_ADDRESSES_H
#define TESTS_WEDGE_GATE_ADDRESSES_H

#define AT_GATE_SITE	      0xffffffffffe00100ull
#define AT_GATE_STI	      0xffffffffffe00200ull
#define AT_GATE_PUSHF	      0xffffffffffe00300ull
#define AT_GATE_POPF	      0xffffffffffe00400ull
#define AT_GATE_IRET	      0xffffffffffe00500ull
#define AT_GATE_SYSRET64      0xffffffffffe00600ull
#define AT_GATE_SYSRET32      0xffffffffffe00700ull
#define AT_GATE_STI_HALT      0xffffffffffe00800ull
#define AT_GATE_STI_OVER      0xffffffffffe00900ull
#define AT_GATE_STI_HALT_OVER 0xffffffffffe00a00ull
#define AT_GATE_RAMP	      0xffffffffffe00b00ull
#define AT_GATE_RAMP_SAVED    0xffffffffffe00b08ull
#define AT_GATE_RAMP_MASKED   0xffffffffffe00b18ull

#define AT_GATES                                                                                   \
	AT_GATE_STI, AT_GATE_PUSHF, AT_GATE_POPF, AT_GATE_IRET, AT_GATE_SYSRET64,                  \
		AT_GATE_SYSRET32, AT_GATE_STI_HALT

#endif /* TESTS_WEDGE_GATE_ADDRESSES_H */
