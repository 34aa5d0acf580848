/*
 * Page faults of a child: the message, and what answers do.
 *
 * Invariant: the child's first touch of ELSEWHERE is an event in each case.
 */
#include "task.h"

#define AT(n) (*(volatile word *)(ELSEWHERE + (n)*PAGE))

static word own_page(int n)
{
	spare[n][0] = (uint8_t)(0x40 + n);
	return (word)spare[n];
}

static void read_it(void)
{
	child_done(AT(0) & 0xff, 0);
}

static void write_it(void)
{
	AT(0) = 0x1357;
	child_done(AT(0), 0);
}

static void execute_it(void)
{
	((void (*)(void))ELSEWHERE)();
}

static void read_then_write(void)
{
	word before = AT(0) & 0xff;
	AT(0) = 0x99;
	child_done(before, AT(0));
}

static void basic(void)
{
	struct event e = child_start(read_it);
	say("fault.read:");
	say_event(&e);
	say(" tag %x ip %d;", e.tag,
	    e.words[2] >= (word)read_it && e.words[2] < (word)read_it + 32);
	e = child_map(ELSEWHERE, FPAGE(own_page(0), 12, RIGHTS));
	say_event(&e);
	say("\n");
	child_end();
	e = child_start(write_it);
	say("fault.write:");
	say_event(&e);
	e = child_map(ELSEWHERE, FPAGE(own_page(1), 12, RIGHTS));
	say_event(&e);
	say(", seen here %x\n", *(word *)spare[1]);
	child_end();
	e = child_start(execute_it);
	say("fault.execute:");
	say_event(&e);
	say(" ip %x\n", e.words[2]);
	child_end();
}

static void rights(void)
{
	struct event e = child_start(read_then_write);
	say("fault.read-only:");
	say_event(&e);
	e = child_map(ELSEWHERE, FPAGE(own_page(2), 12, READ));
	say(", then");
	say_event(&e);
	e = child_map(ELSEWHERE, FPAGE(own_page(2), 12, RIGHTS));
	say(", then");
	say_event(&e);
	say("\n");
	child_end();
	e = child_start(write_it);
	e = child_map(ELSEWHERE, FPAGE(own_page(2), 12, WRITE));
	say("fault.write-only:");
	say_event(&e);
	e = child_map(ELSEWHERE, FPAGE(own_page(2), 12, 0));
	say(", no rights:");
	say_event(&e);
	say("\n");
	child_end();
}

/* An answer without a map item: the child tries again and faults again. */
static void answers(void)
{
	struct event e = child_start(read_it);
	set_mr(0, 0);
	e = child_answer();
	say("fault.empty-answer:");
	say_event(&e);
	set_mr(0, TAG(0, 0, 2));
	set_mr(1, 1);
	set_mr(2, 2);
	e = child_answer();
	say(", words:");
	say_event(&e);
	e = child_map(ELSEWHERE + PAGE, FPAGE(own_page(0), 12, RIGHTS));
	say(", another page:");
	say_event(&e);
	e = child_map(ELSEWHERE, FPAGE(own_page(0), 12, RIGHTS));
	say(", the page:");
	say_event(&e);
	say("\n");
	child_end();
}

static void read_three(void)
{
	child_done((AT(0) & 0xff) << 16 | (AT(1) & 0xff) << 8 | (AT(2) & 0xff), AT(3) & 0xff);
}

static void many_items(void)
{
	struct event e = child_start(read_three);
	set_mr(0, TAG(0, 8, 0));
	for (int n = 0; n < 4; n++) {
		set_mr(1 + 2 * n, MAP_ITEM(ELSEWHERE + (word)n * PAGE));
		set_mr(2 + 2 * n, FPAGE(own_page(n), 12, READ | EXECUTE));
	}
	e = child_answer();
	say("fault.four-items:");
	say_event(&e);
	say("\n");
	child_end();
	/* Four pages by one flexpage: 16 KiB, which the spare pages are aligned to or not; take
	 * what is. */
	word base = ((word)spare + 4 * PAGE - 1) & -(4 * PAGE);
	for (word n = 0; n < 4; n++)
		*(volatile word *)(base + n * PAGE) = 0x20 + n;
	e = child_start(read_three);
	e = child_map(ELSEWHERE, FPAGE(base, 14, RIGHTS));
	say("fault.larger-flexpage:");
	say_event(&e);
	say("\n");
	child_end();
}

static void no_pager(void)
{
	x2_utcb()[UTCB_PAGER] = NIL_THREAD;
	child_done(AT(0), 0);
}

void cases_faults(void)
{
	basic();
	rights();
	answers();
	many_items();
	struct event e = child_start(no_pager);
	say("fault.no-pager:");
	say_event(&e);
	say("\n");
	child_end();
}
