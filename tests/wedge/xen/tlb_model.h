/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb_model.h - all that a processor may hold of page tables between two invalidations (SDM 3A
 * section 4.10): translations, and the tables on the way to them. It is told of every moment at
 * which the tables may be read, and keeps everything; so it says what an access may lead to at
 * worst.
 *
 * The guest's tables make one model, those that Xen has loaded another. What the second may lead
 * to, the first must allow.
 *
 * Invariant: reads tables as the processor does, and knows nothing of the code under test.
 */
#ifndef TESTS_WEDGE_XEN_TLB_MODEL_H
#define TESTS_WEDGE_XEN_TLB_MODEL_H

#include "fake_guest.h"

/* The addresses looked at: some entries of each of some last-level tables. */
enum { TOPS = 9, SLOTS = 12, PLACES = TOPS * SLOTS, HELD = 24 };

uint64_t place_address(unsigned int place);

/*
 * Chooses where these tables are: first addresses of 2 MiB each, the first PROGRAM_TOPS of them
 * programs'. They must last.
 */
enum { PROGRAM_TOPS = 5 };
void places_choose(const uint64_t tops[TOPS]);

/* The place is the kernel's, where every space has the same. */
bool place_is_kernel(unsigned int place);

/* One translation. */
struct held {
	uint64_t page;	   /* guest-physical */
	unsigned int prot; /* R, W and X; 0: unused */
	bool global, large;
	bool user; /* user code has it too */
};

/* A table that was found on the way to an address, and the rights up to there. */
struct held_table {
	uint64_t table; /* 0: unused */
	uint64_t rights;
};

struct tlb {
	/*
	 * The entry for an address of a table of a level, as the top-level table or an entry names
	 * it; 0 if there is no memory.
	 */
	uint64_t (*entry)(uint64_t table, unsigned int level, uint64_t va);
	/* What an entry of the last level, with the rights of the way to it, allows. */
	struct held (*leaf)(enum view view, uint64_t entry, uint64_t rights);
	enum view view;
	unsigned int levels;
	unsigned int large_shift; /* an entry of level 2 is for so many address bits */
	uint64_t root;		  /* 0: none */
	struct held_table tables[4][TOPS][HELD]; /* by level */
	struct held leaves[PLACES][HELD];
	bool overflow; /* more was to be held than there is room for */
};

/* Holds all that the tables allow now. */
void tlb_hold(struct tlb *tlb);
void tlb_hold_leaf(struct tlb *tlb, unsigned int place, struct held h);

/*
 * Forgets everything; with `keep_global`, but for global translations, and for the kernel's tables:
 * the wedge takes these for global as kernels do, hardware does not.
 */
void tlb_forget(struct tlb *tlb, bool keep_global);

/*
 * Forgets what leads to an address, and to all others of the same entry of level 2 but the small
 * pages; tables on other ways are kept.
 */
void tlb_forget_place(struct tlb *tlb, unsigned int place);

/* Forgets all tables, as hardware does at every invlpg. */
void tlb_forget_tables(struct tlb *tlb);

/* The model has a translation of the place that allows all of `h`. */
bool tlb_allows(const struct tlb *tlb, unsigned int place, struct held h);

#endif /* TESTS_WEDGE_XEN_TLB_MODEL_H */
