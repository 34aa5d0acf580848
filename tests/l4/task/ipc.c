/*
 * Messages between threads of one space: words, order, waits, timeouts, errors.
 *
 * Invariant: a helper that a case made ends with the case.
 */
#include "task.h"

#define NOBODY THREAD(200, 7)

static volatile word seen[8];

/* Answers each message with its words plus one. */
static void echo(void)
{
	word from = x2_ipc(NIL_THREAD, ANY_THREAD, 0);
	for (;;) {
		word tag = mr(0);
		seen[0] = tag;
		for (word i = 1; i <= TAG_UNTYPED(tag); i++)
			set_mr((int)i, mr((int)i) + 1);
		from = x2_ipc(from, ANY_THREAD, 0);
	}
}

static void errors(void)
{
	set_mr(0, 0);
	word from = x2_ipc(NIL_THREAD, NIL_THREAD, 0);
	say("ipc.nothing: from %x error %x\n", from, outcome());
	set_mr(0, 0);
	from = x2_ipc(NOBODY, NIL_THREAD, 0);
	say("ipc.send-nobody: from %x tag %x error %x\n", from, mr(0), error_code());
	from = x2_ipc(NIL_THREAD, NOBODY, TIMEOUTS(0, TIME_ZERO));
	say("ipc.receive-nobody: from %x tag %x error %x\n", from, mr(0), error_code());
	from = x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_ZERO));
	say("ipc.poll: from %x tag %x error %x\n", from, mr(0), error_code());
	x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_5MS));
	say("ipc.timeout: tag %x error %x\n", mr(0), error_code());
	x2_ipc(NIL_THREAD, ANY_LOCAL, TIMEOUTS(0, TIME_5MS));
	say("ipc.timeout-local: error %x\n", outcome());
	from = x2_ipc(NIL_THREAD, THREAD(48, 3), TIMEOUTS(0, TIME_ZERO));
	say("ipc.receive-old-version: from %x error %x\n", from, outcome());
}

static void words(void)
{
	word to = helper(1, echo), wrong = 0;
	for (word n = 0; n <= 63; n++) {
		set_mr(0, TAG(0x1234, 0, n));
		for (word i = 1; i <= n; i++)
			set_mr((int)i, i * n);
		word from = x2_ipc(to, to, TIMEOUTS(TIME_SECOND, TIME_SECOND));
		wrong += !is_helper(from, 1) || mr(0) != TAG(0x1234, 0, n);
		for (word i = 1; i <= n; i++)
			wrong += mr((int)i) != i * n + 1;
	}
	say("ipc.words: 0 to 63, wrong %d\n", (int)wrong);
	set_mr(0, TAG(0xffff, 0, 0));
	x2_ipc(to, to, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	say("ipc.label: %x arrived as %x\n", mr(0), seen[0]);
	set_mr(0, TAG(1, 0, 1));
	set_mr(1, 41);
	word from = x2_ipc_entry(KIP_LIPC, to, to, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	say("ipc.lipc: from helper %d, %d\n", is_helper(from, 1), (int)mr(1));
	word utcb = 0xbf000000u + 512 + 0x100;
	set_mr(0, TAG(1, 0, 1));
	set_mr(1, 1);
	from = x2_ipc(utcb, utcb, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	say("ipc.local-id: from helper %d error %x word %d\n", is_helper(from, 1), outcome(),
	    (int)mr(1));
	helper_end(1);
	set_mr(0, 0);
	x2_ipc(to, NIL_THREAD, 0);
	say("ipc.ended: error %x\n", outcome());
}

static void asleep(void)
{
	for (;;)
		x2_ipc(NIL_THREAD, SIGMA0, 0);
}

static void not_waiting(void)
{
	word to = helper(1, asleep);
	pause();
	set_mr(0, TAG(9, 0, 0));
	x2_ipc(to, NIL_THREAD, TIMEOUTS(TIME_ZERO, 0));
	say("ipc.send-poll: tag %x error %x\n", mr(0), error_code());
	set_mr(0, TAG(9, 0, 0));
	x2_ipc(to, NIL_THREAD, TIMEOUTS(TIME_5MS, 0));
	say("ipc.send-timeout: label %x error %x\n", TAG_LABEL(mr(0)), outcome());
	set_mr(0, TAG(9, 0, 0));
	x2_ipc(to, to, TIMEOUTS(TIME_5MS, TIME_5MS));
	say("ipc.call-timeout: error %x\n", outcome());
	helper_end(1);
}

static void send_number(void)
{
	word me = x2_utcb()[UTCB_GLOBAL_ID];
	set_mr(0, TAG(5, 0, 1));
	set_mr(1, me >> 14);
	x2_ipc(ROOT, NIL_THREAD, 0);
	asleep();
}

/* Who sends first is received first; a closed wait picks its sender. */
static void queue(void)
{
	for (int n = 1; n <= 3; n++) {
		helper(n, send_number);
		pause();
	}
	x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(0, TIME_ZERO));
	word first = mr(1), error = outcome();
	wait_for(HELPER(3));
	word second = mr(1);
	word from = x2_ipc(NIL_THREAD, ANY_LOCAL, TIMEOUTS(0, TIME_SECOND));
	say("ipc.queue: %d error %x, then %d, then %d from helper 2 %d\n", (int)first, error,
	    (int)second, (int)mr(1), is_helper(from, 2));
	for (int n = 1; n <= 3; n++)
		helper_end(n);
}

/* A typed item for a receiver without a window: both learn of it. */
static void accept_none(void)
{
	x2_utcb()[UTCB_ACCEPTOR] = 0;
	x2_ipc(NIL_THREAD, ANY_THREAD, 0);
	seen[1] = mr(0);
	seen[2] = error_code();
	asleep();
}

static void overflow(void)
{
	word to = helper(1, accept_none);
	pause();
	set_mr(0, TAG(3, 2, 1));
	set_mr(1, 17);
	set_mr(2, MAP_ITEM(0));
	set_mr(3, FPAGE((word)spare[0], 12, RIGHTS));
	x2_ipc(to, NIL_THREAD, TIMEOUTS(TIME_SECOND, 0));
	word tag = mr(0), error = error_code();
	pause();
	say("ipc.overflow: sender %x error %x, receiver %x error %x\n", tag, error, seen[1],
	    seen[2]);
	helper_end(1);
}

void cases_ipc(void)
{
	errors();
	words();
	not_waiting();
	queue();
	overflow();
}
