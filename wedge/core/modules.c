/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules.c - find and rewrite sites in code that the guest loads while it runs.
 *
 * No event tells the wedge of a module. But a pad is recognizable as one (sites.h), and the shadow
 * holds back every page of small kernel mappings: not executable until this file has seen its code.
 * The price is one fault for each page of module code, and one look at each of its bytes.
 *
 * Invariant: when a page becomes executable, every site that touches it is rewritten, and the site
 * table has no site there whose code is gone.
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

/* True if there is a pad at `pad_va` and its instruction is beside it. */
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

/* True if other code is in the place of a rewritten site; `absent` if nothing is mapped there. */
static bool is_gone(struct vcpu *v, const struct site *site, bool absent)
{
	uint8_t mark[SITE_MARK_LENGTH];

	if (!guest_code_copy(v, site->va + SITE_MARK_OFFSET, mark, sizeof(mark), false))
		return absent;
	return memcmp(mark, site->mark, sizeof(mark));
}

/*
 * Forgets sites of unloaded modules. No event tells of an unloaded module, and other code may never
 * be mapped there, so this looks at every site, but only when the table is full.
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
 * The site at `va`, right behind another: one that is rewritten already, or one that is not, which
 * may be in another page. The latter is put into `scratch`.
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
 * Looks for a pad at each of `size` addresses from `from` on, all in one page. Rewrites the sites
 * that touch the page at `page_va`.
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
 * Rewrites all sites that touch the page, also those that begin in the page before or end in the
 * page behind. If a site waited until the page of its pad is fetched, the guest would have executed
 * the old instruction, and would then be in the middle of the new code.
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
