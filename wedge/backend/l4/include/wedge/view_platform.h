/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_platform.h - constants of L4 for the shadow MMU (view/view.h).
 *
 * Invariant: constants only.
 */
#ifndef WEDGE_VIEW_PLATFORM_H
#define WEDGE_VIEW_PLATFORM_H

/* The most address spaces of L4 for user code. If the guest has more, they share these. */
#define VIEW_SLOTS 32

/* L4Ka::Pistachio stops if other memory is mapped there. */
#define VIEW_MAP_REPLACES 0

/* Every address can be mapped. */
#define VIEW_LOW_END 0

/* What Linux has to be told if it uses the window's addresses all the same. */
#define VIEW_RESERVE "1472M"

#endif /* WEDGE_VIEW_PLATFORM_H */
