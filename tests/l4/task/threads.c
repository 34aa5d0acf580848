/*
 * ThreadControl, Schedule, ThreadSwitch.
 *
 * Invariant: what a case makes ends with the case.
 */
#include "task.h"

static volatile word counter;

static void count(void)
{
	for (;;)
		counter++;
}

static void tell_beginnings(void)
{
	word *utcb = x2_utcb();
	word words[4] = {utcb[UTCB_GLOBAL_ID], utcb[UTCB_PAGER], utcb[UTCB_EXCEPTION_HANDLER],
			 (word)utcb};
	set_mr(0, TAG(6, 0, 4));
	for (int i = 0; i < 4; i++)
		set_mr(i + 1, words[i]);
	for (;;)
		x2_ipc(ROOT, ROOT, 0);
}

static void create(void)
{
	helper(2, tell_beginnings);
	word from = wait_for(HELPER(2));
	say("thread.begins: from helper %d id %x pager %x handler %x utcb %x\n", is_helper(from, 2),
	    mr(1), mr(2), mr(3), mr(4));
	word utcb = 0xbf000000u + 512 * 2;
	bool done = x2_thread_control(HELPER(2), ROOT, ROOT, SIGMA0, utcb + 512);
	say("thread.move-utcb: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(62, 9), ROOT, ROOT, NIL_THREAD, ANY_THREAD);
	set_mr(0, 0);
	x2_ipc(HELPER(2), NIL_THREAD, TIMEOUTS(TIME_ZERO, 0));
	say("thread.new-version: %d, old one then %x\n", done, outcome());
	set_mr(0, 0);
	word heard = x2_ipc(THREAD(62, 9), NIL_THREAD, TIMEOUTS(TIME_ZERO, 0));
	say("thread.new-version: new one %x %x\n", heard, outcome());
	done = x2_thread_control(THREAD(62, 9), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
	say("thread.end: %d\n", done);
	done = x2_thread_control(THREAD(62, 9), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
	say("thread.end-again: %d\n", done);
}

static void refusals(void)
{
	bool done = x2_thread_control(THREAD(63, 1), ROOT, NIL_THREAD, ROOT, 0xbf000600u);
	say("thread.no-scheduler: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(63, 1), THREAD(99, 1), ROOT, ROOT, 0xbf000600u);
	say("thread.no-space: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(63, 1), ROOT, ROOT, ROOT, 0x10000000u);
	say("thread.utcb-outside: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(63, 1), ROOT, ROOT, ROOT, 0xbf000604u);
	say("thread.utcb-unaligned: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(63, 1), ROOT, ROOT, ROOT, ANY_THREAD);
	say("thread.no-utcb: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(20, 1), ROOT, ROOT, ROOT, 0xbf000600u);
	say("thread.system-number: %d error %x\n", done, error_code());
	done = x2_thread_control(0xbf000100u, ROOT, ROOT, ROOT, 0xbf000600u);
	say("thread.local-id: %d error %x\n", done, error_code());
	done = x2_thread_control(ROOT, NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
	say("thread.end-itself: %d error %x\n", done, error_code());
	done = x2_thread_control(THREAD(63, 1), THREAD(63, 1), ROOT, ROOT, 0xbf000600u);
	say("thread.active-new-space: %d error %x\n", done, error_code());
}

/* An inactive thread exists, but nobody can send to it. */
static void inactive(void)
{
	bool done = x2_thread_control(THREAD(63, 1), ROOT, ROOT, NIL_THREAD, ANY_THREAD);
	set_mr(0, 0);
	x2_ipc(THREAD(63, 1), NIL_THREAD, TIMEOUTS(TIME_ZERO, 0));
	say("thread.inactive: %d, message %x\n", done, outcome());
	done = x2_thread_control(THREAD(63, 1), ROOT, ROOT, SIGMA0, 0xbf000600u);
	set_mr(0, 0);
	x2_ipc(THREAD(63, 1), NIL_THREAD, TIMEOUTS(TIME_ZERO, 0));
	say("thread.waits-for-its-pager: %d, message %x\n", done, outcome());
	x2_thread_control(THREAD(63, 1), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
}

static void scheduling(void)
{
	word keep = ANY_THREAD;
	word thread = helper(1, count);
	counter = 0;
	x2_yield();
	say("thread.runs: by a yield %d", counter != 0);
	pause();
	say(", by a wait %d\n", counter != 0);
	say("thread.schedule: state %x", x2_schedule(thread, keep, keep, keep, keep));
	say(", priority %x", x2_schedule(thread, keep, keep, 90, keep));
	say(", too high %x", x2_schedule(thread, keep, keep, 300, keep));
	say(", nobody %x", x2_schedule(THREAD(99, 1), keep, keep, keep, keep));
	say(" error %x\n", error_code());
	helper_end(1);
}

static void waiting_states(void)
{
	word keep = ANY_THREAD;
	helper(2, tell_beginnings);
	pause();
	say("thread.state: sending %x", x2_schedule(HELPER(2), keep, keep, keep, keep));
	wait_for(HELPER(2));
	pause();
	say(", receiving %x\n", x2_schedule(HELPER(2), keep, keep, keep, keep));
	helper_end(2);
}

void cases_threads(void)
{
	create();
	refusals();
	inactive();
	scheduling();
	waiting_states();
}
