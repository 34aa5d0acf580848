/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modules_property_test.c - modules come and go at random: whatever stood at an address before,
 * what stands there now is rewritten as if it were alone.
 *
 * Invariant: the model knows only what it has put there; it never asks the table.
 */
#include "guest.h"
#include "property.h"

#include <gate_addresses.h>
#include <wedge/modules.h>
#include <wedge/site_table.h>

#define PAGE  4096ull
#define FIRST GUEST_NOTHING /* the pages where modules are loaded */

enum { PAGES = 6, ROUNDS = 400, SITES = PAGES * 512, CODE_PA = 0x380000 };

/* What a module has at an address. */
struct put {
	uint64_t va;
	enum afterburn_insn_id id;
	bool before_halt; /* an sti with a halt right behind it */
};

struct module {
	bool loaded;
	unsigned int pages;
	unsigned int count;
	struct put put[SITES];
};

static struct module modules[PAGES]; /* by their first page */

static const struct {
	enum afterburn_insn_id id;
	const char *bytes;
	uint8_t length;
	bool before;
} kinds[] = {
	{AFTERBURN_INSN_STI, "\xfb", 1, true},
	{AFTERBURN_INSN_HLT, "\xf4", 1, false},
	{AFTERBURN_INSN_CLI, "\xfa", 1, false},
	{AFTERBURN_INSN_CPUID, "\x0f\xa2", 2, false},
};

static uint64_t page_va(unsigned int page)
{
	return FIRST + page * PAGE;
}

/* Writes a site's bytes; returns behind them. */
static uint64_t put_site(uint64_t va, unsigned int kind)
{
	uint8_t length = kinds[kind].length;
	const uint8_t pad[AFTERBURN_PAD_LEN] = {
		AFTERBURN_PAD_BYTE0,
		AFTERBURN_PAD_BYTE1,
		AFTERBURN_PAD_BYTE2,
		length,
		(uint8_t)(kinds[kind].id | (kinds[kind].before ? AFTERBURN_KIND_PAD_BEFORE : 0)),
		AFTERBURN_PAD_MAGIC & 0xff,
		AFTERBURN_PAD_MAGIC >> 8,
	};

	guest_poke(va + (kinds[kind].before ? AFTERBURN_PAD_LEN : 0), kinds[kind].bytes, length);
	guest_poke(va + (kinds[kind].before ? 0 : length), pad, sizeof(pad));
	return va + length + AFTERBURN_PAD_LEN;
}

/* Sites, often one right behind the other, and other code between them. */
static void fill_module(struct module *m, uint64_t va, uint64_t end)
{
	m->count = 0;
	while (va + AFTERBURN_SITE_MAX < end) {
		unsigned int kind = random_below(sizeof(kinds) / sizeof(kinds[0]));
		struct put *last = m->count ? &m->put[m->count - 1] : NULL;
		bool behind = random_below(3);

		if (!behind)
			va += 1 + random_below(200);
		if (va + AFTERBURN_SITE_MAX >= end)
			break;
		if (last)
			last->before_halt = behind && kinds[kind].id == AFTERBURN_INSN_HLT &&
					    last->id == AFTERBURN_INSN_STI;
		m->put[m->count++] = (struct put){.va = va, .id = kinds[kind].id};
		va = put_site(va, kind);
	}
}

static void fetch(unsigned int page)
{
	fake.held = true;
	fake.held_va = page_va(page);
	assert_true(modules_fetch(&vcpu, fake.held_va));
}

/* Pages are executed for the first time in any order. */
static void load(unsigned int first, unsigned int pages)
{
	static uint8_t nops[PAGE];
	unsigned int turn = random_below(pages);

	memset(nops, 0x90, sizeof(nops));
	for (unsigned int i = 0; i < pages; i++) {
		guest_map(page_va(first + i), CODE_PA + (first + i) * PAGE, X86_PTE_P);
		guest_poke(page_va(first + i), nops, sizeof(nops));
	}
	modules[first].loaded = true;
	modules[first].pages = pages;
	fill_module(&modules[first], page_va(first) + random_below(20), page_va(first + pages));
	for (unsigned int i = 0; i < pages; i++)
		fetch(first + (i + turn) % pages);
}

/* The bytes stay, as in memory that was given back; or pages are mapped no more. */
static void unload(unsigned int first)
{
	for (unsigned int i = 0; random_below(2) && i < modules[first].pages; i++)
		*guest_entry(page_va(first + i), 1) = 0;
	modules[first].loaded = false;
}

static bool is_free(unsigned int page)
{
	for (unsigned int first = 0; first <= page; first++) {
		if (modules[first].loaded && page < first + modules[first].pages)
			return false;
	}
	return true;
}

static void check_site(const struct put *p)
{
	const struct site *site = site_table_find(p->va);
	uint8_t code[5];
	int32_t relative;
	uint64_t gate;

	guest_peek(p->va, code, sizeof(code));
	memcpy(&relative, code + 1, sizeof(relative));
	gate = (p->va + sizeof(code) + (uint64_t)(int64_t)relative) & ARCH_ADDRESS_MASK;
	assert_non_null(site);
	assert_int_equal(site->d.id, p->id);
	if (p->id == AFTERBURN_INSN_CLI)
		assert_int_equal(code[0], 0xc6);
	else if (p->id == AFTERBURN_INSN_STI)
		assert_int_equal(gate, p->before_halt ? AT_GATE_STI_HALT : AT_GATE_STI);
	else
		assert_int_equal(gate, WEDGE_RAMPS + 16ull * site->slot);
}

static void check_all(void)
{
	for (unsigned int first = 0; first < PAGES; first++)
		for (unsigned int i = 0; modules[first].loaded && i < modules[first].count; i++)
			check_site(&modules[first].put[i]);
}

static void what_was_there_before_does_not_matter(void **state)
{
	unsigned int loads = 0;

	(void)state;
	property_begin(1);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int page = random_below(PAGES);

		if (modules[page].loaded) {
			unload(page);
		} else if (is_free(page)) {
			bool two = page + 1 < PAGES && is_free(page + 1) && random_below(2);

			load(page, two ? 2 : 1);
			loads++;
		}
		check_all();
	}
	assert_true(loads > ROUNDS / 4);
	/* Only what lay where nothing has come since may be left of those that went. */
	assert_true(site_table_count() <= SITES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(what_was_there_before_does_not_matter),
	};

	return RUN_TAP(tests);
}
