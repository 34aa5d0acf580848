/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.h - sites in code that was not there at boot.
 *
 * Invariant: code of a module runs only after its sites were rewritten.
 */
#ifndef WEDGE_MODULES_H
#define WEDGE_MODULES_H

#include <wedge/vcpu.h>

/**
 * modules_fetch - the guest kernel is about to execute a page that the shadow holds back.
 * @va: the address it wants to execute
 *
 * Returns false if the fault has another reason.
 */
bool modules_fetch(struct vcpu *v, uint64_t va);

#endif /* WEDGE_MODULES_H */
