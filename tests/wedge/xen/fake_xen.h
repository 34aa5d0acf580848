/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_xen.h - a Xen that the back end's parts run against: machine frames with types and
 * reference counts, checked as Xen checks them for a PV domain (xen/arch/x86/mm.c, "A guide to
 * page-table types"), and the memory of one domain.
 *
 *   - A frame has one type at a time: page table of a level, or writable. A table's entries are
 *     checked when it gets its type and when they are written, and hold references.
 *   - A pinned table keeps its type. What refers to a frame by a type counts.
 *   - The physmap that the wedge sees is one by rights too: the process faults where it writes to
 *     a page that the physmap's own tables do not let it write.
 *
 * Invariant: knows nothing of the guest's tables. Memory, tables and the state of the code under
 * test are as new in each test, since each runs in a process of its own (XEN_TEST).
 */
#ifndef TESTS_WEDGE_XEN_FAKE_XEN_H
#define TESTS_WEDGE_XEN_FAKE_XEN_H

#include <xen.h>

#include "../guest.h"

enum {
	FAKE_GUEST_PAGES = 0x800, /* below the wedge's heap */
	FAKE_GUEST_ABOVE = 0x180, /* behind it: in a large domain memory goes on there */
	FAKE_WEDGE_PAGE = 0x700, /* here is the packed wedge, and behind it a hole of the guest's */
	FAKE_WEDGE_END = 0x720,
	FAKE_HEAP_MAX = 0x1000,
	FAKE_FRAMES = FAKE_GUEST_PAGES + FAKE_HEAP_MAX + FAKE_GUEST_ABOVE,
	FAKE_FIRST_FRAME = 0x10000, /* machine frames of the domain begin here */
	FAKE_HEAP_ENOUGH = 0x800,
};

/* By this bit Xen marks a 64-bit kernel's own pages. */
#define FAKE_GUEST_KERNEL (1ull << 52)

struct fake_xen {
	unsigned int updates;	    /* entries written */
	unsigned int flushes;	    /* of the whole TLB, by loading tables too */
	unsigned int invalidations; /* of one page */
	uint64_t invalidated;	    /* the last of these */
	uint64_t kernel, user;	    /* frames of the loaded top-level tables */
	unsigned int given;	    /* frames that Xen has back */
	bool memory_refused;	    /* Xen gives no more memory */
	long memory_limit;	    /* and takes or gives so many frames at a time; 0: all */
	const char *refused;	    /* why the last refused operation was; NULL: none was */
	void (*flushed)(void);	    /* called at a flush, if not NULL */
	void (*invalidate)(uint64_t va);
};

extern struct fake_xen fake_xen;

/* The content of a machine frame, whoever may write to it; NULL: it is not the domain's. */
const uint64_t *fake_frame(uint64_t frame);

/* The guest-physical page of a machine frame. */
uint64_t fake_page(uint64_t frame);

/* How many references there are to a page as what it is; what it is: its level, or 0. */
unsigned int fake_references(uint64_t page);
unsigned int fake_level(uint64_t page);

/* The kernel's code is linked at this address: chooses the layout, before any space is loaded. */
void fake_link_kernel(uint64_t va);

/* Runs a test in a process of its own, in a domain with so many pages of heap. */
void fake_xen_run(void (*test)(void), uint64_t heap_pages);
#define XEN_TEST(function)                                                                         \
	{                                                                                          \
#function, run_##function, NULL, NULL, NULL                                        \
	}
#define DEFINE_XEN_TEST(function)                                                                  \
	static void function(void);                                                                \
	static void run_##function(void **state)                                                   \
	{                                                                                          \
		(void)state;                                                                       \
		fake_xen_run(function, FAKE_HEAP_ENOUGH);                                          \
	}                                                                                          \
	static void function(void)

#endif /* TESTS_WEDGE_XEN_FAKE_XEN_H */
