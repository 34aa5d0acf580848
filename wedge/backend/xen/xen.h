/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen.h - what the files of the Xen back end share.
 *
 * Invariant: no other part of the wedge includes this file.
 */
#ifndef WEDGE_BACKEND_XEN_H
#define WEDGE_BACKEND_XEN_H

#include <stdbool.h>
#include <wedge/core.h>
#include "hypercall.h"
#include "layout.h"
#include "memory_layout.h"

/* The wedge's pointers to guest-physical pages, by one width's addresses. */
#include <wedge/xen_physmap.h>

/*
 * Virtual addresses of the wedge, all below one entry of the top-level table, so one table of the
 * next level serves every address space of the guest.
 *
 *   XEN_PHYSMAP      guest-physical memory, the wedge's own frames included; a hole of Linux's
 *                    layout ("unused hole", Documentation/x86/x86_64/mm.rst)
 *   WEDGE_BASE       the wedge's image
 *   WEDGE_RAMPS      the ramps of all sites, as far as they are made
 *   WEDGE_VCPU_BASE  this processor's vCPU, then an unmapped page, then its stack
 */
#define XEN_SHARED_INFO	 (WEDGE_VCPU_BASE + 0x10000)
#define XEN_CONSOLE_RING (WEDGE_VCPU_BASE + 0x11000)
#define XEN_STORE_RING	 (WEDGE_VCPU_BASE + 0x12000)
#define XEN_LDT		 (WEDGE_VCPU_BASE + 0x20000) /* 16 pages */
#define XEN_GRANTS	 (WEDGE_VCPU_BASE + 0x30000) /* the grant table (front/grant.h) */

#define XEN_TOP_SLOT                                                                               \
	511 /* of a 64-bit kernel's top-level table: the entry that holds all of the above */

#define PAGE	X86_PAGE_SIZE
#define ENTRIES 512

/* The machine; read-only once the wedge has started. */
struct xen {
	struct start_info *start_info; /* through the physmap */
	struct shared_info *shared;
	unsigned long *p2m;			  /* machine frame of each guest-physical page */
	const unsigned long *machine_to_physical; /* for a 32-bit wedge: Xen's table */
	uint64_t pages;	       /* guest-physical pages, the wedge's own included */
	uint64_t heap;	       /* first page of the wedge's heap */
	uint64_t heap_end;     /* behind its last page */
	uint64_t heap_next;    /* next page never used */
	uint64_t boot_table;   /* top-level table that boot.c made: the wedge alone */
	uint64_t physmap_l1;   /* first of the physmap's last-level tables: one for each 2 MiB */
	uint64_t physmap_l2;   /* first of its tables above those: one for each GiB */
	uint64_t wedge_l1;     /* table of the wedge's 2 MiB */
	uint64_t start_table;  /* of a 32-bit kernel: a directory while it has paging off */
	uint64_t kernel_l2[2]; /* of a 32-bit kernel: tables of the upper half */
	uint64_t absent_page;  /* all ones: what the guest reads where it has no memory */
	struct afterburn_wedge_header *header;
	struct layout layout;
	bool null_clears_base; /* a null selector in FS or GS */
};
extern struct xen xen;

/* Machine address of a guest-physical page. */
static inline uint64_t xen_machine(uint64_t page)
{
	return (uint64_t)xen.p2m[page] * PAGE;
}

/* For messages: MiB of so many pages. */
static inline unsigned long xen_mib(uint64_t pages)
{
	return (unsigned long)(pages >> (20 - X86_PAGE_SHIFT));
}

/* What the back end keeps for each vCPU, behind its `backend` pointer. */
#define XEN_LDT_PAGES 16 /* 8,192 descriptors, as many as a selector can name */
#define XEN_GDT_SEEN  32 /* all that Linux has */

struct space;

enum { XEN_UPDATES = 128 };

struct xen_updates {
	struct mmu_update queue[XEN_UPDATES];
	unsigned int queued;
	uint32_t tlb_flushes; /* how often the whole TLB was flushed; wraps around */
};

struct xen_vcpu {
	struct space *space; /* the address space that is loaded */
	bool stale;	     /* single translations were taken away since the TLB was flushed */
	uint64_t gdt_page;   /* the copy of the guest's GDT; 0: none yet */
	uint64_t gdt_seen[XEN_GDT_SEEN]; /* from which its first were made; all ones: unknown */
	uint64_t ldt_pages[XEN_LDT_PAGES];
	unsigned int ldt_entries;
	struct xen_updates updates; /* page-table writes that wait (update.c) */
};

static inline struct xen_vcpu *xen_of(const struct vcpu *v)
{
	return v->backend;
}

/* ---- memory.c ---- */

/*
 * Behind the last page that Xen's builder has put something into: one stack page follows the
 * initial tables, in a domain of either kind.
 */
uint64_t memory_builder_end(void);

