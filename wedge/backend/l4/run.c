/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - guest user code runs: the vCPU's registers go to a user thread, and come back when it
 * stops (stub.h).
 *
 * The thread's FPU has the program's state, K's FPU has it for the guest kernel: the stub saves its
 * own at each stop. L4 switches the FPU lazily, so using it costs both threads a trap of L4's; what
 * has not changed is not loaded. CR0.TS, which user mode can read, tells that K has not used its
 * own since it runs.
 *
 * Invariant: a message of a user thread tells about that thread alone. It may lie about registers,
 * which are the program's own.
 */
#include <wedge/arch.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "process.h"

enum {
	MXCSR = 24, /* in what fxsave writes (SDM 1, table 10-2) */
	MXCSR_MASK = 0xffff,
	FPU_USED = 32 + 8 * 16 + 8 * 16, /* up to the last XMM register of 32-bit code */
	/* What user code can set itself. */
	USER_FLAGS = X86_FLAGS_STATUS | X86_FLAGS_TF | X86_FLAGS_DF | X86_FLAGS_NT | X86_FLAGS_RF |
		     X86_FLAGS_AC | X86_FLAGS_ID,
};

/* ---- the FPU ---- */

/*
 * What K's FPU holds while the program's turn lasts. The thread's holds the same if it is `owner`:
 * one that is told to load it may be stopped before it has.
 */
static struct {
	const struct process *owner;
	uint8_t state[STUB_FPU_BYTES] __attribute__((aligned(16)));
} fpu;

static void fpu_save(void *to)
{
	__asm__ volatile("fxsave (%0)" : : "r"(to) : "memory");
}

/* A set bit of MXCSR that the processor does not have is #GP. */
static void fpu_load(uint8_t *from)
{
	uint32_t mxcsr;

	memcpy(&mxcsr, from + MXCSR, sizeof(mxcsr));
	mxcsr &= MXCSR_MASK;
	memcpy(from + MXCSR, &mxcsr, sizeof(mxcsr));
	__asm__ volatile("fxrstor (%0)" : : "r"(from) : "memory");
}

/* The program's state, as the stub has saved it, becomes K's. */
static void fpu_take(const struct process *process)
{
	fpu.owner = process;
	if (!memcmp(fpu.state, process->channel->fpu, FPU_USED))
		return;
	vcpu_count(vcpu_this(), COUNT_L4_FPU_IN);
	memcpy(fpu.state, process->channel->fpu, sizeof(fpu.state));
	fpu_load(fpu.state);
}

static void fpu_give(struct process *process)
{
	struct orders *orders = process->orders;

	fpu_save(orders->fpu);
	orders->load_fpu = fpu.owner != process || memcmp(fpu.state, orders->fpu, FPU_USED);
	if (!orders->load_fpu)
		return;
	vcpu_count(vcpu_this(), COUNT_L4_FPU_OUT);
	memcpy(fpu.state, orders->fpu, sizeof(fpu.state));
	fpu.owner = NULL;
}

/* ---- before ---- */

static void write_orders(const struct vcpu *v, struct process *process)
{
	struct orders *orders = process->orders;

	orders->eip = (uint32_t)v->rip;
	orders->eflags = ((uint32_t)v->rflags & USER_FLAGS) | X86_FLAGS_FIXED | X86_FLAGS_IF;
	for (unsigned int i = 0; i < 8; i++)
		orders->gpr[i] = (uint32_t)v->gpr[i];
	machine.user_cs = (uint16_t)v->cs;
	machine.user_ss = (uint16_t)v->ss;
	fpu_give(process);
}

/* ---- after ---- */

static void read_registers(struct vcpu *v, struct process *process, const struct x2_registers *was)
{
	for (unsigned int i = 0; i < 8; i++)
		v->gpr[i] = process->channel->gpr[i];
	v->gpr[X86_RSP] = was->sp;
	v->rip = was->ip;
	v->rflags = (v->rflags & X86_FLAGS_IOPL) | (was->flags & USER_FLAGS) | X86_FLAGS_FIXED |
		    X86_FLAGS_IF;
	fpu_take(process);
}

/* The thread does not obey: the program gets a general protection fault where it was resumed. */
static void lose(struct vcpu *v, struct process *process)
{
	vcpu_count(v, COUNT_L4_USER_LOST);
	if (fpu.owner == process)
		fpu.owner = NULL;
	process_end(process);
	space_lost_process(v);
	exception_gp(v, 0);
}

/* The stub's code, or L4's, which the stub calls. (User code that calls L4 gets nothing but
 * trouble.) */
static bool is_in_stub(uint32_t ip)
{
	return ip - STUB_CODE < X86_PAGE_SIZE || ip - X2_KIP < 1u << X2_KIP_LOG2;
}

