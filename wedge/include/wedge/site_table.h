/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site_table.h - all sites that the wedge has rewritten, by address.
 *
 * Invariant: every rewritten site in the guest's text is in the table, with its original
 * instruction. A site whose code is gone leaves the table when other code becomes executable in its
 * place, or when the table is full (modules.c).
 */
#ifndef WEDGE_SITE_TABLE_H
#define WEDGE_SITE_TABLE_H

#include <afterburn/insn.h>
#include <afterburn/sites.h>
#include <wedge/vcpu.h>

/*
 * Four bytes of a rewritten site identify it: the distance to a gate or to its ramp, or an address
 * in the vCPU. They begin behind the first byte, which the guest may replace by a breakpoint.
 */
enum { SITE_MARK_OFFSET = 1, SITE_MARK_LENGTH = 4 };

struct site {
	uint64_t va; /* of the site's first byte */
	uint8_t insn_offset;
	uint8_t insn_length;
	uint8_t site_length;
	uint8_t id; /* enum afterburn_insn_id, as the pad says */
	uint8_t insn[AFTERBURN_INSN_MAX];
	uint32_t slot;			/* its own number in the table, from 0 */
	uint32_t next;			/* next site in the same hash chain, plus one; 0 ends it */
	struct afterburn_decoded d;	/* decoded once, used at every call */
	uint8_t mark[SITE_MARK_LENGTH]; /* the rewritten site's, from SITE_MARK_OFFSET on */
};

/* More than the largest kernels have, modules included. */
#define SITE_TABLE_MAX 16384

/* The lengths of the branch that a rewritten site begins with: by distance, or through a table. */
#define SITE_CALL_LENGTH     5
#define SITE_FAR_CALL_LENGTH 7

/**
 * site_table_add - add a site; the instruction's bytes are copied from `code`.
 * @va:   virtual address of the site's first byte
 * @code: the site's bytes before the rewrite, `insn_offset + insn_length` readable
 *
 * Returns NULL if the table is full.
 */
struct site *site_table_add(uint64_t va, const uint8_t *code, uint8_t insn_offset,
			    uint8_t insn_length, uint8_t id);

/* Notes the mark of a rewritten site; `code` is its new code. */
static inline void site_table_mark(struct site *site, const uint8_t *code)
{
	__builtin_memcpy(site->mark, code + SITE_MARK_OFFSET, SITE_MARK_LENGTH);
}

/* Frees a site's slot; `site` and all copies of the pointer are invalid afterwards. */
void site_table_forget(struct site *site);

/* The site that begins at `va`, or NULL. */
struct site *site_table_find(uint64_t va);

/* The number of sites. */
uint32_t site_table_count(void);

/*
 * The site in a slot, 0 to SITE_TABLE_MAX - 1, or NULL. Before the first site_table_forget(), slot
 * n holds the site that was added as the n-th.
 */
struct site *site_table_get(uint32_t slot);

#endif /* WEDGE_SITE_TABLE_H */