/* Frames that the guest must not reach; ranges are [first, end). */
void memory_init(void);
void memory_set_private(uint64_t first, uint64_t end, bool is_private);
bool memory_is_guest(uint64_t page);

/*
 * A page of the guest's has no memory from now on; it has memory again, this machine frame. Both
 * queue a write of the physmap's entry. Entries of shadow tables are the caller's affair.
 */
void memory_hide(uint64_t page);
void memory_show(uint64_t page, uint64_t frame);

/*
 * True if all pages of the 2 MiB around `page` exist and none is private. Some may have no memory.
 */
bool memory_block_is_guest(uint64_t page);

/* One page of the heap, content undefined; ends the guest if there is none. */
uint64_t memory_heap_page(void);

/*
 * Maps a machine frame, which need not be the domain's, at a page's address of the wedge where
 * nothing is mapped yet, to be read and written; the pointer to it. Ends the guest if Xen refuses.
 */
void *memory_map_frame(uint64_t va, uint64_t frame);

/* True if more than `pages` pages of the heap are left. */
bool memory_heap_has(uint64_t pages);

/*
 * Pages whose code the wedge has seen: core/modules.c has looked at it, or it is the kernel's,
 * which was rewritten before the kernel ran. The last function takes pages that there may not be.
 */
bool memory_code_seen(uint64_t page);
void memory_set_code_seen(uint64_t page);
void memory_forget_code(uint64_t first, uint64_t count);

/* Is the page in a segment of the packed kernel that it may execute? */
bool memory_is_kernel_code(uint64_t page);

/* How many pages of the 2 MiB around `page`, all of which exist, have been seen. */
enum memory_code { MEMORY_CODE_UNSEEN, MEMORY_CODE_PARTLY, MEMORY_CODE_SEEN };
enum memory_code memory_block_code(uint64_t page);

/* ---- kernel.c of the width ---- */

/* Ends a guest whose kernel is linked where it cannot run. */
void kernel_check(const struct afterburn_wedge_header *header);

/* Finds Xen's machine-to-physical table, and keeps it from user code if Xen can. */
void kernel_machine_table(void);

/* ---- segments.c ---- */

/* Before the guest loads a segment. Call it while nothing uses FS. */
void segments_init(struct vcpu *v);

/* ---- update.c ---- */

/* Queues a write of a page-table entry: `table` is a guest-physical page. */
void update_entry(uint64_t table, unsigned int index, uint64_t value);

/* Carries out all that is queued. */
void update_flush(void);

/* One mmuext operation; the queue is flushed first. `argument` is a frame or an address. */
void update_extended(unsigned int command, uint64_t argument);

/* Flushes the whole TLB and the paging-structure caches. */
void update_flush_tlb(void);

/* Counts a flush of the whole TLB that another operation of Xen's has brought. */
void update_note_flush(void);

/* How often the whole TLB was flushed; wraps around. */
uint32_t update_tlb_flushes(void);

/* ---- front/front.c ---- */

/*
 * Finds the domain's devices and connects them; waits for that, but not for ever. The first domain
 * has no store, and no device. Call it before events_start().
 */
void front_start(struct vcpu *v);

/* The timer went off. */
void front_timer(void);

/* Behind events: interrupts the guest for what its devices have answered. */
void front_interrupt(struct vcpu *v);

/* ---- balloon.c ---- */

/*
 * Pages that the guest gives to Xen, and gets back: as dev_host_balloon_take() and
 * dev_host_balloon_return(), for at most XEN_BALLOON_PIECE pages.
 */
enum { XEN_BALLOON_PIECE = 256 };
bool balloon_take(const uint32_t *pages, unsigned int count);
int balloon_return(const uint32_t *pages, unsigned int count);

/*
 * Begins it; false: there is no memory for the records. Call it once, when the initial tables of
 * Xen's builder are not needed any more.
 */
bool balloon_init(void);

/*
 * Gets back all that the guest has given, as far as Xen has memory: true, if that is all. The
 * guest uses what comes back, so this is done again until it is.
 */
bool balloon_return_all(void);

/* ---- traps.c, events.c, console.c ---- */
void traps_init(void);

/* Has Xen enter the wedge at an address for a kind of event (public/callback.h). */
void traps_register(uint16_t type, const char *address);

/*
 * What only one width has: traps.c of the width. The second returns false if it knows no such
 * entry; the third is told that an INT of a vector has entered the guest's handler.
 */
void traps_register_width(void);
bool traps_entered_width(struct vcpu *v);
void traps_called_width(struct vcpu *v, unsigned int vector);

void events_init(struct vcpu *v);
void events_start(void); /* those of the guest's timer and console; handled once it runs */
void events_handle(struct vcpu *v);
void console_set_ring(void *mapped);
void console_start_counting(void); /* once there is a vCPU */

/*
 * Waits until the daemon has read a domain's last words, but not for ever: with the domain the ring
 * goes away, and the daemon looks at a ring only so many times in a while.
 */
void console_drain(void);

#endif /* WEDGE_BACKEND_XEN_H */
