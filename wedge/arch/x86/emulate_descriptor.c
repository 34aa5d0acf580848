/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_descriptor.c - the descriptor-table registers and the instructions that look into the
 * tables (SDM 3A section 2.4, chapter 3; SDM 2A LAR, LSL, VERR).
 *
 * Invariant: the guest reads its own tables in its own memory; the hypervisor gets a copy that
 * meets its rules.
 */
#include <wedge/backend.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include "emulate.h"

/* The bits of a base that a 16-bit operand holds (SDM 2A, LGDT). */
enum { SHORT_BASE = 0xffffff };

/* With 16-bit operands the base has 24 bits. In 64-bit code there are no 16-bit operands. */
static bool has_short_base(const struct emulation *e)
{
	return !ARCH_LONG_MODE && e->d->operand_size == 2;
}

static bool load_table_register(struct emulation *e, struct vcpu_table *table)
{
	uint16_t limit;
	uint64_t base = 0, at = operand_address(e);

	if (!operand_load(e, at, &limit, 2) || !operand_load(e, at + 2, &base, ARCH_WORD_SIZE))
		return false;
	table->limit = limit;
	table->base = has_short_base(e) ? base & SHORT_BASE : base;
	return true;
}

static bool store_table_register(struct emulation *e, const struct vcpu_table *table)
{
	uint16_t limit = (uint16_t)table->limit;
	uint64_t at = operand_address(e);
	uint64_t base = has_short_base(e) ? table->base & SHORT_BASE : table->base;

	return operand_store(e, at, &limit, 2) && operand_store(e, at + 2, &base, ARCH_WORD_SIZE);
}

static bool load_global_table(struct emulation *e)
{
	if (!load_table_register(e, &e->v->gdt))
		return false;
	descriptor_forget(e->v);
	backend_load_gdt(e->v);
	return true;
}

/*
 * Linux returns to user code on a small stack in front of the TSS. Nothing else touches that stack
 * before, so its pages must be put into the shadow here.
 */
static void prepare_task(struct vcpu *v)
{
	arch_prepare_stack(v, v->task.base);
	arch_prepare_stack(v, v->task.base + v->task.limit + 1);
}

static bool load_task_register(struct emulation *e)
{
	struct vcpu *v = e->v;
	struct vcpu_table task;
	struct guest_fault fault;
	uint64_t selector;

	if (!operand_read_rm(e, 2, &selector))
		return false;
	if (!descriptor_read_system(v, (uint16_t)selector, DESCRIPTOR_TSS_AVAILABLE, &task)) {
		exception_gp(v, selector & ~3u);
		return false;
	}
	if (!descriptor_mark_busy(v, (uint16_t)selector, &fault)) {
		exception_page_fault(v, fault.address, fault.error);
		return false;
	}
	v->task = task;
	prepare_task(v);
	return true;
}

bool segment_load_ldt(struct vcpu *v, uint16_t selector)
{
	struct vcpu_table table = {.selector = selector};

	if (selector >= 4 && !descriptor_read_system(v, selector, DESCRIPTOR_LDT, &table))
		return false;
	v->ldt = table;
	backend_load_ldt(v);
	return true;
}

static bool load_local_table(struct emulation *e)
{
	uint64_t selector;

	if (!operand_read_rm(e, 2, &selector))
		return false;
	if (!segment_load_ldt(e->v, (uint16_t)selector)) {
		exception_gp(e->v, selector & ~3u);
		return false;
	}
	return true;
}

/* True for a code or data segment, and for a system descriptor whose type has a bit in `types`. */
static bool may_be_asked(uint64_t d, unsigned int types)
{
	return descriptor_is_segment(d) || (types >> descriptor_kind(d) & 1);
}

/* lar, lsl, verr and verw answer in ZF. The kernel's CPL is 0, so only types matter. */
static bool query(struct emulation *e)
{
	struct vcpu *v = e->v;
	uint64_t selector, d = 0, answer = 0;
	bool good;

	if (!operand_read_rm(e, 2, &selector))
		return false;
	good = descriptor_read(v, (uint16_t)selector, &d);
	switch (e->d->id) {
	case AFTERBURN_INSN_LAR:
		good = good && may_be_asked(d, ARCH_LAR_TYPES);
		answer = d >> 32 & DESCRIPTOR_LAR_BITS;
		break;
	case AFTERBURN_INSN_LSL:
		good = good && may_be_asked(d, ARCH_LSL_TYPES);
		answer = descriptor_limit(d);
		break;
	case AFTERBURN_INSN_VERW:
		good = good && descriptor_is_writable_data(d);
		break;
	default:
		good = good && descriptor_is_readable(d);
	}
	v->rflags = good ? v->rflags | X86_FLAGS_ZF : v->rflags & ~(uint64_t)X86_FLAGS_ZF;
	if (good && (e->d->id == AFTERBURN_INSN_LAR || e->d->id == AFTERBURN_INSN_LSL))
		operand_write_register(v, operand_reg(e), e->d->operand_size, answer);
	return true;
}

bool emulate_descriptor(struct emulation *e)
{
	struct vcpu *v = e->v;

	switch (e->d->id) {
	case AFTERBURN_INSN_LGDT:
		return load_global_table(e);
	case AFTERBURN_INSN_LIDT:
		return load_table_register(e, &v->idt);
	case AFTERBURN_INSN_SGDT:
		return store_table_register(e, &v->gdt);
	case AFTERBURN_INSN_SIDT:
		return store_table_register(e, &v->idt);
	case AFTERBURN_INSN_LTR:
		return load_task_register(e);
	case AFTERBURN_INSN_LLDT:
		return load_local_table(e);
	case AFTERBURN_INSN_SLDT:
		return operand_write_rm(e, operand_is_memory(e) ? 2 : e->d->operand_size,
					v->ldt.selector);
	case AFTERBURN_INSN_STR:
		return operand_write_rm(e, operand_is_memory(e) ? 2 : e->d->operand_size,
					v->task.selector);
	default:
		return query(e);
	}
}
