/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_segments.c - see user_segments.h.
 *
 * The host's GDT cannot be changed. User code gets the host's flat segments for the guest's flat
 * ones. Other descriptors (thread data, behind GS) go into the user process's LDT, at the index
 * they have in the guest's GDT, because C libraries compute that index from GS. The guest's own LDT
 * is copied one to one; if it has a descriptor at that index, the other gets a place behind the
 * copy.
 *
 * To 64-bit code only the bases of FS and GS matter, and these are loaded apart from selectors
 * (user_code.h). So it gets null for what is not flat, and runs on hosts without an LDT, too.
 *
 * Invariant: a selector in the orders can be loaded without a fault.
 */
#include <wedge/arch.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include "user_segments.h"

enum { SELECTOR_NULL_MAX = 3, LDT_SELECTOR = 7, REX_B = 1 };

static const unsigned int sregs[USER_SEGMENTS] = {X86_DS, X86_ES, X86_FS, X86_GS};

/* Code that can be read, or data; present; for ring 3. */
static bool is_usable(uint64_t d)
{
	return descriptor_is_readable(d) && descriptor_is_present(d) && descriptor_dpl(d) == 3;
}

/* Base 0 and limit 4 GiB: what else a data descriptor says does not matter to user code. */
static bool is_flat(uint64_t d)
{
	return !descriptor_base(d) && descriptor_limit(d) == UINT32_MAX;
}

/* Those that a selector can name. */
static uint32_t entries_of(const struct vcpu_table *ldt)
{
	uint64_t entries = ldt->limit ? ((uint64_t)ldt->limit + 1) / DESCRIPTOR_BYTES : 0;

	return entries < PROCESS_LDT_ENTRIES ? (uint32_t)entries : PROCESS_LDT_ENTRIES;
}

/* The guest has loaded another LDT, or changed it and loaded it again, as kernels do. */
static void copy_ldt(struct vcpu *v, struct process *process)
{
	uint32_t entries = entries_of(&v->ldt);
	uint32_t before = process->ldt_entries;
	struct guest_fault fault;
	uint64_t d;

	if (process->ldt_round == linux_of(v)->ldt_round)
		return;
	process->ldt_round = linux_of(v)->ldt_round;
	if (!entries && !before)
		return;
	for (uint32_t i = 0; i < entries || i < before; i++) {
		if (i >= entries || !guest_read(v, v->ldt.base + i * 8, &d, sizeof(d), &fault) ||
		    !descriptor_is_segment(d) || descriptor_dpl(d) != 3)
			d = 0;
		process_descriptor(process, i, d);
	}
	process->ldt_entries = entries;
	for (unsigned int i = 0; i < PROCESS_TLS; i++)
		process->tls[i] = (struct process_tls){0};
}

/*
 * Where in the LDT a descriptor of the GDT may stand. A guest's LDT that leaves no room loses one
 * of its last descriptors: thread data is used by every program.
 */
static uint32_t place_for(struct vcpu *v, const struct process *process, uint16_t selector,
			  unsigned int n)
{
	uint32_t same = selector >> 3;
	uint64_t d;

	if (same >= process->ldt_entries || !descriptor_read(v, (uint16_t)(selector | 4), &d) || !d)
		return same;
	if (process->ldt_entries + n < PROCESS_LDT_ENTRIES)
		return process->ldt_entries + n;
	return PROCESS_LDT_ENTRIES - 1 - n;
}

/* The host's selector for a descriptor of the guest's GDT that is not flat. */
static uint16_t lend_descriptor(struct vcpu *v, struct process *process, uint16_t selector,
				uint64_t d)
{
	struct process_tls *tls = process->tls;
	unsigned int n = 0;

	while (n < PROCESS_TLS && tls[n].selector != selector)
		n++;
	if (n == PROCESS_TLS) {
		n = process->tls_next++ % PROCESS_TLS;
		tls[n] = (struct process_tls){.selector = selector,
					      .entry = place_for(v, process, selector, n)};
	}
	if (tls[n].descriptor != d) {
		tls[n].descriptor = d;
		process_descriptor(process, tls[n].entry, d);
	}
	return (uint16_t)(tls[n].entry << 3 | LDT_SELECTOR);
}

