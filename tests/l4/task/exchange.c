/*
 * ExchangeRegisters: on threads of the own space, and of one whose pager this is.
 *
 * Invariant: registers that a running thread changes are printed only as a comparison.
 */
#include "task.h"

static volatile word counter, reached;

static void count(void)
{
	for (;;)
		counter++;
}

static void arrive(void)
{
	reached++;
	for (;;)
		x2_ipc(NIL_THREAD, SIGMA0, 0);
}

/* An IPC that is aborted comes back with an error. */
static void wait_and_tell(void)
{
	set_mr(0, 0);
	x2_ipc(NIL_THREAD, SIGMA0, 0);
	counter = error_code();
	set_mr(0, TAG(1, 0, 0));
	x2_ipc(THREAD(90, 1), NIL_THREAD, 0);
	reached = error_code();
	for (;;)
		x2_ipc(NIL_THREAD, SIGMA0, 0);
}

static struct registers exchange(word thread, word control, word sp, word ip)
{
	struct registers r = {.eax = thread, .ecx = control, .edx = sp, .esi = ip};
	x2_exchange_registers(&r);
	return r;
}

static bool counts(void)
{
	word before = counter;
	pause();
	pause();
	return counter != before;
}

static void running(void)
{
	word thread = helper(1, count);
	counts();
	struct registers r = exchange(thread, 0, 0, 0);
	say("exchange.look: local id %x control %x ip %d pager %x handle %x flags %x\n", r.eax,
	    r.ecx, r.esi >= (word)count && r.esi < (word)count + 64, r.ebp, r.ebx, r.edi & 0x200);
	r = exchange(thread, XR_APPLY_HALT | XR_HALT, 0, 0);
	say("exchange.halt: control %x, counts %d\n", r.ecx, counts());
	r = exchange(thread, 0, 0, 0);
	say("exchange.halted: control %x, counts %d\n", r.ecx, counts());
	r = exchange(thread, XR_APPLY_HALT, 0, 0);
	say("exchange.resume: control %x, counts %d\n", r.ecx, counts());
	struct registers h = {
		.eax = thread, .ecx = XR_HANDLE | XR_PAGER, .ebx = 0x1234, .ebp = SIGMA0};
	x2_exchange_registers(&h);
	r = exchange(thread, 0, 0, 0);
	say("exchange.set: handle %x pager %x, were %x %x\n", r.ebx, r.ebp, h.ebx, h.ebp);
	reached = 0;
	r = exchange(thread, XR_IP, 0, (word)arrive);
	counts();
	say("exchange.ip: old %d, reached %d, counts %d\n",
	    r.esi >= (word)count && r.esi < (word)count + 64, (int)reached, counts());
	struct registers local = {.eax = 0xbf000300u};
	x2_exchange_registers(&local);
	say("exchange.by-local-id: %x control %x\n", local.eax, local.ecx);
	helper_end(1);
}

static void aborts(void)
{
	bool made = x2_thread_control(THREAD(90, 1), ROOT, ROOT, SIGMA0, 0xbf000e00u);
	word thread = helper(2, wait_and_tell);
	counts();
	counter = reached = 0;
	struct registers r = exchange(thread, 0, 0, 0);
	say("exchange.receiving: %d control %x, counter %x\n", made, r.ecx, counter);
	r = exchange(thread, XR_SEND, 0, 0);
	pause();
	say("exchange.abort-other-phase: control %x error %x\n", r.ecx, counter);
	r = exchange(thread, XR_RECEIVE, 0, 0);
	counts();
	say("exchange.abort-receive: control %x error %x\n", r.ecx, counter);
	r = exchange(thread, XR_SEND, 0, 0);
	counts();
	say("exchange.abort-send: control %x error %x\n", r.ecx, reached);
	helper_end(2);
	x2_thread_control(THREAD(90, 1), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
}

static void spin(void)
{
	counter = 1;
	for (;;)
		reached++;
}

static void moved(void)
{
	child_done(7, 7);
}

static void others(void)
{
	struct registers r = exchange(THREAD(99, 1), 0, 0, 0);
	say("exchange.nobody: %x error %x\n", r.eax, error_code());
	r = exchange(SIGMA0, 0, 0, 0);
	say("exchange.not-ours: %x error %x\n", r.eax, error_code());
	struct event e = child_start(spin);
	say("exchange.child-spins:");
	say_event(&e);
	r = exchange(child(), XR_IP, 0, (word)moved);
	say(", ip within it %d", r.esi >= (word)spin && r.esi < (word)spin + 64);
	e.from = wait_for(child());
	e.tag = mr(0);
	e.words[1] = mr(1);
	say(", then%s\n", (TAG_LABEL(e.tag) & 0xfff0) == LABEL_PAGE_FAULT ? " fault" : " message");
	child_end();
}

void cases_exchange(void)
{
	running();
	aborts();
	others();
}
