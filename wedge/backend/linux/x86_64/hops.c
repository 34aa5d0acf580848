/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hops.c - leads a `syscall` to the door by way of NOPs around it.
 *
 * The instruction has two bytes, as many as a short jump. The jump goes to a long NOP, of those
 * with which compilers fill up to the next aligned place: a hop. There, 9 bytes are room for a jump
 * over the rest, and for one through a pointer of the door's page; 4 bytes, for a jump over the
 * rest, and one to the next hop:
 *
 *	site:	syscall		->	site:	jmp hop + 2
 *	hop:	nopw ...	->	hop:	jmp hop_end
 *					hop+2:	jmp *USER_DOOR + 8 * number
 *
 * So each instruction of the program still begins where it began, and does what it did, whether
 * code runs into it or jumps to it.
 *
 * Invariant: a NOP is used only if an instruction begins there for certain, and not within another.
 * Behind the site, all instructions have been measured from there. In front of it, they have been
 * measured from so many places, one after another, that an instruction begins at one of them,
 * whatever the code is; and all of that came to the NOP, and to the site.
 */
#include <afterburn/length.h>
#include <afterburn/sites.h>
#include <wedge/lib.h>
#include "hops.h"

enum {
	LAST_MIN = 9, /* bytes of a hop to the door; of one to another hop */
	HOP_MIN = 4,
	REACH_BACK = 128,
	REACH = 127,
	AROUND = 512, /* bytes in front of and behind the site, at most */
	NOPS = 64,
	NOBODY = NOPS,
};

static const uint8_t syscall_code[HOPS_SYSCALL] = {0x0f, 0x05};
static const uint8_t jump_by_pointer[] = {0xff, 0x24, 0x25};

struct nops {
	uint32_t count;
	struct {
		uint32_t at, length;
		uint32_t from; /* the NOP that leads here, or NOBODY: the site does */
		bool reached;
	} nop[NOPS];
};

bool hops_is_syscall(const uint8_t *page, uint32_t at)
{
	return at + HOPS_SYSCALL <= X86_PAGE_SIZE && !memcmp(page + at, syscall_code, HOPS_SYSCALL);
}

/* The instruction's length; 0: there is none, or it is not wholly in the page. */
static uint32_t measure(const uint8_t *page, uint32_t at, struct afterburn_layout *l)
{
	if (at >= X86_PAGE_SIZE ||
	    !afterburn_length(page + at, X86_PAGE_SIZE - at, AFTERBURN_CODE_64, l))
		return 0;
	return l->length;
}

/* Notes a NOP with an operand (0f 1f /0) that is large enough and free. */
static void note(struct nops *nops, const uint8_t *page, const uint8_t *copy, uint32_t at,
		 const struct afterburn_layout *l)
{
	if (l->map != AFTERBURN_MAP_0F || l->opcode != 0x1f || l->length < HOP_MIN ||
	    nops->count == NOPS || memcmp(page + at, copy + at, l->length))
		return;
	nops->nop[nops->count].at = at;
	nops->nop[nops->count].length = l->length;
	nops->nop[nops->count].reached = false;
	nops->count++;
}

static void find_behind(struct nops *nops, const uint8_t *page, const uint8_t *copy, uint32_t site)
{
	struct afterburn_layout l;

	for (uint32_t at = site + HOPS_SYSCALL; at < site + AROUND && measure(page, at, &l);
	     at += l.length)
		note(nops, page, copy, at, &l);
}

/*
 * Counts for each place how often an instruction began there, measured from `from` to the site.
 * False, and nothing is counted, if an instruction cannot be one, or none begins at the site.
 */
static bool count_from(const uint8_t *page, uint32_t from, uint32_t site, uint8_t *begins)
{
	struct afterburn_layout l;
	uint32_t at = from;

	while (at < site && measure(page, at, &l))
		at += l.length;
	if (at != site)
		return false;
	for (at = from; at < site; at += l.length) {
		measure(page, at, &l);
		begins[at % AROUND]++;
	}
	return true;
}

static void find_in_front(struct nops *nops, const uint8_t *page, const uint8_t *copy,
			  uint32_t site)
{
	uint32_t first = site < AROUND ? 0 : site - AROUND + 1, count = 0;
	uint8_t begins[AROUND] = {0};
	struct afterburn_layout l;

	for (uint32_t i = 0; i < AFTERBURN_INSN_MAX; i++)
		count += count_from(page, first + i, site, begins);
	for (uint32_t at = first + AFTERBURN_INSN_MAX; count && at < site; at++) {
		if (begins[at % AROUND] == count && measure(page, at, &l))
			note(nops, page, copy, at, &l);
	}
}

/* From a short jump to the second one of a hop. */
static bool reaches(uint32_t jump, uint32_t hop)
{
	return hop <= jump + REACH && hop + REACH_BACK >= jump;
}

/* Where the jump is that leads on from a NOP, or the site. */
static uint32_t jump_of(const struct nops *nops, uint32_t n, uint32_t site)
{
	return n == NOBODY ? site : nops->nop[n].at + HOPS_JUMP;
}

/* Marks all NOPs that others reach, in so many rounds; returns one that can be the last, or NOBODY.
 */
static uint32_t spread(struct nops *nops, uint32_t site)
{
	uint32_t queue[NOPS + 1] = {NOBODY}, queued = 1;

	for (uint32_t q = 0; q < queued; q++) {
		for (uint32_t i = 0; i < nops->count; i++) {
			if (nops->nop[i].reached ||
			    !reaches(jump_of(nops, queue[q], site), nops->nop[i].at))
				continue;
			nops->nop[i].reached = true;
			nops->nop[i].from = queue[q];
			if (nops->nop[i].length >= LAST_MIN)
				return i;
			queue[queued++] = i;
		}
	}
	return NOBODY;
}

bool hops_find(const uint8_t *page, const uint8_t *copy, struct copy_site *site)
{
	struct nops nops = {0};
	uint32_t last, n = 0;

	find_behind(&nops, page, copy, site->at);
	find_in_front(&nops, page, copy, site->at);
	last = spread(&nops, site->at);
	for (uint32_t i = last; i != NOBODY; i = nops.nop[i].from)
		n++;
	site->hops = n;
	if (!n || n > COPY_HOPS)
		return false;
	for (uint32_t i = last; i != NOBODY; i = nops.nop[i].from)
		site->hop[--n] = nops.nop[i].at;
	return true;
}

/* ---- patching ---- */

static void put_jump(uint8_t *copy, uint32_t at, uint32_t to)
{
	copy[at] = 0xeb;
	copy[at + 1] = (uint8_t)(to - at - HOPS_JUMP);
}

void hops_patch(uint8_t *copy, const struct copy_site *site, uint32_t number)
{
	uint32_t pointer = USER_DOOR + number * (uint32_t)sizeof(uint64_t), jump = site->at;
	struct afterburn_layout l;

	for (uint32_t i = 0; i < site->hops; i++) {
		uint32_t hop = site->hop[i];

		put_jump(copy, jump, hop + HOPS_JUMP);
		put_jump(copy, hop, hop + measure(copy, hop, &l));
		jump = hop + HOPS_JUMP;
	}
	memcpy(copy + jump, jump_by_pointer, sizeof(jump_by_pointer));
	memcpy(copy + jump + sizeof(jump_by_pointer), &pointer, sizeof(pointer));
}
