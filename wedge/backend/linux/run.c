/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - guest user code runs: the vCPU's registers go into a user process's signal frame, and
 * come out of it when it stops.
 *
 * Invariant: a frame comes from memory that guest user code can write. It may lie about registers,
 * which are the guest's own; it decides about nothing else: its place is checked, the vector is one
 * that user code can raise, code and stack selectors are those of user code.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "debug.h"
#include "frame.h"
#include "process.h"
#include "run.h"
#include "user_code.h"
#include "user_segments.h"

enum {
	INT_LENGTH = 2,
	XSTATE_ALIGN = 64,
	OWN_FRAME = 0x100, /* in the channel's stack, far below the host's */
	OWN_XSTATE = 0x1000,
	ERROR_IDT = 2, /* #GP: the selector's index names a gate */
	/* What user code can set itself. */
	USER_FLAGS = X86_FLAGS_STATUS | X86_FLAGS_TF | X86_FLAGS_IF | X86_FLAGS_DF | X86_FLAGS_NT |
		     X86_FLAGS_RF | X86_FLAGS_AC | X86_FLAGS_ID,
};

/* A stretch of a channel's stack, by the user process's address; NULL if it is not there. */
static void *in_channel(const struct process *process, uint64_t address, uint64_t size,
			uint64_t align)
{
	uint64_t offset = address - USER_CHANNEL;

	if (offset < CHANNEL_STACK || offset >= USER_CHANNEL_SIZE ||
	    size > USER_CHANNEL_SIZE - offset || address % align)
		return NULL;
	return (char *)process->channel + offset;
}

/* The frame of the signal that stopped it, checked; false if there is none. */
static bool find_frame(struct process *process)
{
	struct ucontext *context;
	uint64_t at = __atomic_load_n(&process->channel->frame, __ATOMIC_RELAXED);

	process->frame_address = at;
	process->xstate = process->channel->xstate;
	if (!at)
		return true;
	context = in_channel(process, at, sizeof(*context) + sizeof(struct user_signal_info), 8);
	if (!context)
		return false;
	process->frame = context;
	process->xstate_address = (uint64_t)context->uc_mcontext.fpstate;
	process->xstate =
		in_channel(process, process->xstate_address, machine.xstate_bytes, XSTATE_ALIGN);
	return process->xstate;
}

static void save_xstate(void *area)
{
	uint32_t low = (uint32_t)machine.xstate_mask, high = (uint32_t)(machine.xstate_mask >> 32);

	__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
}

/* ---- before ---- */

/* The host's selector for the stack; the guest's flat one is remembered. */
static uint16_t host_ss(struct vcpu *v)
{
	if (v->ss & X86_SELECTOR_LDT)
		return (uint16_t)v->ss;
	linux_of(v)->user_ss = (uint16_t)v->ss;
	return HOST_DS;
}

static uint64_t host_flags(const struct vcpu *v)
{
	return (v->rflags & USER_FLAGS) | X86_FLAGS_FIXED | X86_FLAGS_IF;
}

static void write_frame(struct vcpu *v, struct process *process)
{
	struct ucontext *context = process->frame;
	struct sigcontext *c = &context->uc_mcontext;

	frame_write(v, c);
	c->rip = user_code_resume(v);
	c->eflags = host_flags(v);
	c->cs = linux_of(v)->host_cs;
	c->ss = host_ss(v);
	c->fpstate = (void *)process->xstate_address;
	context->uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | UC_FP_XSTATE;
	context->uc_sigmask = 0;
}

static void write_call(struct vcpu *v, struct channel *channel)
{
	struct channel_call *call = &channel->call;

	for (unsigned int i = 0; i < 8; i++)
		call->gpr[i] = v->gpr[i] & ARCH_ADDRESS_MASK;
	if (ARCH_LONG_MODE)
		memcpy(channel->upper, v->gpr + 8, sizeof(channel->upper));
	call->rip = user_code_resume(v);
	call->rflags = host_flags(v);
	call->cs = linux_of(v)->host_cs;
	call->ss = host_ss(v);
}

/*
 * Makes a frame that no guest code has touched, if the process may now serve another program than
 * the last time. The last program may have left a mask of signals, another signal stack, malformed
 * state, or its registers: the return from this frame sets all of these anew.
 */
