/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_descriptor.c - the descriptor-table registers and the instructions that look into the
 * tables (SDM 3A section 2.4, chapter 3; SDM 2A LAR, LSL, VERR).
 *
 * Invariant: the guest's own tables in its own memory are the truth; what the hypervisor gets is a
 * copy with its own rules applied.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>

enum {
	DESCRIPTOR_BYTES = 8,
	TYPE_TSS_AVAILABLE = 9,
	TYPE_TSS_BUSY = 11,
	TYPE_LDT = 2,
	/* System descriptors that lar and lsl accept in 64-bit mode, a bit for each type (SDM 2A).
	 */
	LAR_SYSTEM_TYPES = 1 << 2 | 1 << 9 | 1 << 11 | 1 << 12,
	LSL_SYSTEM_TYPES = 1 << 2 | 1 << 9 | 1 << 11,
};

uint64_t segment_descriptor_base(uint64_t d)
{
	return (d >> 16 & 0xffffff) | (d >> 56 << 24);
}

static uint32_t descriptor_limit(uint64_t d)
{
	uint32_t limit = (uint32_t)((d & 0xffff) | (d >> 32 & 0xf0000));

	return d >> 55 & 1 ? limit << 12 | 0xfff : limit;
}

static unsigned int descriptor_type(uint64_t d)
{
	return d >> 40 & 15;
}

static bool is_code_or_data(uint64_t d)
{
	return d >> 44 & 1;
}

bool segment_descriptor(struct vcpu *v, uint16_t selector, uint64_t *descriptor)
{
	const struct vcpu_table *table = selector & X86_SELECTOR_LDT ? &v->ldt : &v->gdt;
	uint32_t offset = selector & ~7u;
	struct guest_fault fault;

	if (selector < 4 || offset + DESCRIPTOR_BYTES - 1 > table->limit)
		return false;
	return guest_read(v, table->base + offset, descriptor, DESCRIPTOR_BYTES, &fault);
}

/* LDT and TSS descriptors are 16 bytes in 64-bit mode (SDM 3A section 7.2.3). */
static bool system_descriptor(struct vcpu *v, uint16_t selector, uint64_t d[2])
{
	struct guest_fault fault;

	return segment_descriptor(v, selector, &d[0]) &&
	       guest_read(v, v->gdt.base + (selector & ~7u) + DESCRIPTOR_BYTES, &d[1],
			  DESCRIPTOR_BYTES, &fault);
}

static bool load_table_register(struct emulation *e, struct vcpu_table *table)
{
	uint16_t limit;
	uint64_t base, at = operand_address(e);

	if (!operand_load(e, at, &limit, 2) || !operand_load(e, at + 2, &base, ARCH_WORD_SIZE))
		return false;
	table->limit = limit;
	table->base = base;
	return true;
}

static bool store_table_register(struct emulation *e, const struct vcpu_table *table)
{
	uint16_t limit = (uint16_t)table->limit;
	uint64_t at = operand_address(e);

	return operand_store(e, at, &limit, 2) &&
	       operand_store(e, at + 2, &table->base, ARCH_WORD_SIZE);
}

/*
 * Linux returns to user code over a small stack that stands in front of the TSS and is touched by
 * nothing else before: its pages must be in the shadow by then.
 */
static void prepare_task(struct vcpu *v)
{
	arch_prepare_stack(v, v->task.base);
	arch_prepare_stack(v, v->task.base + v->task.limit + 1);
}

static bool load_task_register(struct emulation *e)
{
	struct vcpu *v = e->v;
	uint64_t selector, d[2], busy;

	if (!operand_read_rm(e, 2, &selector))
		return false;
	if (!system_descriptor(v, (uint16_t)selector, d) ||
	    descriptor_type(d[0]) != TYPE_TSS_AVAILABLE || is_code_or_data(d[0])) {
		exception_gp(v, selector & ~3u);
		return false;
	}
	busy = d[0] | 2ull << 40;
	if (!operand_store(e, v->gdt.base + (selector & ~7ull), &busy, DESCRIPTOR_BYTES))
		return false;
	v->task = (struct vcpu_table){
		.base = segment_descriptor_base(d[0]) | d[1] << 32,
		.limit = descriptor_limit(d[0]),
		.selector = (uint16_t)selector,
	};
	prepare_task(v);
	return true;
}

static bool load_local_table(struct emulation *e)
{
	struct vcpu *v = e->v;
	struct vcpu_table table = {0};
	uint64_t selector, d[2];

	if (!operand_read_rm(e, 2, &selector))
		return false;
	if (selector >= 4) {
		if (!system_descriptor(v, (uint16_t)selector, d) ||
		    descriptor_type(d[0]) != TYPE_LDT || is_code_or_data(d[0])) {
			exception_gp(v, selector & ~3u);
			return false;
		}
		table.base = segment_descriptor_base(d[0]) | d[1] << 32;
		table.limit = descriptor_limit(d[0]);
	}
	table.selector = (uint16_t)selector;
	v->ldt = table;
	backend_load_ldt(v);
	return true;
}

static bool has_type(uint64_t d, unsigned int types)
{
	return types >> descriptor_type(d) & 1;
}

/* lar, lsl, verr and verw answer through ZF; the kernel asks with CPL 0, so only types matter. */
static bool query(struct emulation *e)
{
	struct vcpu *v = e->v;
	uint64_t selector, d = 0, answer = 0;
	bool good;

	if (!operand_read_rm(e, 2, &selector))
		return false;
	good = segment_descriptor(v, (uint16_t)selector, &d);
	switch (e->d->id) {
	case AFTERBURN_INSN_LAR:
		good = good && (is_code_or_data(d) || has_type(d, LAR_SYSTEM_TYPES));
		answer = d >> 32 & 0xf0ff00;
		break;
	case AFTERBURN_INSN_LSL:
		good = good && (is_code_or_data(d) || has_type(d, LSL_SYSTEM_TYPES));
		answer = descriptor_limit(d);
		break;
	case AFTERBURN_INSN_VERW: /* writable data */
		good = good && is_code_or_data(d) && (descriptor_type(d) & 10) == 2;
		break;
	default: /* data, or readable code */
		good = good && is_code_or_data(d) && (descriptor_type(d) & 10) != 8;
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
		if (!load_table_register(e, &v->gdt))
			return false;
		backend_load_gdt(v);
		return true;
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
