/*
 * Helpers, children and the messages between them.
 *
 * Invariant: a page is touched before it is mapped: only what the sender has is passed on.
 */
#include "task.h"

#define STACK	     2048
#define HELPERS	     6
#define CHILD_NUMBER 80
#define KIP_AREA     0xbff00000u
#define UTCB_AREA    0xbf000000u
#define UTCB_SIZE    512
#define LABEL_DONE   0x77

static uint8_t helper_stacks[HELPERS][STACK] __attribute__((aligned(16)));
static uint8_t child_stack[STACK] __attribute__((aligned(16)));
static word child_version;
static void (*child_begins_at)(void);

uint8_t spare[8][PAGE] __attribute__((aligned(4096)));

word error_code(void)
{
	return x2_utcb()[UTCB_ERROR];
}

word wait_any(void)
{
	return x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(TIME_NEVER, TIME_SECOND));
}

word wait_for(word thread)
{
	return x2_ipc(NIL_THREAD, thread, TIMEOUTS(TIME_NEVER, TIME_SECOND));
}

void send(word to)
{
	x2_ipc(to, NIL_THREAD, TIMEOUTS(TIME_SECOND, TIME_NEVER));
}

void pause(void)
{
	x2_ipc(NIL_THREAD, SIGMA0, TIMEOUTS(0, TIME_5MS));
}

bool is_helper(word from, int n)
{
	return from == HELPER(n) || from == UTCB_AREA + (word)n * UTCB_SIZE + 0x100;
}

word outcome(void)
{
	return mr(0) & TAG_ERROR ? error_code() : 0;
}

static void start(word thread, void (*f)(void), uint8_t *stack)
{
	set_mr(0, TAG(0, 0, 2));
	set_mr(1, (word)f);
	set_mr(2, (word)stack + STACK - 16);
	send(thread);
}

word helper(int n, void (*f)(void))
{
	word thread = HELPER(n);
	if (!x2_thread_control(thread, ROOT, ROOT, ROOT, UTCB_AREA + (word)n * UTCB_SIZE))
		say("helper %d: error %d\n", n, (int)error_code());
	start(thread, f, helper_stacks[n - 1]);
	return thread;
}

void helper_end(int n)
{
	if (!x2_thread_control(HELPER(n), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD))
		say("helper %d does not end: error %d\n", n, (int)error_code());
}

word child(void)
{
	return THREAD(CHILD_NUMBER, child_version);
}

/* A fault within the task's image, or none of the child's own. */
static bool in_image(const struct event *e)
{
	extern char image_start[], image_end[];
	return (TAG_LABEL(e->tag) & 0xfff0) == LABEL_PAGE_FAULT &&
	       e->words[1] >= (word)image_start && e->words[1] < (word)image_end;
}

/* The message that has come, or one that never came: from 0. */
static struct event take(word from)
{
	struct event e = {.from = from, .tag = mr(0)};
	for (int i = 1; i < 16; i++)
		e.words[i] = mr(i);
	if (e.tag & TAG_ERROR)
		e.from = NIL_THREAD;
	return e;
}

void touch_page(word page)
{
	volatile uint8_t *byte = (volatile uint8_t *)page;
	uint8_t value = *byte;
	*byte = value;
}

static void load_map(word send_base, word fpage)
{
	set_mr(0, TAG(0, 2, 0));
	set_mr(1, MAP_ITEM(send_base));
	set_mr(2, fpage);
}

static struct event answer_and_wait(void)
{
	struct event e = take(x2_ipc(child(), child(), TIMEOUTS(TIME_SECOND, TIME_SECOND)));
	while (in_image(&e)) {
		word page = e.words[1] & -PAGE;
		touch_page(page);
		load_map(page, FPAGE(page, 12, RIGHTS));
		e = take(x2_ipc(child(), child(), TIMEOUTS(TIME_SECOND, TIME_SECOND)));
	}
	return e;
}

struct event child_answer(void)
{
	return answer_and_wait();
}

struct event child_map(word send_base, word fpage)
{
	load_map(send_base, fpage);
	return answer_and_wait();
}

struct event child_resume(const struct event *e)
{
	set_mr(0, TAG(0, 0, EX_WORDS));
	for (int i = 1; i <= EX_WORDS; i++)
		set_mr(i, e->words[i]);
	return answer_and_wait();
}

static void child_main(void)
{
	x2_utcb()[UTCB_EXCEPTION_HANDLER] = ROOT;
	child_begins_at();
	child_done(0, 0);
}

void child_done(word a, word b)
{
	set_mr(0, TAG(LABEL_DONE, 0, 2));
	set_mr(1, a);
	set_mr(2, b);
	for (;;)
		x2_ipc(ROOT, ROOT, TIMEOUTS(TIME_NEVER, TIME_NEVER));
}

struct event child_start(void (*f)(void))
{
	child_version += child_version ? 2 : 1; /* its low 6 bits are never all 0 */
	child_begins_at = f;
	bool made = x2_thread_control(child(), child(), ROOT, NIL_THREAD, ANY_THREAD) &&
		    x2_space_control(child(), FPAGE(KIP_AREA, 12, 0), FPAGE(UTCB_AREA, 12, 0)) &&
		    x2_thread_control(child(), child(), ROOT, ROOT, UTCB_AREA);
	if (!made)
		say("child: error %d\n", (int)error_code());
	set_mr(0, TAG(0, 0, 2));
	set_mr(1, (word)child_main);
	set_mr(2, (word)child_stack + STACK - 16);
	return answer_and_wait();
}

void child_end(void)
{
	if (!x2_thread_control(child(), NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD))
		say("child does not end: error %d\n", (int)error_code());
}

void say_event(const struct event *e)
{
	word label = TAG_LABEL(e->tag);
	if (e->from == NIL_THREAD)
		say(" nothing");
	else if (e->from != child())
		say(" message from another thread");
	else if (label == LABEL_DONE)
		say(" done %x %x", e->words[1], e->words[2]);
	else if ((label & 0xfff0) == LABEL_PAGE_FAULT)
		say(" fault%x at %x", label & 7, e->words[1]);
	else if (label == LABEL_IO_FAULT)
		say(" io fault %x", e->words[1]);
	else if (label == LABEL_EXCEPTION)
		say(" exception %d", (int)e->words[EX_VECTOR]);
	else
		say(" message %x", e->tag);
}
