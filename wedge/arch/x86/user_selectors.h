/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_selectors.h - may a return to user code load these selectors (SDM 2A, IRET)?
 *
 * Invariant: nothing is loaded here, and no exception injected.
 */
#ifndef WEDGE_ARCH_USER_SELECTORS_H
#define WEDGE_ARCH_USER_SELECTORS_H

#include <stdint.h>

struct vcpu;

/*
 * The vector of the exception that a return to CPL 3 with this selector in CS, or in SS, is; 0:
 * none. Its error code is the selector without RPL.
 */
unsigned int user_code_fault(struct vcpu *v, uint16_t selector);
unsigned int user_stack_fault(struct vcpu *v, uint16_t selector);

#endif /* WEDGE_ARCH_USER_SELECTORS_H */
