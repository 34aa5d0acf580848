/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramps.c - makes the ramps (ramps.h), and finds the site of guest code that is on one.
 *
 * Ramps are made a page at a time, when a site first needs one of the page: those of all slots take
 * 256 KiB, of which a small kernel uses a sixth. Rejected: ramps in the wedge's image, which every
 * packed kernel would carry.
 *
 * Invariant: a page of ramps is complete when it is mapped, and never changes.
 */
#include <wedge/backend.h>
#include <wedge/backend_traits.h>

#include "ramps.h"
#include "rewrite.h"

static uint64_t ramp_address(uint32_t slot)
{
	return WEDGE_RAMPS + (uint64_t)slot * RAMP_BYTES;
}

static void write_ramp(uint8_t *bytes, uint32_t slot)
{
	struct code c = {.va = ramp_address(slot), .bytes = bytes, .room = RAMP_BYTES};

	encode_set_word(&c, offsetof(struct vcpu, site), slot);
	rewrite_near_branch(&c, BRANCH_JUMP, backend_gate_address(gate_ramp));
	rewrite_fill(&c);
}

const char *ramp_of(uint32_t slot, uint64_t *address)
{
	static uint8_t page[X86_PAGE_SIZE];
	static uint32_t made; /* ramps, always those of the first slots */

	while (made <= slot) {
		for (uint32_t i = 0; i < X86_PAGE_SIZE / RAMP_BYTES; i++)
			write_ramp(page + i * RAMP_BYTES, made + i);
		if (!backend_window_page(ramp_address(made), page))
			return "the wedge has no memory for its ramp";
		made += X86_PAGE_SIZE / RAMP_BYTES;
	}
	*address = ramp_address(slot);
	return NULL;
}

const struct site *arch_site_of_ramp(struct vcpu *v)
{
	uint64_t on_ramp = v->rip - WEDGE_RAMPS;
	uint64_t in_gate = v->rip - backend_gate_address(gate_ramp);
	uint64_t masked = backend_gate_address(gate_ramp_masked) - backend_gate_address(gate_ramp);
	uint64_t saved = backend_gate_address(gate_ramp_saved) - backend_gate_address(gate_ramp);

	if (on_ramp < (uint64_t)SITE_TABLE_MAX * RAMP_BYTES)
		return site_table_get((uint32_t)(on_ramp / RAMP_BYTES));
	if (in_gate >= masked)
		return NULL;
	if (in_gate >= saved)
		v->gpr[X86_RAX] = v->site_rax;
	return site_table_get(v->site);
}
