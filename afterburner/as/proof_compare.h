/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_compare.h - is one object the other one and pads?
 *
 * Without marks, code is taken apart from the section's first byte on, and data in code can be
 * taken for something else: then no finding is a proof, but a finding only a suspicion. With marks
 * (proof_marks.h) each statement's bytes are known on both sides, and findings are true.
 *
 * Invariant: objects that are not the same but for pads and distances over them give a finding.
 */
#ifndef AS_PROOF_COMPARE_H
#define AS_PROOF_COMPARE_H

#include "proof_marks.h"
#include "proof_object.h"
#include "proof_shift.h"

#include <afterburn/insn.h>

#include <stdbool.h>
#include <stdint.h>

#define FINDINGS_MAX 20
#define NO_STATEMENT 0xffffffffu

struct finding {
	const char *section;
	uint64_t at;	    /* in the section, without pads */
	uint32_t statement; /* number of its mark, or NO_STATEMENT */
	char text[200];
};

/* A number that differs, so it must be a distance over code. */
struct distance {
	uint32_t section;
	uint64_t at;
	uint64_t before;
	uint64_t after;
	unsigned int width; /* bytes */
};

struct comparison {
	const struct object *plain;
	const struct object *annotated;
	const struct marks *marks; /* what the marks in both objects mean; NULL: there are none */
	struct mark_lists plain_marks;
	struct mark_lists annotated_marks;
	bool identical;		       /* there must be no difference at all, but for marks */
	enum afterburn_code_mode mode; /* of code where no mark says it */
	unsigned int classes;	       /* of optional instructions, those that have pads */
	uint32_t *pair;		       /* of each section without pads: the one with pads, or 0 */
	struct shift *shifts;	       /* of each section without pads */
	unsigned char **reach; /* of each section's relocations: bytes to the next instruction */
	/* Of the questions asked of the shifts: many distances are alike. */
	struct answer {
		uint64_t before;
		uint64_t after;
		bool known;
		bool explained;
	} answers[64];
	struct distance *distances; /* to be judged when all shifts are known */
	uint64_t distance_count;
	uint64_t distance_room;
	struct finding findings[FINDINGS_MAX];
	unsigned int count; /* may be more than FINDINGS_MAX */
};

/* Compare; c->count then tells how many findings there are. The rest of *c is zero before. */
void proof_compare(struct comparison *c);

void proof_compare_free(struct comparison *c);

/* Note down what is wrong at a place in a section without pads. */
void proof_find(struct comparison *c, uint32_t section, uint64_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The last finding is about this statement. */
void proof_blame(struct comparison *c, uint32_t statement);

/* Is it pointless to go on? Suspicions are looked into afresh, so that one is enough. */
bool proof_done(const struct comparison *c);

/* The number of `width` bytes, 1 to 8, as a signed one. */
int64_t proof_signed(uint64_t value, unsigned int width);

/* When all shifts are known: does any section's explain that a distance has changed so? Both have
 * `width` bytes. */
bool proof_explains(struct comparison *c, uint64_t before, uint64_t after, unsigned int width);

/* A number at a place without pads is `before` without pads, and `after` with them. */
void proof_differs(struct comparison *c, uint32_t section, uint64_t at, uint64_t before,
		   uint64_t after, unsigned int width);

/* Enlarges a list so that element `count` exists; *room is its capacity. */
void *proof_grow(void *list, uint64_t count, uint64_t *room, size_t size);

/*
 * proof_walk.c: the code of one section, its shift included; with marks, any section that has
 * some.
 */
void proof_walk(struct comparison *c, uint32_t section);

/* proof_data.c: a section without code. */
void proof_data(struct comparison *c, uint32_t section);

/* proof_frames.c: is a section with unwind information the same? Fills in its shift. */
bool proof_frames(struct comparison *c, uint32_t section);

/* proof_relocs.c: the relocations of one section, when all shifts are known. */
void proof_relocs(struct comparison *c, uint32_t section);

/* proof_relocs.c: a list of a section's relocations without pads, ordered by place; free() it. */
struct object_reloc *proof_load_relocs(const struct comparison *c, uint32_t section,
				       uint64_t *count);

/* Debug information counts everything in bytes of code, in numbers of variable length. */
bool proof_is_debug(const struct object_section *section);

/* proof_relocs.c: all symbols. */
void proof_symbols(struct comparison *c);

#endif
