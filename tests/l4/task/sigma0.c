/*
 * The protocol of sigma0: memory for who asks, section 7 of the manual.
 *
 * Invariant: no physical address that sigma0 chooses is printed.
 */
#include "task.h"

#define FREE_MEMORY 0x01800000u

static void request(const char *name, word fpage, word attributes, word window)
{
	x2_utcb()[UTCB_ACCEPTOR] = window;
	set_mr(0, TAG(LABEL_SIGMA0, 0, 2));
	set_mr(1, fpage);
	set_mr(2, attributes);
	word from = x2_ipc(SIGMA0, SIGMA0, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	say("sigma0.%s: from %x tag %x error %x", name, outcome() ? NIL_THREAD : from, mr(0),
	    outcome());
	if (TAG_TYPED(mr(0)) == 2)
		say(" item %x fpage %x", mr(1), mr(2));
	say("\n");
	x2_utcb()[UTCB_ACCEPTOR] = 0;
}

static void ask_as_child(void)
{
	x2_utcb()[UTCB_ACCEPTOR] = FPAGE_ALL;
	set_mr(0, TAG(LABEL_SIGMA0, 0, 2));
	set_mr(1, FPAGE(FREE_MEMORY, 12, RIGHTS));
	set_mr(2, 0);
	x2_ipc(SIGMA0, SIGMA0, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	word item = mr(1), fpage = mr(2);
	x2_utcb()[UTCB_ACCEPTOR] = 0;
	child_done(item, fpage);
}

static void ask_other_page(void)
{
	x2_utcb()[UTCB_ACCEPTOR] = FPAGE(0x70000000u, 12, 0);
	set_mr(0, TAG(LABEL_SIGMA0, 0, 2));
	set_mr(1, FPAGE(FREE_MEMORY + 0x10000, 12, RIGHTS));
	set_mr(2, 0);
	x2_ipc(SIGMA0, SIGMA0, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	word fpage = mr(2);
	x2_utcb()[UTCB_ACCEPTOR] = 0;
	child_done(fpage, *(volatile word *)0x70000000u & 0);
}

void cases_sigma0(void)
{
	request("page", FPAGE(FREE_MEMORY, 12, RIGHTS), 0, FPAGE(0x70000000u, 12, 0));
	*(volatile word *)0x70000000u = 0x4711;
	say("sigma0.usable: %x\n", *(volatile word *)0x70000000u);
	request("page-again", FPAGE(FREE_MEMORY, 12, RIGHTS), 0, FPAGE(0x70001000u, 12, 0));
	say("sigma0.same-page: %x\n", *(volatile word *)0x70001000u);
	request("64-kb", FPAGE(FREE_MEMORY + 0x20000, 16, RIGHTS), 0, FPAGE_ALL);
	request("4-mb", FPAGE(0x03000000u, 22, RIGHTS), 0, FPAGE_ALL);
	*(volatile word *)0x03123000u = 1;
	request("kernel's", FPAGE(0x00100000u, 12, RIGHTS), 0, FPAGE_ALL);
	request("screen", FPAGE(0x000b8000u, 12, RIGHTS), 0, FPAGE_ALL);
	request("device", FPAGE(0xfe000000u, 12, RIGHTS), 0, FPAGE_ALL);
	request("no-window", FPAGE(FREE_MEMORY + 0x40000, 12, RIGHTS), 0, 0);
	request("ports", IO_FPAGE(0x2f8, 3) | RIGHTS, 0, FPAGE_ALL);
	request("all-ports", IO_FPAGE(0, 16) | RIGHTS, 0, FPAGE_ALL);
	struct event e = child_start(ask_as_child);
	say("sigma0.taken-page:");
	say_event(&e);
	say("\n");
	child_end();
	e = child_start(ask_other_page);
	say("sigma0.child-asks:");
	say_event(&e);
	say("\n");
	child_end();
	volatile word *plain = (volatile word *)(FREE_MEMORY + 0x60000);
	*plain = 0x1234;
	say("sigma0.plain-fault: %x\n", *plain);
}
