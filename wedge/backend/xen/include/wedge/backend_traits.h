/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - what Xen's virtual CPU does like hardware, so that sites may stay as they are.
 * Each back end has a header of this name; the build chooses it with the back end.
 *
 * Invariant: constants only.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/* DS, ES, FS and GS hold the selectors that the guest (or its user code) loaded. */
#define BACKEND_SELECTORS_ARE_REAL 1

#endif /* BACKEND_TRAITS_H */
