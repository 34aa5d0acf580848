/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - the shadow MMU's half that knows two-level tables: what of the guest's address space is
 * mapped in one host address space.
 *
 * A view is either the wedge's own low 4 GiB, where guest kernel code runs with the kernel's
 * rights, or a user process, where it has the rights of guest user code. It remembers the guest's
 * entries that the host's mappings were made from; when the guest invalidates, they are compared
 * with what the guest's tables hold now, and the host is told of the differences, adjacent ones at
 * once.
 *
 * Invariant: a view maps only what the guest's entries allowed when the guest last invalidated the
 * address, or later.
 */
#ifndef WEDGE_BACKEND_LINUX_VIEW_H
#define WEDGE_BACKEND_LINUX_VIEW_H

#include "linux.h"

enum {
	VIEW_ENTRIES = 1024,
	VIEW_TABLE_SHIFT = 22,
	VIEW_LOW_END =
		0x10000, /* hosts do not let a process map its first pages (vm.mmap_min_addr) */
};

/* What the guest had below one entry of its top-level table. */
struct view_table {
	uint32_t pde; /* that entry; 0: a large page that must not stay */
	bool large;   /* it is a large page, mapped as a whole */
	bool local;   /* a leaf is mapped that is not global */
	struct view_table *next_free;
	uint64_t present[VIEW_ENTRIES / 64]; /* which entries are mapped; unused for a large page */
	uint64_t released[VIEW_ENTRIES / 64]; /* of these, code that the core has looked at */
	uint32_t seen[VIEW_ENTRIES];
};

struct view {
	struct process *process; /* NULL: the view of the wedge's own process */
	bool identity; /* paging is off: guest-physical memory is mapped at its own addresses */
	uint64_t present[VIEW_ENTRIES / 64];
	struct view_table *tables[VIEW_ENTRIES];
};

/* Makes one address of the view right, for an access that the guest's tables allow. */
void view_fill(struct view *view, uint32_t va, const struct guest_walk *walk);

/* The guest maps an address that no host lets a process map. */
bool view_cannot_have(struct vcpu *v, uint64_t va);

/* The guest's entry for one address may have changed. */
void view_invalidate(struct view *view, uint32_t va);

/*
 * The guest loaded or flushed its tables: compares what is mapped. With `all`, global leaves of the
 * kernel's too.
 */
void view_sync(struct view *view, bool all);

/* Takes all mappings away. */
void view_clear(struct view *view);

/* A page is mapped with all rights that the guest's entries give. */
bool view_has(const struct view *view, uint32_t va, const struct guest_walk *walk);

/* Lets a page that view_holds() be executed, as long as it is mapped. */
void view_release(struct view *view, uint32_t va);

/* The host process is gone, and its mappings with it. */
void view_forget(struct view *view);

/* A small page is mapped, but not for execution. */
bool view_holds(const struct view *view, uint32_t va);

/* ---- the host's side (mapping.c); addresses below 4 GiB, sizes in bytes, whole pages ---- */

/* HOST_PROT_* for `size` bytes of guest-physical memory from `physical` at `va`. */
void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot);
void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot);
void mapping_remove(const struct view *view, uint64_t va, uint64_t size);

/* The host had no room for a mapping in the wedge's own view, which must be cleared. */
bool mapping_failed(struct vcpu *v);

#endif /* WEDGE_BACKEND_LINUX_VIEW_H */
