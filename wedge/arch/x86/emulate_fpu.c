/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate_fpu.c - instructions that save, load or reset the FPU's whole state (SDM 1
 * sections 8.1.10 and 10.5), where guest kernel and user code have two FPUs.
 *
 * The platform brings user code's state to the FPU of guest kernel code first. What saves it waits
 * for that; what replaces it is enough to have the platform forget it. Then this FPU carries the
 * instruction out: in place if the area is remembered (guest_remembered), else on a copy.
 *
 * Invariant: an instruction that faults has changed no register. It may have written a part of its
 * area, as on hardware.
 */
#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>

#include "emulate.h"

enum {
	FXSAVE_BYTES = 512,
	FXSAVE_ALIGN = 16,
	FNSAVE_BYTES = 108,
	MXCSR = 24,
	MXCSR_MASK = 28,
	MXCSR_MASK_DEFAULT = 0xffbf, /* where the processor tells none (SDM 1 section 11.6.6) */
};

struct state {
	uint8_t bytes[FXSAVE_BYTES];
} __attribute__((aligned(FXSAVE_ALIGN)));

/* Nothing is to be fetched where these instructions stay as they are. */
static void fetch(struct emulation *e, bool keep)
{
	if (!BACKEND_FPU_IS_ONE)
		backend_fpu_fetch(e->v, keep);
}

static uint32_t word_at(const struct state *s, unsigned int at)
{
	uint32_t word;

	memcpy(&word, s->bytes + at, sizeof(word));
	return word;
}

/* Only what the processor writes changes: the rest of the area is software's. */
static bool fxsave(struct emulation *e, uint64_t va)
{
	struct state s, *in_place = guest_remembered(e->v, va, sizeof(s), true);

	if (in_place) {
		fetch(e, true);
		__asm__ volatile("fxsave %0" : "+m"(*in_place));
		return true;
	}
	if (!operand_load(e, va, &s, sizeof(s)))
		return false;
	fetch(e, true);
	__asm__ volatile("fxsave %0" : "+m"(s));
	return operand_store(e, va, &s, sizeof(s));
}

uint32_t arch_mxcsr_mask(void)
{
	static uint32_t mask;
	struct state now;

	if (!mask) {
		__asm__ volatile("fxsave %0" : "=m"(now));
		mask = word_at(&now, MXCSR_MASK);
		if (!mask)
			mask = MXCSR_MASK_DEFAULT;
	}
	return mask;
}

/* Other bits of MXCSR are #GP. */
static bool fxrstor(struct emulation *e, uint64_t va)
{
	const struct state *in_place = guest_remembered(e->v, va, sizeof(*in_place), false);
	struct state s;

	if (!in_place) {
		if (!operand_load(e, va, &s, sizeof(s)))
			return false;
		in_place = &s;
	}
	if (word_at(in_place, MXCSR) & ~arch_mxcsr_mask()) {
		exception_gp(e->v, 0);
		return false;
	}
	fetch(e, false);
	__asm__ volatile("fxrstor %0" : : "m"(*in_place));
	return true;
}

/* The store resets the registers: they must not be lost if it faults. */
static bool fnsave(struct emulation *e, uint64_t va)
{
	struct state s;

	fetch(e, true);
	__asm__ volatile("fnsave %0" : "=m"(s));
	if (operand_store(e, va, &s, FNSAVE_BYTES))
		return true;
	__asm__ volatile("frstor %0" : : "m"(s));
	return false;
}

/* The XMM registers stay. */
static bool frstor(struct emulation *e, uint64_t va)
{
	struct state s;

	if (!operand_load(e, va, &s, FNSAVE_BYTES))
		return false;
	fetch(e, true);
	__asm__ volatile("frstor %0" : : "m"(s));
	return true;
}

/* The form for 16-bit code, which nobody uses, does not exist here. */
static bool refuse(struct emulation *e)
{
	exception_ud(e->v);
	return false;
}

bool emulate_fpu(struct emulation *e)
{
	uint64_t va = 0;

	if (operand_is_memory(e))
		va = operand_address(e);
	switch (e->d->id) {
	case AFTERBURN_INSN_FNINIT:
		fetch(e, true);
		__asm__ volatile("fninit");
		return true;
	case AFTERBURN_INSN_FNSAVE:
		return e->d->operand_size == 2 ? refuse(e) : fnsave(e, va);
	case AFTERBURN_INSN_FRSTOR:
		return e->d->operand_size == 2 ? refuse(e) : frstor(e, va);
	default:
		if (va % FXSAVE_ALIGN) {
			exception_gp(e->v, 0);
			return false;
		}
		return e->d->id == AFTERBURN_INSN_FXSAVE ? fxsave(e, va) : fxrstor(e, va);
	}
}
