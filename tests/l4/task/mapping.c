/*
 * Map items into windows, Unmap, flush, status bits.
 *
 * Invariant: the page of the task that is mapped is its own again when the case ends.
 */
#include "task.h"

#define AT(n) (*(volatile word *)(ELSEWHERE + (n)*PAGE))

static volatile word go, got;

/* Receives a map item into the window that the task names, then touches where it is told. */
static void take_item(void)
{
	x2_utcb()[UTCB_ACCEPTOR] = go;
	set_mr(0, 0);
	x2_ipc(ROOT, ROOT, 0);
	got = mr(0);
	child_done(AT(0) & 0xff, got);
}

static void window(const char *name, word acceptor, word base, word fpage)
{
	go = acceptor;
	struct event e = child_start(take_item);
	e = child_map(base, fpage);
	say("map.window %s:", name);
	say_event(&e);
	say(" sender %x\n", outcome());
	child_end();
}

/* Reads when told 1, writes when told 2, and tells what it read. */
static void toucher(void)
{
	set_mr(0, 0);
	for (;;) {
		x2_ipc(ROOT, ROOT, 0);
		word what = mr(1), value = 0;
		if (what == 1)
			value = AT(0);
		else if (what == 2)
			AT(0) = 0x777;
		set_mr(0, TAG(0x33, 0, 1));
		set_mr(1, value);
	}
}

static struct event touch(word what)
{
	set_mr(0, TAG(0, 0, 1));
	set_mr(1, what);
	return child_answer();
}

static word unmap(word base, word log2, word rights, word control)
{
	set_mr(0, FPAGE(base, log2, rights));
	x2_unmap(control);
	return mr(0) & 0xf;
}

static void again(const char *what, struct event e)
{
	say(" %s", what);
	say_event(&e);
	if ((TAG_LABEL(e.tag) & 0xfff0) == LABEL_PAGE_FAULT)
		child_map(ELSEWHERE, FPAGE((word)spare[1], 12, RIGHTS));
}

static void unmapping(void)
{
	word page = (word)spare[1];
	*(volatile word *)page = 0x5a;
	child_start(toucher);
	say("unmap:");
	again("first", touch(1));
	again("second", touch(1));
	unmap(page, 12, RIGHTS, 0);
	again("after unmap", touch(1));
	unmap(page, 12, WRITE, 0);
	again("write taken, read", touch(1));
	again("write", touch(2));
	unmap(page, 12, 0, 0);
	again("none taken, write", touch(2));
	say("\n");
	*(volatile word *)page = 1;
	say("unmap.own-page: still mine %x\n", *(volatile word *)page);
	child_end();
}

static void status(void)
{
	word page = (word)spare[2];
	*(volatile word *)page = 1;
	unmap(page, 12, 0, UNMAP_FLUSH);
	child_start(toucher);
	touch(1);
	child_map(ELSEWHERE, FPAGE(page, 12, RIGHTS));
	unmap(page, 12, 0, 0);
	say("unmap.status: fresh %x", unmap(page, 12, 0, 0));
	touch(1);
	say(", read %x", unmap(page, 12, 0, 0));
	say(", again %x", unmap(page, 12, 0, 0));
	touch(2);
	say(", written %x", unmap(page, 12, 0, 0));
	touch(2);
	say(", taken after a write %x", unmap(page, 12, RIGHTS, 0));
	say(", none left %x", unmap(page, 12, RIGHTS, 0));
	word seen = *(volatile word *)page;
	say(", own read %x, without flush %x", seen, unmap(page, 12, 0, 0));
	say(" with %x\n", unmap(page, 12, 0, UNMAP_FLUSH));
	child_end();
}

static void several(void)
{
	word page = (word)spare[3];
	child_start(toucher);
	touch(1);
	child_map(ELSEWHERE, FPAGE(page, 12, RIGHTS));
	set_mr(0, FPAGE((word)spare[4], 12, RIGHTS));
	set_mr(1, FPAGE(page, 12, RIGHTS));
	set_mr(2, 0);
	x2_unmap(2);
	struct event e = touch(1);
	say("unmap.list:");
	say_event(&e);
	child_map(ELSEWHERE, FPAGE(page, 12, RIGHTS));
	unmap(page & ~(4 * PAGE - 1), 14, RIGHTS, 0);
	e = touch(1);
	say(", by a larger one");
	say_event(&e);
	say("\n");
	child_end();
}

/* A helper maps the task's own page to the task at another address; flush removes one, not both. */
static void give_alias(void)
{
	x2_ipc(NIL_THREAD, ROOT, 0);
	set_mr(0, TAG(0, 2, 0));
	set_mr(1, MAP_ITEM(0x50000000u));
	set_mr(2, FPAGE((word)spare[5], 12, RIGHTS));
	for (;;)
		x2_ipc(ROOT, ROOT, 0);
}

static void aliases(void)
{
	word page = (word)spare[5];
	volatile word *alias = (volatile word *)0x50000000u;
	*(volatile word *)page = 0xabcd;
	word thread = helper(1, give_alias);
	x2_utcb()[UTCB_ACCEPTOR] = FPAGE_ALL;
	set_mr(0, 0);
	x2_ipc(thread, thread, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	x2_utcb()[UTCB_ACCEPTOR] = 0;
	say("alias: error %x reads %x", outcome(), *alias);
	*alias = 0xbcde;
	say(", written %x", *(volatile word *)page);
	say(", flush's bits %x", unmap((word)alias, 12, RIGHTS, UNMAP_FLUSH));
	say(", first one reads %x\n", *(volatile word *)page);
	helper_end(1);
}

void cases_mapping(void)
{
	*(volatile word *)spare[0] = 0x61;
	word page = FPAGE((word)spare[0], 12, RIGHTS);
	window("all", FPAGE_ALL, ELSEWHERE, page);
	window("none", 0, ELSEWHERE, page);
	window("that page", FPAGE(ELSEWHERE, 12, 0), 0, page);
	window("that page, base ignored", FPAGE(ELSEWHERE, 12, 0), 0x123000, page);
	window("larger", FPAGE(ELSEWHERE, 16, 0), 0, page);
	window("larger, base", FPAGE(ELSEWHERE, 16, 0), PAGE, page);
	window("elsewhere", FPAGE(0x60000000u, 12, 0), ELSEWHERE, page);
	window("nil item", FPAGE_ALL, ELSEWHERE, 0);
	unmapping();
	status();
	several();
	aliases();
}
