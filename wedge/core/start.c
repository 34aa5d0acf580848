/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - from a loaded bundle to the kernel's first instruction: checks the bundle, rewrites
 * every site, builds the machine.
 *
 * Invariant: if a site cannot be rewritten, or its bytes differ from its entry in the bundle, the
 * guest ends before the kernel has run, with a message that names the site's function.
 */
#include <wedge/arch.h>
#include <wedge/boot.h>
#include <wedge/command_line.h>
#include <wedge/core.h>
#include <wedge/guest_memory.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include <wedge/lib/muldiv.h>
#include <wedge/log.h>
#include <wedge/machine.h>
#include <wedge/stats.h>

/* Kept because early code runs where it was loaded, not where it is linked. */
static const struct afterburn_wedge_header *bundle_header;

/* The bundle's tables as the wedge reaches them. */
struct bundle {
	const struct afterburn_wedge_header *header;
	const struct afterburn_bundle_site *sites;
	const char *names;
};

static const char *symbol_of(const struct bundle *b, const struct afterburn_bundle_site *site)
{
	return site->symbol < b->header->names_size ? b->names + site->symbol : "?";
}

static void check_header(const struct afterburn_wedge_header *h)
{
	if (h->magic != AFTERBURN_WEDGE_MAGIC || h->version != AFTERBURN_BUNDLE_VERSION)
		wedge_fatal("the bundle's header is of another version: pack the kernel again");
	if (h->sites_version != AFTERBURN_SITES_VERSION)
		wedge_fatal("the kernel was annotated by another version (%u, this wedge knows %u)",
			    h->sites_version, AFTERBURN_SITES_VERSION);
	if (!h->load_paddr || !h->site_count || !h->segment_count ||
	    h->segment_count > AFTERBURN_BUNDLE_MAX_SEGMENTS)
		wedge_fatal("no kernel is packed with this wedge: use `afterburn pack`");
}

/* The guest-physical address of a kernel virtual address, by the program headers; 0 if none. */
static uint64_t physical_of(const struct afterburn_wedge_header *h, uint64_t va, uint64_t size)
{
	for (unsigned int i = 0; i < h->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &h->segments[i];

		if (va >= s->vaddr && size <= s->mem_size && va - s->vaddr <= s->mem_size - size)
			return s->paddr + (va - s->vaddr);
	}
	return 0;
}

static const char *add_site(const struct afterburn_bundle_site *entry, uint64_t physical)
{
	uint8_t code[AFTERBURN_SITE_MAX];
	uint8_t kind, length, id;
	unsigned int pad;

	if (entry->site_length > AFTERBURN_SITE_MAX ||
	    entry->site_length != entry->insn_length + AFTERBURN_PAD_LEN ||
	    (entry->insn_offset && entry->insn_offset != AFTERBURN_PAD_LEN))
		return "its entry in the bundle has impossible lengths";
	if (!physical || !guest_code_copy(NULL, physical, code, entry->site_length, false))
		return "it lies outside the kernel's memory";
	pad = entry->insn_offset ? 0 : entry->insn_length;
	if (!afterburn_pad_parse(code + pad, &kind, &length) || kind != entry->kind ||
	    length != entry->insn_length)
		return "its pad does not match its entry in the bundle";
	id = kind & AFTERBURN_KIND_INSN;
	if (!site_table_add(entry->vaddr, code, entry->insn_offset, entry->insn_length, id))
		return "the site table is full";
	return NULL;
}

static const char *rewrite_site(struct site *site, const struct site *next, uint64_t physical)
{
	uint8_t code[AFTERBURN_SITE_MAX];
	const char *problem;

	if (!guest_code_copy(NULL, physical, code, site->site_length, false))
		return "it lies outside the kernel's memory";
	problem = arch_rewrite(site, next, code);
	if (problem)
		return problem;
	site_table_mark(site, code);
	guest_code_copy(NULL, physical, code, site->site_length, true);
	return NULL;
}

static void rewrite_all(const struct bundle *b)
{
	const struct afterburn_wedge_header *h = b->header;
	const char *problem;

	for (uint32_t i = 0; i < h->site_count; i++) {
		const struct afterburn_bundle_site *entry = &b->sites[i];

		problem = add_site(entry, physical_of(h, entry->vaddr, entry->site_length));
		if (problem)
			wedge_fatal("site %016llx in %s: %s", entry->vaddr, symbol_of(b, entry),
				    problem);
	}
	for (uint32_t i = 0; i < h->site_count; i++) {
		struct site *site = site_table_get(i);
		struct site *next = site_table_find(site->va + site->site_length);

		problem = rewrite_site(site, next, physical_of(h, site->va, site->site_length));
		if (problem)
			wedge_fatal("site %016llx in %s (%s): %s", (unsigned long long)site->va,
				    symbol_of(b, &b->sites[i]), afterburn_insns[site->id].name,
				    problem);
	}
}

uint64_t core_load_delta(uint64_t address)
{
	for (unsigned int i = 0; bundle_header && i < bundle_header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &bundle_header->segments[i];

		if (address - s->paddr < s->mem_size)
			return s->vaddr - s->paddr;
	}
	return 0;
}

uint64_t core_early_address(struct vcpu *v, uint64_t va)
{
	uint64_t delta = v->site_delta;
	struct guest_walk walk;

	if (delta == VCPU_EARLY && guest_lookup(v, va, &walk)) {
		v->site_delta = 0;
		return va;
	}
	v->site_delta = VCPU_EARLY;
	return delta == VCPU_EARLY ? physical_of(bundle_header, va, 1) : va - delta;
}

bool core_wedge_alias(struct vcpu *v)
{
	for (unsigned int i = 0; i < bundle_header->segment_count; i++) {
		uint64_t delta =
			bundle_header->segments[i].vaddr - bundle_header->segments[i].paddr;

		uint64_t linked = (v->rip + delta) & ARCH_ADDRESS_MASK;

		if (delta && linked - WEDGE_BASE < WEDGE_SIZE) {
			v->rip = linked;
			if (arch_site_of_ramp(v))
				v->site_delta = delta;
			return true;
		}
	}
	return false;
}

/* Without paging, a kernel's entry must be a physical address. */
static void check_entry(const struct vcpu *v)
{
	if (!ARCH_LONG_MODE && !core_load_delta(v->rip))
		wedge_fatal("the kernel's entry %lx is no physical address of the kernel",
			    (unsigned long)v->rip);
}

void core_start(struct vcpu *v, const struct afterburn_wedge_header *header)
{
	struct bundle b = {
		.header = header,
		.sites = (const void *)((const char *)header + header->sites_offset),
		.names = (const char *)header + header->names_offset,
	};
	uint64_t began = backend_now_ns();
	unsigned int took_us, rest;

	check_header(header);
	bundle_header = header;
	stats_init();
	rewrite_all(&b);
	took_us = (unsigned int)u64_div(backend_now_ns() - began, 1000, &rest);
	if (!command_line_says("afterburn.quiet"))
		wedge_log("%u sites rewritten in %u us", header->site_count, took_us);
	arch_reset(v);
	v->site = VCPU_NO_SITE;
	machine_init(v);
	boot_prepare(v, header);
	v->site_delta = VCPU_EARLY;
	check_entry(v);
	arch_start(v);
	wedge_log_vcpu(v, arch_log_registers);
}
