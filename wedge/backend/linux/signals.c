/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.c - the host's signals in the wedge's process: faults of guest kernel code, and marks
 * from outside.
 *
 * The handler of a fault never returns through its frame: it puts the guest's state into the vCPU,
 * and the wedge goes on on its own stack. That saves a system call. For that the handler must block
 * no signals, and load the extended state back, which the host clears for handlers.
 *
 * Invariant: if in_wedge is set, or code of the wedge's image was interrupted, a signal from
 * outside only leaves a mark, and a fault is a defect of the wedge.
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include "frame.h"
#include "linux.h"

enum { SIGNAL_MASK_BYTES = 8 };

extern const char signal_return[], xrstor_insn[], xrstor_failed[];

static bool in_range(uint64_t rip, const char *from, const char *to)
{
	return rip >= (uint64_t)from && rip < (uint64_t)to;
}

/* The wedge's image lies above all addresses of a guest kernel (linux.h). */
static bool is_in_image(const struct sigcontext *c)
{
	return c->rip >= LAUNCH_WEDGE_BASE;
}

static void take_registers(struct vcpu *v, const struct sigcontext *c)
{
	frame_read(v, c);
	v->rflags = c->eflags & ~(uint64_t)X86_FLAGS_IF;
	if (!v->events.masked)
		v->rflags |= X86_FLAGS_IF;
	v->cs = 0;
	v->ss = 0;
	v->trap = c->trapno;
	v->trap_error = c->err;
	v->events.masked = 1;
	v->in_wedge = 1;
}

static void mark(struct vcpu *v, int signal)
{
	switch (signal) {
	case SIGALRM:
		linux_of(v)->timer_fired = true;
		break;
	case SIGURG:
		linux_of(v)->child_died = true;
		break;
	case SIGIO:
		linux_of(v)->virtio_calls = true;
		break;
	default:
		linux_of(v)->asked_to_stop = true;
	}
	v->events.pending = 1;
}

/* The wedge was interrupted. Is it on its way out, or about to block? Then it must look again. */
static void turn_back(struct vcpu *v, struct sigcontext *c)
{
	if (in_range(c->rip, resume_unmasked, resume_unmasked_end)) {
		v->events.masked = 1;
		c->rip = (uint64_t)linux_resume;
	} else if (in_range(c->rip, linux_wait_begin, linux_wait_end)) {
		c->rip = (uint64_t)linux_wait_abort;
	}
}

static void on_mark(int signal, const void *info, struct ucontext *context)
{
	struct sigcontext *c = &context->uc_mcontext;
	struct vcpu *v = vcpu_this();

	(void)info;
	vcpu_count(v, COUNT_SIGNAL_MARK);
	mark(v, signal);
	if (is_in_image(c)) {
		turn_back(v, c);
		return;
	}
	if (v->events.masked)
		return;
	take_registers(v, c);
	core_interrupted(v);
	linux_xrstor((const void *)c->fpstate, machine.xstate_mask);
	linux_enter_event(v);
}

_Noreturn static void fault_inside(const struct sigcontext *c, int signal)
{
	wedge_log("signal %d rip %lx rsp %lx rax %lx rdi %lx", signal, (uint64_t)c->rip,
		  (uint64_t)c->rsp, (uint64_t)c->rax, (uint64_t)c->rdi);
	wedge_fatal("a fault inside the wedge (trap %lu, address %lx)", (uint64_t)c->trapno,
		    (uint64_t)c->cr2);
}

/*
 * A kernel that steps through its own code steps into the wedge. On a ramp the step ends, in the
 * gates the steps go on unseen; in the image they end: the vCPU has the flag, and the guest gets it
 * back.
 */
static bool is_step_in_wedge(struct sigcontext *c)
{
	if (c->trapno != X86_TRAP_DB)
		return false;
	if (is_in_image(c)) {
		c->eflags &= ~(uint64_t)X86_FLAGS_TF;
		return true;
	}
	return c->rip - WEDGE_BASE < X86_PAGE_SIZE;
}

static void on_fault(int signal, const void *info, struct ucontext *context)
{
	struct sigcontext *c = &context->uc_mcontext;
	struct vcpu *v = vcpu_this();

	(void)info;
	if (is_step_in_wedge(c))
		return;
	if (is_in_image(c)) {
		if (c->rip != (uint64_t)xrstor_insn)
			fault_inside(c, signal);
		c->rip = (uint64_t)xrstor_failed;
		return;
	}
	if (signal == SIGSYS)
		wedge_fatal("the kernel makes a system call of the host at %lx", (uint64_t)c->rip);
	vcpu_count(v, COUNT_SIGNAL_FAULT);
	take_registers(v, c);
	linux_of(v)->fault_address = c->cr2 & ARCH_ADDRESS_MASK;
	linux_xrstor((const void *)c->fpstate, machine.xstate_mask);
	linux_enter_trap(v);
}

static void take(int signal, void (*handler)(int, const void *, struct ucontext *))
{
	struct host_sigaction action = {
		.handler = (uint64_t)handler,
		.flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | HOST_SA_RESTORER,
		.restorer = (uint64_t)signal_return,
	};
	long result = host_call4(__NR_rt_sigaction, signal, &action, 0, SIGNAL_MASK_BYTES);

	if (host_failed(result))
		linux_host_failed("a signal handler", result);
}

/*
 * Only SIGCHLD stays blocked: a traced process sends one for every event, and stop_trace.c waits
 * for it. A debugger's SIGUSR2 that came before there were handlers comes now (launch.h).
 */
static void block_child_signal_alone(void)
{
	uint64_t child = 1ull << (SIGCHLD - 1);
	long result = host_call4(__NR_rt_sigprocmask, SIG_SETMASK, &child, 0, SIGNAL_MASK_BYTES);

	if (host_failed(result))
		linux_host_failed("blocking a signal", result);
}

void signals_init(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
	static const int marks[] = {SIGALRM, SIGURG, SIGIO, SIGUSR2};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		take(faults[i], on_fault);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		take(marks[i], on_mark);
	block_child_signal_alone();
}
