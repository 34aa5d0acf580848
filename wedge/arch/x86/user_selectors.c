/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_selectors.c - what a return to user code may load (user_selectors.h).
 *
 * Invariant: only a selector of the GDT is remembered, and only of a code segment: in the GDT
 * kernels rewrite only data segments of users in place.
 */
#include "user_selectors.h"

#include <wedge/descriptor.h>
#include "emulate.h"

enum { STAR_USER = 48, SYSRET_STACK = 8, SYSRET_CODE = 16, RPL_USER = 3 };

/*
 * The pair that sysret loads, without a look at the descriptors (SDM 2B, SYSRET): a kernel with a
 * STAR has them there.
 */
static bool is_of_sysret(const struct vcpu *v, uint16_t selector, unsigned int offset)
{
	return ARCH_LONG_MODE && v->star &&
	       selector == (((uint16_t)(v->star >> STAR_USER) + offset) | RPL_USER);
}

/* Reads the descriptor of a selector with RPL 3. */
static bool read(struct vcpu *v, uint16_t selector, uint64_t *d)
{
	return (selector & X86_SELECTOR_RPL) == RPL_USER && selector > RPL_USER &&
	       descriptor_read(v, selector, d);
}

/* A code segment that CPL 3 may use: conforming, or with DPL 3. */
static bool is_user_code(uint64_t d)
{
	return descriptor_is_code(d) &&
	       (descriptor_dpl(d) == RPL_USER || descriptor_is_conforming_code(d)) &&
	       !(ARCH_LONG_MODE && descriptor_is_64_bit(d) && descriptor_is_32_bit(d));
}

unsigned int user_code_fault(struct vcpu *v, uint16_t selector)
{
	uint64_t d;

	if (selector == v->user_cs || is_of_sysret(v, selector, SYSRET_CODE))
		return 0;
	if (!read(v, selector, &d) || !is_user_code(d))
		return X86_TRAP_GP;
	if (!descriptor_is_present(d))
		return X86_TRAP_NP;
	if (!(selector & X86_SELECTOR_LDT))
		v->user_cs = selector;
	return 0;
}

unsigned int user_stack_fault(struct vcpu *v, uint16_t selector)
{
	uint64_t d;

	if ((segment_is_flat(v, selector) && (selector & X86_SELECTOR_RPL) == RPL_USER) ||
	    is_of_sysret(v, selector, SYSRET_STACK))
		return 0;
	if (!read(v, selector, &d) || !descriptor_is_writable_data(d) ||
	    descriptor_dpl(d) != RPL_USER)
		return X86_TRAP_GP;
	return descriptor_is_present(d) ? 0 : X86_TRAP_SS;
}
