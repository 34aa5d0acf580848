/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fpu.c - see fpu.h.
 *
 * Invariant: no program sees what another has left: registers that are lost are replaced by those
 * of a processor that was reset.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include "fpu.h"

enum {
	MXCSR = 24, /* in what fxsave writes (SDM 1, table 10-2) */
	XMM = 160,  /* where the XMM registers begin, of which 32-bit code has eight */
	XMM_BYTES = 8 * 16,
};

struct process *fpu_holder;

static uint8_t reset[STUB_FPU_BYTES] __attribute__((aligned(16)));

static void save(void *to)
{
	__asm__ volatile("fxsave (%0)" : : "r"(to) : "memory");
}

/* A bit of MXCSR that the processor does not have would be #GP: user code can forge the state. */
static void load(uint8_t *from)
{
	uint32_t mxcsr;

	memcpy(&mxcsr, from + MXCSR, sizeof(mxcsr));
	mxcsr &= arch_mxcsr_mask();
	memcpy(from + MXCSR, &mxcsr, sizeof(mxcsr));
	__asm__ volatile("fxrstor (%0)" : : "r"(from) : "memory");
}

void fpu_init(void)
{
	__asm__ volatile("fninit");
	save(reset);
	memset(reset + XMM, 0, XMM_BYTES);
	load(reset);
}

void backend_fpu_fetch(struct vcpu *v, bool keep)
{
	struct process *process = fpu_holder;

	fpu_holder = NULL;
	if (!process || !keep)
		return;
	vcpu_count(v, COUNT_L4_FPU_IN);
	load(process_save_fpu(process) ? process->channel->fpu : reset);
}

void fpu_move(struct process *process)
{
	backend_fpu_fetch(vcpu_this(), true);
	l4_count(COUNT_L4_FPU_OUT);
	save(process->orders->fpu);
	fpu_holder = process;
}

void fpu_take_back(const struct process *process)
{
	if (process->orders->load_fpu)
		fpu_holder = NULL;
}

void fpu_lost(const struct process *process)
{
	if (fpu_holder != process)
		return;
	fpu_holder = NULL;
	load(reset);
}
