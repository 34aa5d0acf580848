/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - the shadow MMU's half that knows the guest's page tables: what of the guest's address
 * space is mapped in one host address space.
 *
 * A view is either the wedge's own address space below the wedge, where guest kernel code runs with
 * the kernel's rights, or that of a user process, where guest user code runs with its rights. "The
 * host" is what keeps these address spaces: a system's kernel or a hypervisor. It remembers the
 * guest's entries that the host's mappings were made from; when the guest invalidates, they are
 * compared with what the guest's tables hold now, and the host is told of the differences, adjacent
 * ones at once.
 *
 * It is shaped like the guest's tables, of either width: a node stands for what the guest has in
 * one of its upper tables, a view table for one of its last tables, or for a large page (SDM 3A
 * sections 4.3 and 4.5).
 *
 * Invariant: a view maps only what the guest's entries allowed when the guest last invalidated the
 * address, or later.
 */
#ifndef WEDGE_VIEW_H
#define WEDGE_VIEW_H

#include <wedge/arch_traits.h>
#include <wedge/backend.h>
#include <wedge/view_platform.h>

enum {
	VIEW_ENTRIES = X86_PAGE_SIZE / ARCH_WORD_SIZE, /* of one of the guest's tables */
	VIEW_WORD_BITS = 8 * sizeof(unsigned long),
	VIEW_WORDS = VIEW_ENTRIES / VIEW_WORD_BITS,
	VIEW_INDEX_BITS = ARCH_LONG_MODE ? 9 : 10,
	VIEW_TABLE_SHIFT = X86_PAGE_SHIFT + VIEW_INDEX_BITS,
};

/* The host's rights. */
enum { VIEW_READ = 1, VIEW_WRITE = 2, VIEW_EXEC = 4 };

/* What runs guest user code: the platform's. */
struct process;

/* Bits for a table's entries, in words of the wedge's own code. */
typedef unsigned long view_word;

/* An entry of the guest's tables. */
typedef __typeof__(__builtin_choose_expr(ARCH_LONG_MODE, (uint64_t)0, (uint32_t)0)) view_entry;

/* What the guest had below one entry of its tables of level 2: 4 MiB, in long mode 2 MiB. */
struct view_table {
	/*
	 * That entry, without the rights that those above it do not give (view_below()); 0: a large
	 * page that must not stay.
	 */
	uint64_t pde;
	bool large;	  /* it is a large page, mapped as a whole */
	bool local;	  /* a leaf is mapped that is not global */
	uint8_t followed; /* so often it has become another address space's table */
	struct view_table *next_free;
	/*
	 * Which entries are mapped; of a large page, which pages have lost the right to be written,
	 * for a copy (view_copy.c).
	 */
	view_word present[VIEW_WORDS];
	view_word released[VIEW_WORDS]; /* of these, code that the core has looked at */
	view_entry seen[VIEW_ENTRIES];
};

/* The same for a table of a higher level. */
struct view_node {
	view_word present[VIEW_WORDS]; /* which children there are */
	view_word local[VIEW_WORDS];   /* of these, with a leaf below that is not global */
	void *child[VIEW_ENTRIES];     /* tables in a node of level 2, nodes in one above */
};

struct view {
	struct process *process; /* NULL: the view of the wedge's own process */
	bool identity; /* paging is off: guest-physical memory is mapped at its own addresses */
	unsigned int tables;
	struct view_node top;
};

/* Addresses are translated by page tables: always in long mode, else if CR0.PG is set. */
bool view_paging(void);

/*
 * Makes sure that the next view_fill() has the memory it needs; false if the wedge's heap has no
 * more. Then a view must be cleared.
 */
bool view_reserve(void);

/*
 * Makes one address of the view right, for an access that the guest's tables allow. A call of
 * view_reserve() must come before.
 */
void view_fill(struct view *view, uint64_t va, const struct guest_walk *walk);

/* The guest maps an address that no host lets a process map. */
bool view_cannot_have(struct vcpu *v, uint64_t va);

/* The guest's entry for one address may have changed. */
void view_invalidate(struct view *view, uint64_t va);

/*
 * The guest loaded or flushed its tables: compares what is mapped. With `all`, global leaves of the
 * kernel's too.
 */
void view_sync(struct view *view, bool all);

/* Takes all mappings away. */
void view_clear(struct view *view);

/* A page is mapped with all rights that the guest's entries give. */
bool view_has(const struct view *view, uint64_t va, const struct guest_walk *walk);

/* Lets a page that view_holds() be executed, as long as it is mapped. */
void view_release(struct view *view, uint64_t va);

/* The host process is gone, and its mappings with it. */
void view_forget(struct view *view);

/* A small page is mapped, but not for execution. */
bool view_holds(const struct view *view, uint64_t va);

/* ---- the platform's side; sizes in bytes, whole pages ---- */

/* VIEW_READ and so on for `size` bytes of guest-physical memory from `physical` at `va`. */
void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot);
void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot);
void mapping_remove(const struct view *view, uint64_t va, uint64_t size);

/* The host had no room for a mapping in the wedge's own view, which must be cleared. */
bool mapping_failed(struct vcpu *v);

/*
 * As mapping_set(). If the platform maps copies of pages in place of some, it decides what becomes
 * of them and of the right to write.
 */
void view_map(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
	      unsigned int prot);

/*
 * Has a page of a large page of the kernel's only lost the right to be written, because of a copy?
 * Then an access needs it: gives it back, with all others of the large page, and returns true.
 */
bool view_give_back(const struct view *view, uint64_t va, const struct guest_walk *walk);

/* These guest-physical pages have copies no longer. */
void view_drop_copies(uint64_t page, uint64_t count);

/* A view has guest memory below `end`, but for a hole. */
struct view_bounds {
	uint64_t hole, hole_end, end;
};
struct view_bounds view_bounds(const struct view *view);

/* How much memory the guest has. */
uint64_t view_memory_bytes(void);

/*
 * Where code that runs where it was loaded sees the window: must not be executed in the kernel's
 * view. An address that no view has, if that is not among the guest's memory.
 */
uint64_t view_window_alias(void);

/* ---- kernel_text.c ---- */

/*
 * The kernel's own code, whose sites are rewritten, and which it never gives to anything else. Code
 * in other segments, such as .init.text, later makes room for something else: the core looks at it
 * page by page, as at a module's.
 */
bool view_is_kernel_text(uint64_t page);

/* Says so from now on. Call it once the core has started; ends the guest if there is no memory. */
struct afterburn_wedge_header;
void view_note_kernel_text(const struct afterburn_wedge_header *bundle);

#endif /* WEDGE_VIEW_H */
