/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_platform.h - constants of the host for the shadow MMU (view/view.h). Each platform that uses
 * it has a header of this name.
 *
 * Invariant: constants only.
 */
#ifndef WEDGE_VIEW_PLATFORM_H
#define WEDGE_VIEW_PLATFORM_H

/* The most user processes at once. If the guest has more spaces, they share the slots. */
#define VIEW_SLOTS 64

/* A mapping takes the place of what is mapped there. */
#define VIEW_MAP_REPLACES 1

/* Hosts do not let a process map its first pages (vm.mmap_min_addr). */
#define VIEW_LOW_END 0x10000

/* What Linux has to be told if it uses the window's addresses all the same. */
#define VIEW_RESERVE "8M"

#endif /* WEDGE_VIEW_PLATFORM_H */