static uint16_t to_host(struct vcpu *v, struct process *process, uint16_t selector)
{
	uint64_t d;

	if (selector <= SELECTOR_NULL_MAX)
		return selector;
	if (selector == linux_of(v)->user_ss)
		return HOST_DS;
	if (!descriptor_read(v, selector, &d) || !is_usable(d))
		return 0;
	if (linux_of(v)->host_cs == HOST_CS64)
		return is_flat(d) ? HOST_DS : 0;
	if (selector & X86_SELECTOR_LDT)
		return selector;
	return is_flat(d) ? HOST_DS : lend_descriptor(v, process, selector, d);
}

void user_segments_load(struct vcpu *v, struct process *process)
{
	copy_ldt(v, process);
	for (unsigned int i = 0; i < USER_SEGMENTS; i++)
		process->orders->selector[i] = to_host(v, process, v->selector[sregs[i]]);
}

static uint16_t to_guest(const struct vcpu *v, const struct process *process, uint16_t host,
			 bool *native)
{
	unsigned int entry = host >> 3;

	if (host == HOST_DS)
		return linux_of(v)->user_ss;
	if (host <= SELECTOR_NULL_MAX)
		return host;
	if (!(host & X86_SELECTOR_LDT)) {
		*native = true;
		return host;
	}
	for (unsigned int n = 0; n < PROCESS_TLS; n++) {
		if (process->tls[n].selector && process->tls[n].entry == entry)
			return process->tls[n].selector;
	}
	return host;
}

bool user_segments_read(struct vcpu *v, const struct process *process)
{
	bool native = false;

	for (unsigned int i = 0; i < USER_SEGMENTS; i++) {
		uint16_t host = process->channel->selector[i],
			 loaded = process->orders->selector[i];

		/* Unchanged, as nearly always: it is what the guest loaded. */
		if (host != loaded)
			v->selector[sregs[i]] = to_guest(v, process, host, &native);
	}
	return native;
}

/*
 * May user code load this into a data segment register (SDM 2B, MOV)? If so, returns true, and the
 * base of the segment, of which null has none.
 */
static bool may_load(struct vcpu *v, uint16_t selector, uint64_t *base)
{
	uint64_t d = 0;

	if (selector > SELECTOR_NULL_MAX && (!descriptor_read(v, selector, &d) || !is_usable(d)))
		return false;
	*base = descriptor_base(d);
	return true;
}

static void load(struct vcpu *v, unsigned int sreg, uint16_t selector, uint64_t base)
{
	v->selector[sreg] = selector;
	if (!ARCH_LONG_MODE)
		return;
	if (sreg == X86_FS)
		v->fs_base = base;
	else if (sreg == X86_GS)
		v->gs_base_user = base;
}

bool user_segments_emulate(struct vcpu *v)
{
	struct site site;
	unsigned int sreg, popped = 0;
	uint64_t base;
	uint16_t value;

	if (!arch_instruction_at_rip(v, &site))
		return false;
	switch (site.d.id) {
	case AFTERBURN_INSN_MOV_TO_SREG:
		sreg = site.d.modrm >> 3 & 7;
		if (site.d.modrm >> 6 != 3)
			return false;
		value = (uint16_t)v->gpr[(site.d.modrm & 7) | (site.d.rex & REX_B) << 3];
		break;
	case AFTERBURN_INSN_POP_FS:
	case AFTERBURN_INSN_POP_GS:
		sreg = segment_named(site.d.id);
		popped = ARCH_WORD_SIZE;
		if (site.d.operand_size != popped ||
		    !guest_read_user(v, v->gpr[X86_RSP], &value, sizeof(value)))
			return false;
		break;
	default:
		return false;
	}
	if ((sreg != X86_DS && sreg != X86_ES && sreg != X86_FS && sreg != X86_GS) ||
	    !may_load(v, value, &base))
		return false;
	load(v, sreg, value, base);
	v->gpr[X86_RSP] = (v->gpr[X86_RSP] + popped) & ARCH_ADDRESS_MASK;
	v->rip = (v->rip + site.d.length) & ARCH_ADDRESS_MASK;
	return true;
}
