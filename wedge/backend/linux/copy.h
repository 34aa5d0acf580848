/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copy.h - copies of pages of guest programs in which system calls lead to the door
 * (x86_64/door.c), and the sites of these calls.
 *
 * A copy stands for one guest-physical page, in whatever user processes that is mapped for
 * execution, at whatever address. It lies in the memory file, behind the guest's memory: it is
 * mapped as all else is, and the guest has no name for it. Whoever reads the page otherwise -
 * kernel, files, debuggers, other processes - has the original.
 *
 * Invariant: a page with a copy is mapped writable nowhere, in no view (view_copy.c).
 */
#ifndef WEDGE_BACKEND_LINUX_COPY_H
#define WEDGE_BACKEND_LINUX_COPY_H

#include "linux.h"

#define COPY_NONE UINT32_MAX

enum { COPY_HOPS = 4 };

/* A patched `syscall`, and the NOPs by way of which it goes to the door: offsets in the page. */
struct copy_site {
	bool used;
	uint32_t copy;
	uint32_t at;
	uint32_t hops; /* how many */
	uint32_t hop[COPY_HOPS];
};

/* Before anything else here; false: the wedge has no memory for it. */
bool copies_init(void);

/*
 * The first copy, from number `from` on, of one of `count` guest-physical pages from `page`;
 * COPY_NONE: there is none.
 */
uint32_t copy_next(uint64_t page, uint64_t count, uint32_t from);

/* The guest-physical page of a copy that is in use. */
uint64_t copy_page(uint32_t copy);

/* Where the copy itself is: as an address in the memory file, and for the wedge. */
uint64_t copy_physical(uint32_t copy);
uint8_t *copy_bytes(uint32_t copy);

/* A number that is not in use; COPY_NONE: all are. */
uint32_t copy_free(void);

/* The copy in use that shall make room for another, each in turn; there must be one. */
uint32_t copy_victim(void);

/* Takes a free number into use: for a page that has no copy, with its bytes. */
void copy_add(uint32_t copy, uint64_t page);

/* Has the page changed since its copy was made? No processor can do that unseen, but a disk can. */
bool copy_differs(uint32_t copy);

/* The copy and its sites are no more. */
void copy_remove(uint32_t copy);

/* Takes a site into use (`used` need not be set). Its number; COPY_NONE: all are in use. */
uint32_t copy_add_site(const struct copy_site *site);

/* A site by its number, which may be any; NULL: not in use. */
const struct copy_site *copy_site(uint64_t site);

/* A copy's site one of whose hops is there; NULL: there is none. */
const struct copy_site *copy_site_at_hop(uint32_t copy, uint32_t hop);

/* ---- copies in views (view_copy.c) ---- */

/*
 * Maps the copy of a page of guest-physical memory, in place of that page, at the address `va` of a
 * user process, which has the page there for execution. Makes the copy if there is none: all views
 * lose the right to write to the page. Returns its number; COPY_NONE if that cannot be, because of
 * a large page.
 */
uint32_t view_copy(struct view *view, uint64_t va);

/* Where a user process has a copy mapped; 0: nowhere. */
uint64_t view_copy_at(const struct view *view, uint32_t copy);

#endif /* WEDGE_BACKEND_LINUX_COPY_H */
