/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_walk.h - one section, walked over with and without pads side by side: proof_walk.c by
 * instructions, proof_extents.c by statements.
 *
 * Invariant: both sides advance only over what has been compared.
 */
#ifndef AS_PROOF_WALK_H
#define AS_PROOF_WALK_H

#include "proof_compare.h"

#include <afterburn/length.h>

/* A branch, or an address relative to the instruction: where it leads on each side. */
struct reference {
	uint64_t at;
	uint64_t plain;
	uint64_t annotated;
};

struct walk {
	struct comparison *c;
	uint32_t section;
	struct ab_bytes plain;
	struct ab_bytes annotated;
	uint64_t p; /* where we are in each */
	uint64_t a;
	enum afterburn_code_mode mode;
	bool wants_pads;	/* sensitive instructions need one here */
	bool takes_pads;	/* and may have one */
	bool same;		/* both sides are equal bytes: every distance is right */
	uint64_t last;		/* where the last instruction began, with pads */
	unsigned int last_size; /* 0: there is none */
	struct shift *shift;
	struct object_reloc *relocs; /* those without pads, by offset */
	uint64_t reloc_count;
	uint64_t next_reloc;  /* the first at or behind p */
	unsigned char *reach; /* c->reach of this section */
	struct reference *references;
	uint64_t reference_count, reference_room;
};

/* Code up to these ends. Returns false, where it stands, if the sides differ. */
bool walk_code(struct walk *w, uint64_t p_end, uint64_t a_end);

/* Keep where an instruction at this place on both sides leads to. */
void walk_refer(struct walk *w, const struct afterburn_layout *p, const struct afterburn_layout *a);

/* Keep the number at `at`, counted from where we are, if it differs and no relocation makes it. */
void walk_number(struct walk *w, unsigned int at, unsigned int size);

/* Does a relocation change any of these bytes, counted from where we are? */
bool walk_is_relocated(struct walk *w, unsigned int at, unsigned int size);

/* The whole section, statement by statement, as the marks of both sides say. */
void walk_marked(struct walk *w);

#endif
