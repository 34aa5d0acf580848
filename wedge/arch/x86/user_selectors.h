/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_selectors.h - selectors of user code: what the guest calls them, and may a return to user
 * code load them (SDM 2A, IRET)?
 *
 * Invariant: nothing is loaded here, and no exception injected.
 */
#ifndef WEDGE_ARCH_USER_SELECTORS_H
#define WEDGE_ARCH_USER_SELECTORS_H

#include <wedge/backend.h>
#include <wedge/backend_traits.h>

/* The guest's name for a selector that user code has: the platform may have put its own there. */
static inline uint16_t user_selector(uint16_t selector)
{
	return BACKEND_SELECTORS_ARE_REAL ? backend_user_selector(selector) : selector;
}

/*
 * The vector of the exception that a return to CPL 3 with this selector in CS, or in SS, is; 0:
 * none. Its error code is the selector without RPL.
 */
unsigned int user_code_fault(struct vcpu *v, uint16_t selector);
unsigned int user_stack_fault(struct vcpu *v, uint16_t selector);

#endif /* WEDGE_ARCH_USER_SELECTORS_H */
