/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.h - sites in code that the guest loads after boot.
 *
 * Invariant: code of a module runs only after its sites were rewritten.
 */
#ifndef WEDGE_MODULES_H
#define WEDGE_MODULES_H

#include <wedge/vcpu.h>

/**
 * modules_fetch - the guest kernel has fetched from a page that may be held back.
 * @va: the address of the fetch
 *
 * Returns false if the page is not held back: the fault has another reason.
 */
bool modules_fetch(struct vcpu *v, uint64_t va);

#endif /* WEDGE_MODULES_H */
