/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operand.c - the operands of an emulated instruction: registers, memory, stack.
 *
 * Invariant: implements SDM 2A sections 2.1.5 and 2.2.1 on the matcher's fields; a page fault that
 * is injected has the instruction's own address as rip.
 */
#include <wedge/guest_memory.h>
#include "emulate.h"

unsigned int operand_register(const struct emulation *e, unsigned int field, unsigned int rex_bit)
{
	return field | (e->d->rex & rex_bit ? 8 : 0);
}

unsigned int operand_reg(const struct emulation *e)
{
	return operand_register(e, e->d->modrm >> 3 & 7, 4);
}

unsigned int operand_rm(const struct emulation *e)
{
	return operand_register(e, e->d->modrm & 7, 1);
}

bool operand_is_memory(const struct emulation *e)
{
	return e->d->has_modrm && e->d->modrm >> 6 != 3;
}

static uint64_t segment_base(const struct emulation *e)
{
	switch (e->d->segment) {
	case 0x64:
		return e->v->fs_base;
	case 0x65:
		return e->v->gs_state == VCPU_GS_KERNEL ? e->v->gs_base_kernel : e->v->gs_base_user;
	default:
		return 0;
	}
}

/* SDM 2A table 2-1. */
static uint64_t short_address(const struct emulation *e)
{
	static const uint8_t base[8] = {X86_RBX, X86_RBX, X86_RBP, X86_RBP,
					X86_RSI, X86_RDI, X86_RBP, X86_RBX};
	unsigned int mod = e->d->modrm >> 6, rm = e->d->modrm & 7;
	uint64_t address = (uint64_t)(int64_t)e->d->disp;

	if (rm != 6 || mod != 0)
		address += e->v->gpr[base[rm]];
	if (rm < 4)
		address += e->v->gpr[rm & 1 ? X86_RDI : X86_RSI];
	return address & 0xffff;
}

uint64_t operand_address(const struct emulation *e)
{
	unsigned int mod = e->d->modrm >> 6, rm = e->d->modrm & 7;
	uint64_t address = (uint64_t)(int64_t)e->d->disp;

	if (e->d->address_size == 2)
		return (short_address(e) + segment_base(e)) & ARCH_ADDRESS_MASK;

	if (e->d->has_sib) {
		unsigned int base = e->d->sib & 7;
		unsigned int index = operand_register(e, e->d->sib >> 3 & 7, 2);

		if (base != 5 || mod != 0)
			address += e->v->gpr[operand_register(e, base, 1)];
		if (index != X86_RSP)
			address += e->v->gpr[index] << (e->d->sib >> 6);
	} else if (rm == 5 && mod == 0) {
		address += ARCH_RIP_RELATIVE ? e->next_va : 0;
	} else {
		address += e->v->gpr[operand_rm(e)];
	}
	if (e->d->address_size == 4)
		address = (uint32_t)address;
	return (address + segment_base(e)) & ARCH_ADDRESS_MASK;
}

void operand_write_register(struct vcpu *v, unsigned int reg, unsigned int size, uint64_t value)
{
	switch (size) {
	case 1:
		v->gpr[reg] = (v->gpr[reg] & ~0xffull) | (value & 0xff);
		break;
	case 2:
		v->gpr[reg] = (v->gpr[reg] & ~0xffffull) | (value & 0xffff);
		break;
	case 4:
		v->gpr[reg] = (uint32_t)value;
		break;
	default:
		v->gpr[reg] = value;
	}
}

bool operand_load(const struct emulation *e, uint64_t va, void *to, unsigned int size)
{
	struct guest_fault fault;

	if (guest_read(e->v, va, to, size, &fault))
		return true;
	exception_page_fault(e->v, fault.address, fault.error);
	return false;
}

bool operand_store(const struct emulation *e, uint64_t va, const void *from, unsigned int size)
{
	struct guest_fault fault;

	if (guest_write(e->v, va, from, size, &fault))
		return true;
	exception_page_fault(e->v, fault.address, fault.error);
	return false;
}

bool operand_read_rm(const struct emulation *e, unsigned int size, uint64_t *value)
{
	*value = 0;
	if (operand_is_memory(e))
		return operand_load(e, operand_address(e), value, size);
	*value = e->v->gpr[operand_rm(e)];
	if (size < 8)
		*value &= (1ull << 8 * size) - 1;
	return true;
}

bool operand_write_rm(const struct emulation *e, unsigned int size, uint64_t value)
{
	if (operand_is_memory(e))
		return operand_store(e, operand_address(e), &value, size);
	operand_write_register(e->v, operand_rm(e), size, value);
	return true;
}

bool operand_push(const struct emulation *e, uint64_t value, unsigned int size)
{
	uint64_t at = (e->v->gpr[X86_RSP] - size) & ARCH_ADDRESS_MASK;

	if (!operand_store(e, at, &value, size))
		return false;
	e->v->gpr[X86_RSP] = at;
	return true;
}

bool operand_pop(const struct emulation *e, uint64_t *value, unsigned int size)
{
	*value = 0;
	if (!operand_load(e, e->v->gpr[X86_RSP], value, size))
		return false;
	e->v->gpr[X86_RSP] = (e->v->gpr[X86_RSP] + size) & ARCH_ADDRESS_MASK;
	return true;
}
