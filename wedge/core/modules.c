/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.c - find and rewrite sites in code that the guest loads while it runs.
 *
 * Nobody tells the wedge of a module. But the pads say of themselves what they are (sites.h), and
 * the shadow holds every page of small kernel mappings back from execution until it was seen here.
 * The price is one fault for each page of module code, and one look at each of its bytes.
 *
 * Invariant: when a page becomes executable, no site stands in it, or reaches into it, unrewritten,
 * and the table has none there whose code is gone.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include <wedge/modules.h>

/* The instruction that a pad belongs to, and where its site begins. */
struct found {
	uint64_t va;
	uint8_t insn_offset, insn_length, site_length;
	uint8_t id;
	uint8_t code[AFTERBURN_SITE_MAX];
};

/* Is there a pad at `pad_va`, and does the instruction stand there that belongs to it? */
static bool find_site(struct vcpu *v, uint64_t pad_va, struct found *f)
{
	uint8_t pad[AFTERBURN_PAD_LEN], kind, length;
	struct afterburn_decoded d;

	if (!guest_code_copy(v, pad_va, pad, sizeof(pad), false) ||
	    !afterburn_pad_parse(pad, &kind, &length))
		return false;
	f->insn_offset = kind & AFTERBURN_KIND_PAD_BEFORE ? AFTERBURN_PAD_LEN : 0;
	f->insn_length = length;
	f->site_length = (uint8_t)(length + AFTERBURN_PAD_LEN);
	f->id = kind & AFTERBURN_KIND_INSN;
	f->va = f->insn_offset ? pad_va : pad_va - length;
	return guest_code_copy(v, f->va, f->code, f->site_length, false) &&
	       afterburn_match(f->code + f->insn_offset, length, ARCH_CODE_MODE, &d) &&
	       d.length == length && (f->id == AFTERBURN_INSN_DECODE || f->id == d.id);
}

/* Is other code in the place of a rewritten site? `absent` is the answer if nothing is mapped. */
static bool is_gone(struct vcpu *v, const struct site *site, bool absent)
{
	uint8_t mark[SITE_MARK_LENGTH];

	if (!guest_code_copy(v, site->va + SITE_MARK_OFFSET, mark, sizeof(mark), false))
		return absent;
	return memcmp(mark, site->mark, sizeof(mark));
}

/*
 * Forgets sites of modules that were unloaded. Nothing tells of that, and other code may never be
 * mapped there, so this looks at every site: only once in as many as the table holds.
 */
static void forget_unloaded(struct vcpu *v)
{
	for (uint32_t slot = 0; slot < SITE_TABLE_MAX; slot++) {
		struct site *site = site_table_get(slot);

		if (site && is_gone(v, site, true))
			site_table_forget(site);
	}
}

static struct site *add_site(struct vcpu *v, const struct found *f)
{
	struct site *site = site_table_add(f->va, f->code, f->insn_offset, f->insn_length, f->id);

	if (site)
		return site;
	forget_unloaded(v);
	return site_table_add(f->va, f->code, f->insn_offset, f->insn_length, f->id);
}

/*
 * The site at `va`, to which a rewritten one leads: one that stands rewritten, or one whose turn
 * has not come, be it in another page. `scratch` is where the latter is put.
 */
static const struct site *site_behind(struct vcpu *v, uint64_t va, struct site *scratch)
{
	const struct site *site = site_table_find(va);
	uint8_t code[AFTERBURN_INSN_MAX];
	struct afterburn_decoded d;
	struct found f;

	if (site && !is_gone(v, site, true))
		return site;
	if (!guest_code_copy(v, va, code, sizeof(code), false) ||
	    !afterburn_match(code, sizeof(code), ARCH_CODE_MODE, &d) ||
	    !find_site(v, va + d.length, &f) || f.va != va)
		return NULL;
	scratch->insn_length = f.insn_length;
	memcpy(scratch->insn, f.code, f.insn_length);
	return scratch;
}

static void rewrite(struct vcpu *v, struct found *f)
{
	struct site scratch = {0}, *site = add_site(v, f);
	const char *problem;

	if (!site)
		wedge_fatal("site %016llx in a module: the site table is full",
			    (unsigned long long)f->va);
	problem = arch_rewrite(site, site_behind(v, f->va + f->site_length, &scratch), f->code);
	if (problem)
		wedge_fatal("site %016llx in a module: %s", (unsigned long long)f->va, problem);
	site_table_mark(site, f->code);
	guest_code_copy(v, f->va, f->code, f->site_length, true);
}

/*
 * Looks at each of `size` addresses from `from` on, which one page holds. What touches the page
 * that begins at `page_va` is rewritten.
 */
static void scan(struct vcpu *v, uint64_t page_va, uint64_t from, unsigned int size)
{
	const uint8_t *code = guest_code(v, from);

	for (unsigned int i = 0; code && i < size; i++) {
		struct site *old = site_table_find(from + i);
		struct found f;

		if (old && is_gone(v, old, false))
			site_table_forget(old);
		if (code[i] == AFTERBURN_PAD_BYTE0 && find_site(v, from + i, &f) &&
		    f.va + f.site_length > page_va && f.va < page_va + X86_PAGE_SIZE)
			rewrite(v, &f);
	}
}

/*
 * All sites that touch the page: those that reach in from the page before, and those that end in
 * the page behind. Were only the pad of one there, it would be rewritten when the guest, having
 * executed the instruction as it was, stands in the middle of what comes in its place.
 */
static void rewrite_page(struct vcpu *v, uint64_t page_va)
{
	scan(v, page_va, page_va - AFTERBURN_SITE_MAX, AFTERBURN_SITE_MAX);
	scan(v, page_va, page_va, X86_PAGE_SIZE);
	scan(v, page_va, page_va + X86_PAGE_SIZE, AFTERBURN_SITE_MAX);
}

bool modules_fetch(struct vcpu *v, uint64_t va)
{
	if (!backend_code_held(v, va))
		return false;
	rewrite_page(v, va & ~(uint64_t)(X86_PAGE_SIZE - 1));
	backend_code_release(v, va);
	return true;
}
