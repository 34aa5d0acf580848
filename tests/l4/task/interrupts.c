/*
 * Interrupts as messages: the 8254's on line 0, which the BIOS leaves ticking.
 *
 * Invariant: line 0 is attached once: the original does not survive a line that is attached again
 * after it was given back.
 */
#include "task.h"

static void attach(void)
{
	bool done = x2_thread_control(INTERRUPT(0), INTERRUPT(0), NIL_THREAD, ROOT, ANY_THREAD);
	say("irq.attach: %d\n", done);
	word from = wait_for(INTERRUPT(0));
	say("irq.message: from %x tag %x error %x\n", from, mr(0), outcome());
	/* It is masked until it is answered: the next one does not come before. */
	x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_5MS));
	x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_SECOND));
	say("irq.masked: error %x\n", outcome());
	for (int i = 0; i < 3; i++) {
		set_mr(0, 0);
		from = x2_ipc(INTERRUPT(0), ANY_THREAD, TIMEOUTS(TIME_SECOND, TIME_SECOND));
		say("irq.again: from %x tag %x\n", from, mr(0));
	}
	set_mr(0, 0);
	x2_ipc(INTERRUPT(0), NIL_THREAD, TIMEOUTS(TIME_SECOND, 0));
	x2_ipc(NIL_THREAD, SIGMA0, TIMEOUTS(0, TIME_SECOND));
	from = x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_ZERO));
	say("irq.waited-in-the-queue: from %x tag %x error %x\n", from, mr(0), outcome());
}

static void attachments(void)
{
	bool done =
		x2_thread_control(INTERRUPT(0), INTERRUPT(0), NIL_THREAD, INTERRUPT(0), ANY_THREAD);
	say("irq.detach: %d\n", done);
	done = x2_thread_control(INTERRUPT(8), INTERRUPT(8), NIL_THREAD, ROOT, ANY_THREAD);
	say("irq.clock's: %d error %x\n", done, error_code());
	done = x2_thread_control(INTERRUPT(2), INTERRUPT(2), NIL_THREAD, ROOT, ANY_THREAD);
	say("irq.cascade: %d\n", done);
	done = x2_thread_control(INTERRUPT(1), INTERRUPT(1), NIL_THREAD, THREAD(99, 1), ANY_THREAD);
	say("irq.no-handler: %d error %x\n", done, error_code());
	done = x2_thread_control(INTERRUPT(4), INTERRUPT(4), NIL_THREAD, ROOT, ANY_THREAD);
	say("irq.com1: %d\n", done);
	done = x2_thread_control(INTERRUPT(4), INTERRUPT(4), NIL_THREAD, INTERRUPT(4), ANY_THREAD);
	say("irq.com1-back: %d\n", done);
}

static volatile word counter, stopped_at;

static void count(void)
{
	for (;;)
		counter++;
}

/* A handler thread interrupts one that runs, and sends it elsewhere. */
static void preempted(void)
{
	stopped_at = 1;
	for (;;)
		x2_ipc(NIL_THREAD, SIGMA0, 0);
}

static void preemption(void)
{
	word thread = helper(1, count);
	set_mr(0, 0);
	x2_ipc(INTERRUPT(0), INTERRUPT(0), TIMEOUTS(TIME_SECOND, TIME_SECOND));
	word error = outcome();
	struct registers r = {.eax = thread, .ecx = XR_IP, .esi = (word)preempted};
	x2_exchange_registers(&r);
	for (int i = 0; i < 200 && !stopped_at; i++)
		pause();
	say("irq.preempts: error %x, was sent elsewhere %d\n", error, (int)stopped_at);
	helper_end(1);
}

void cases_interrupts(void)
{
	attach();
	preemption();
	attachments();
}