static void renew_frame(struct process *process)
{
	struct channel *channel = process->channel;
	char *last = (char *)channel + (process->first_frame - sizeof(uint64_t) - USER_CHANNEL);
	struct ucontext *context = (void *)(channel->stack + OWN_FRAME);
	struct _xstate *xstate = (void *)(channel->stack + OWN_XSTATE);
	uint32_t magic = FP_XSTATE_MAGIC2;

	memset(&channel->call, 0, sizeof(channel->call));
	memset(channel->upper, 0, sizeof(channel->upper));
	memset(channel->xstate, 0, machine.xstate_bytes);
	memset(last, 0, (size_t)((char *)(channel + 1) - last));
	memset(context, 0, sizeof(*context));
	memset(&xstate->xstate_hdr, 0, sizeof(xstate->xstate_hdr));
	xstate->fpstate.sw_reserved = process->form;
	if (process->form.magic1 == FP_XSTATE_MAGIC1)
		memcpy((char *)xstate + process->form.extended_size - sizeof(magic), &magic,
		       sizeof(magic));
	context->uc_stack.ss_sp = (void *)(USER_CHANNEL + CHANNEL_STACK);
	context->uc_stack.ss_size = USER_CHANNEL_SIZE - CHANNEL_STACK;
	process->frame = context;
	process->frame_address = USER_CHANNEL + CHANNEL_STACK + OWN_FRAME;
	process->xstate = xstate;
	process->xstate_address = USER_CHANNEL + CHANNEL_STACK + OWN_XSTATE;
}

/* The first stop of a process is in the stub itself, with a frame that the host has written. */
static void learn_form(struct process *process)
{
	const struct _fpstate_64 *state;

	if (!find_frame(process) || !process->frame_address)
		wedge_fatal("a new user process has no signal frame");
	state = process->xstate;
	process->form = state->sw_reserved;
	process->first_frame = process->frame_address;
	if (process->form.extended_size >
	    USER_CHANNEL + USER_CHANNEL_SIZE - process->xstate_address)
		wedge_fatal("a signal's extended state of %u bytes", process->form.extended_size);
}

static void write_registers(struct vcpu *v, struct process *process)
{
	if (process->moved)
		renew_frame(process);
	process->moved = false;
	process->orders->frame = process->frame_address;
	if (process->frame_address)
		write_frame(v, process);
	else
		write_call(v, process->channel);
	save_xstate(process->xstate);
}

/* ---- after ---- */

/*
 * The registers as a signal's frame has them. A copy, because a process that only rests may change
 * its channel meanwhile.
 */
static struct sigcontext registers_of(const struct process *process)
{
	const struct channel_call *call = &process->channel->call;
	const uint64_t *upper = process->channel->upper;

	if (process->frame_address)
		return process->frame->uc_mcontext;
	return (struct sigcontext){
		.rax = call->gpr[X86_RAX],
		.rcx = call->gpr[X86_RCX],
		.rdx = call->gpr[X86_RDX],
		.rbx = call->gpr[X86_RBX],
		.rsp = call->gpr[X86_RSP],
		.rbp = call->gpr[X86_RBP],
		.rsi = call->gpr[X86_RSI],
		.rdi = call->gpr[X86_RDI],
		.r8 = upper[0],
		.r9 = upper[1],
		.r10 = upper[2],
		.r11 = upper[3],
		.r12 = upper[4],
		.r13 = upper[5],
		.r14 = upper[6],
		.r15 = upper[7],
		.rip = call->rip,
		.eflags = call->rflags,
		.cs = (uint16_t)call->cs,
		.ss = (uint16_t)call->ss,
	};
}

/* Nothing else leads to the door, or to a rest. */
static bool is_system_call(const struct process *process)
{
	return !process->frame_address || process->state == PROCESS_RESTS ||
	       process->channel->signal == SIGSYS;
}

static void read_selectors(struct vcpu *v, uint64_t cs, uint64_t ss)
{
	v->cs = user_code_selector(v, cs);
	v->ss = ss & X86_SELECTOR_LDT ? (uint16_t)ss | 3u : linux_of(v)->user_ss;
}

