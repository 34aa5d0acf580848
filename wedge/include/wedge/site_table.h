/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site_table.h - every site the wedge has rewritten, and how it is found again from a return
 * address.
 *
 * Invariant: a site is in the table exactly if its bytes in the guest's text are the wedge's; the
 * table keeps the instruction's own bytes.
 */
#ifndef WEDGE_SITE_TABLE_H
#define WEDGE_SITE_TABLE_H

#include <afterburn/insn.h>
#include <afterburn/sites.h>
#include <wedge/vcpu.h>

struct site {
	uint64_t va; /* of the site's first byte */
	uint8_t insn_offset;
	uint8_t insn_length;
	uint8_t site_length;
	uint8_t id; /* enum afterburn_insn_id, as the record or pad says */
	uint8_t insn[AFTERBURN_INSN_MAX];
	uint32_t next;		    /* next site in the same hash chain, plus one; 0 ends it */
	struct afterburn_decoded d; /* the instruction taken apart: done once, used at every call */
};

/* As many as the largest kernels have, modules included, with room to spare. */
#define SITE_TABLE_MAX 16384

/* The length of the call that a rewritten site begins with, and so its return address. */
#define SITE_CALL_LENGTH 5

/**
 * site_table_add - remember a site; its instruction's bytes are copied from `code`.
 * @va:   virtual address of the site's first byte
 * @code: the site's bytes as they are, `insn_offset + insn_length` readable
 *
 * Returns NULL if the table is full.
 */
struct site *site_table_add(uint64_t va, const uint8_t *code, uint8_t insn_offset,
			    uint8_t insn_length, uint8_t id);

/* The site that begins at `va`, or NULL. */
struct site *site_table_find(uint64_t va);

/* How many there are, and the n-th. */
uint32_t site_table_count(void);
struct site *site_table_get(uint32_t index);

#endif /* WEDGE_SITE_TABLE_H */
