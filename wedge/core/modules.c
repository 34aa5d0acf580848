/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.c - find and rewrite sites in code that the guest loads while it runs.
 *
 * Nobody tells the wedge of a module. But the pads say of themselves what they are (sites.h), and
 * the shadow holds every page of small kernel mappings back from execution until it was seen here.
 * The price is one fault for each page of module code.
 *
 * Invariant: when a page becomes executable, no site stands in it, or reaches into it, unrewritten.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include <wedge/modules.h>

/* What stands at `va` is a pad; is there the instruction that belongs to it? */
static bool belongs_to_site(struct vcpu *v, uint64_t pad_va, uint8_t kind, uint8_t length,
			    uint64_t *site_va, uint8_t code[AFTERBURN_SITE_MAX])
{
	bool before = kind & AFTERBURN_KIND_PAD_BEFORE;
	unsigned int insn_offset = before ? AFTERBURN_PAD_LEN : 0;
	unsigned int id = kind & AFTERBURN_KIND_INSN;
	struct afterburn_decoded d;

	*site_va = before ? pad_va : pad_va - length;
	if (!guest_code_copy(v, *site_va, code, length + AFTERBURN_PAD_LEN, false))
		return false;
	if (!afterburn_match(code + insn_offset, length, ARCH_CODE_MODE, &d) || d.length != length)
		return false;
	return id == AFTERBURN_INSN_DECODE || id == d.id;
}

static void rewrite_at(struct vcpu *v, uint64_t pad_va, uint8_t kind, uint8_t length)
{
	uint8_t code[AFTERBURN_SITE_MAX];
	uint64_t va;
	struct site *site;
	const char *problem;

	if (!belongs_to_site(v, pad_va, kind, length, &va, code))
		return;
	site = site_table_add(va, code, (uint8_t)(va == pad_va ? AFTERBURN_PAD_LEN : 0), length,
			      kind & AFTERBURN_KIND_INSN);
	if (!site)
		wedge_fatal("site %016lx in a module: the site table is full", va);
	problem = arch_rewrite(site, site_table_find(va + site->site_length), code);
	if (problem)
		wedge_fatal("site %016lx in a module: %s", va, problem);
	guest_code_copy(v, va, code, site->site_length, true);
}

/* A pad behind an instruction that lies, at least in part, in front of `end`; or one there itself.
 */
static bool reaches_below(uint64_t end, uint64_t pad_va, uint8_t kind, uint8_t length)
{
	return pad_va < end || (!(kind & AFTERBURN_KIND_PAD_BEFORE) && pad_va - length < end);
}

/*
 * All sites that touch the page: those that reach in from the page before, and those that end in
 * the page behind. Were only the pad of one there, it would be rewritten when the guest, having
 * executed the instruction as it was, stands in the middle of what comes in its place.
 */
static void rewrite_page(struct vcpu *v, uint64_t page_va)
{
	uint8_t window[AFTERBURN_PAD_LEN], kind, length;
	uint64_t end = page_va + X86_PAGE_SIZE;

	for (uint64_t va = end + AFTERBURN_INSN_MAX - 1; va >= page_va - (AFTERBURN_PAD_LEN - 1);
	     va--) {
		uint8_t *first = guest_code(v, va);

		if (!first || *first != AFTERBURN_PAD_BYTE0 ||
		    !guest_code_copy(v, va, window, AFTERBURN_PAD_LEN, false))
			continue;
		if (afterburn_pad_parse(window, &kind, &length) &&
		    reaches_below(end, va, kind, length))
			rewrite_at(v, va, kind, length);
	}
}

bool modules_fetch(struct vcpu *v, uint64_t va)
{
	if (!backend_code_held(v, va))
		return false;
	rewrite_page(v, va & ~(uint64_t)(X86_PAGE_SIZE - 1));
	backend_code_release(v, va);
	return true;
}