static uint64_t guest_flags(const struct vcpu *v, uint64_t host)
{
	return (v->rflags & X86_FLAGS_IOPL) | (host & USER_FLAGS) | X86_FLAGS_FIXED | X86_FLAGS_IF;
}

static void read_frame(struct vcpu *v, const struct sigcontext *c)
{
	frame_read(v, c);
	v->rflags = guest_flags(v, c->eflags);
	read_selectors(v, c->cs, c->ss);
}

/* `int n` of user code is #GP on the host, with the vector in the error code (SDM 3A 6.13). */
static void general_protection(struct vcpu *v)
{
	uint32_t error = (uint32_t)v->trap_error;

	if ((error & 7) != ERROR_IDT) {
		if (!error || (error & X86_SELECTOR_LDT) || !user_segments_emulate(v))
			core_trap(v, 0);
		return;
	}
	v->rip += INT_LENGTH;
	exception_deliver(v, error >> 3 & 0xff, ARCH_NO_ERROR_CODE, INT_LENGTH);
}

static void classify(struct vcpu *v, struct process *process, const struct sigcontext *c,
		     bool native)
{
	bool on_way;

	if (is_system_call(process)) {
		user_code_system_call(v, process);
		return;
	}
	on_way = user_code_on_way(v, process);
	if (process->channel->signal == SIGUSR1)
		return;
	v->trap = c->trapno;
	v->trap_error = (uint16_t)c->err;
	if (user_code_caught(v, on_way) || debug_takes(v))
		return;
	/* The next resume replaces the selector that the code loaded; then it tries again. */
	if (native && (v->trap == X86_TRAP_PF || v->trap == X86_TRAP_GP))
		return;
	switch (v->trap) {
	case X86_TRAP_GP:
		general_protection(v);
		return;
	case X86_TRAP_PF:
		if (view_cannot_have(v, c->cr2 & ARCH_ADDRESS_MASK))
			exception_gp(v, 0);
		else
			core_trap(v, c->cr2 & ARCH_ADDRESS_MASK);
		return;
	case X86_TRAP_DE:
	case X86_TRAP_DB:
	case X86_TRAP_BP:
	case X86_TRAP_OF:
	case X86_TRAP_BR:
	case X86_TRAP_UD:
	case X86_TRAP_NP:
	case X86_TRAP_SS:
	case X86_TRAP_MF:
	case X86_TRAP_AC:
	case X86_TRAP_XM:
		core_trap(v, 0);
		return;
	default:
		exception_gp(v, 0);
	}
}

/*
 * The process is lost. Mostly hostile code has jumped to the stub, or has gone from 32-bit into
 * 64-bit mode. The guest sees a general protection fault where the process was resumed last.
 *
 * If no guest code ran in this turn, the cause may be another: the host had no room for a mapping,
 * the process was killed from outside, or another program of the guest had left it broken. Then it
 * is replaced, and the guest tries again; if the new one fails too, the guest gets the fault.
 */
static void lose(struct vcpu *v, struct process *process)
{
	bool innocent = process->ran && !process_resumed(process);

	process_kill(process);
	space_lost_process(v);
	if (innocent)
		return;
	v->trap = X86_TRAP_GP;
	v->trap_error = 0;
	exception_gp(v, 0);
}

static bool stopped(struct vcpu *v, struct process *process)
{
	struct sigcontext c;
	bool native;

	if (!find_frame(process))
		return false;
	c = registers_of(process);
	if (!user_code_is_guests(v, c.cs, c.rip) ||
	    !linux_xrstor(process->xstate, machine.xstate_mask))
		return false;
	process->ran = true;
	native = user_segments_read(v, process);
	user_code_read_bases(v, process);
	read_frame(v, &c);
	classify(v, process, &c, native);
	return true;
}

void run_user_code(struct vcpu *v)
{
	struct process *process = space_process(v);

	if (v->retry)
		core_retry(v);
	if (!process->xstate)
		learn_form(process);
	linux_of(v)->host_cs = user_code_host_selector(v);
	user_segments_load(v, process);
	user_code_load_bases(v, process);
	write_registers(v, process);
	if (!process_run(v, process) || !stopped(v, process))
		lose(v, process);
}