/*
 * Stops the thread and takes its registers. If it was on its way through the stub, no guest code
 * has run since it was resumed, and the vCPU has its registers already. `exception`: process.h.
 */
static bool stop(struct vcpu *v, struct process *process, const uint32_t *exception)
{
	struct x2_registers was;

	vcpu_count(v, COUNT_L4_USER_STOP);
	if (!process_stop(process, exception, &was)) {
		lose(v, process);
		return false;
	}
	if (is_in_stub(was.ip))
		return true;
	process->orders->count = 0;
	read_registers(v, process, &was);
	return true;
}

/* ---- page faults ---- */

/*
 * If the guest's tables allow the access, it is satisfied by the answer alone. Returns true if that
 * is in the message registers.
 */
static bool fill(struct vcpu *v, struct process *process, uint32_t address, uint32_t ip,
		 uint32_t error, uint32_t *answer)
{
	struct guest_walk walk;

	if (address - STUB_CODE < STUB_END - STUB_CODE && ip - STUB_CODE < X86_PAGE_SIZE) {
		*answer = process_own_pages(process);
		return true;
	}
	if (!guest_walk(v, address, error, &walk))
		return false;
	backend_space_fill(v, address, &walk);
	if (process->orders->count)
		return false;
	vcpu_count(v, COUNT_L4_USER_FILL);
	*answer = process_items(process);
	return true;
}

/* ---- a turn ---- */

/*
 * The program is to be stepped: the stub has loaded TF, and with it the program's registers, but
 * the instruction that traps is the stub's own, in front of its jump to the program.
 */
static bool is_step_of_stub(const uint32_t words[L4_WORDS])
{
	return words[X2_EXCEPTION_NUMBER] == X86_TRAP_DB &&
	       words[X2_EXCEPTION_EIP] - STUB_CODE < X86_PAGE_SIZE;
}

/* The answer, all but two of whose words are in the message registers; TF stays as it is. */
static uint32_t go_on_behind_stub(const struct process *process, const uint32_t words[L4_WORDS])
{
	*x2_mr(L4_K_UTCB, X2_EXCEPTION_EIP) = process->orders->eip;
	*x2_mr(L4_K_UTCB, X2_EXCEPTION_EFLAGS) = words[X2_EXCEPTION_EFLAGS];
	return X2_TAG(0, 0, X2_EXCEPTION_EAX);
}

/* The kinds of messages while user code runs. Returns true if the thread goes on, by this answer.
 */
static bool take_message(struct vcpu *v, struct process *process, uint32_t *tag,
			 const uint32_t words[L4_WORDS])
{
	uint32_t label = X2_TAG_LABEL(*tag);
	uint32_t error = X86_PF_USER | (label & X2_ACCESS_WRITE ? X86_PF_WRITE : 0);

	switch (label & X2_LABEL_KIND) {
	case X2_LABEL_PAGE_FAULT:
		if (fill(v, process, words[1], words[2], error, tag))
			return true;
		if (stop(v, process, NULL))
			traps_deliver(v, X86_TRAP_PF, error, words[1]);
		return false;
	case X2_LABEL_EXCEPTION:
		if (is_step_of_stub(words)) {
			*tag = go_on_behind_stub(process, words);
			return true;
		}
		if (stop(v, process, words))
			traps_deliver(v, words[X2_EXCEPTION_NUMBER],
				      words[X2_EXCEPTION_ERROR] & 0xffff, 0);
		return false;
	case X2_LABEL_IO_FAULT:
		if (stop(v, process, NULL))
			traps_deliver(v, X86_TRAP_GP, 0, 0);
		return false;
	default:
		/* User code has called K by itself. */
		lose(v, process);
		return false;
	}
}

static void turn(struct vcpu *v, struct process *process)
{
	uint32_t tag = process_items(process), sender, words[L4_WORDS];
	bool running = false;

	for (;;) {
		tag = events_wait(process->id, tag, &sender, words);
		if (events_is_irq(sender)) {
			/* An event. If it came before the first answer, the thread is at rest. */
			if (tag || running)
				stop(v, process, NULL);
			return;
		}
		running = true;
		if (tag & X2_TAG_ERROR) {
			lose(v, process);
			return;
		}
		if (!take_message(v, process, &tag, words))
			return;
	}
}

void run_user_code(struct vcpu *v)
{
	struct process *process = space_process(v);

	if (v->retry)
		core_retry(v);
	/* What is to be removed goes first: an order to flush would take new mappings, too. */
	if (process->orders->count && process->item_count && !process_flush(process)) {
		lose(v, process);
		return;
	}
	write_orders(v, process);
	turn(v, process);
}
