/*
 * Spaces: SpaceControl's refusals, what a child begins with, what it may not do.
 *
 * Invariant: each case ends the space that it made.
 */
#include "task.h"

#define SPACE	   THREAD(100, 1)
#define KIP_FPAGE  FPAGE(0xbff00000u, 12, 0)
#define UTCB_FPAGE FPAGE(0xbf000000u, 12, 0)

static void refusals(void)
{
	bool done = x2_space_control(SPACE, KIP_FPAGE, UTCB_FPAGE);
	say("space.nobody: %d error %x\n", done, error_code());
	done = x2_thread_control(SPACE, SPACE, ROOT, NIL_THREAD, ANY_THREAD);
	say("space.create: %d\n", done);
	done = x2_thread_control(SPACE, SPACE, ROOT, ROOT, 0xbf000000u);
	say("space.activate-too-early: %d error %x\n", done, error_code());
	done = x2_space_control(SPACE, KIP_FPAGE, FPAGE(0xbf000000u, 10, 0));
	say("space.small-utcb-area: %d error %x\n", done, error_code());
	done = x2_space_control(SPACE, FPAGE(0xbff00000u, 10, 0), UTCB_FPAGE);
	say("space.small-kip-area: %d error %x\n", done, error_code());
	done = x2_space_control(SPACE, KIP_FPAGE, FPAGE(0xc0000000u, 12, 0));
	say("space.utcb-in-kernel: %d error %x\n", done, error_code());
	done = x2_space_control(SPACE, FPAGE(0xbf000000u, 12, 0), UTCB_FPAGE);
	say("space.overlap: %d error %x\n", done, error_code());
	done = x2_space_control(SPACE, KIP_FPAGE, UTCB_FPAGE);
	say("space.init: %d\n", done);
	done = x2_space_control(SPACE, FPAGE(0x50000000u, 12, 0), UTCB_FPAGE);
	say("space.init-again: %d\n", done);
	done = x2_thread_control(SPACE, SPACE, ROOT, ROOT, 0xbf001000u);
	say("space.utcb-outside: %d error %x\n", done, error_code());
	done = x2_thread_control(SPACE, NIL_THREAD, NIL_THREAD, NIL_THREAD, ANY_THREAD);
	say("space.end: %d\n", done);
}

static void kip_again(void)
{
	struct registers found = {0};
	__asm__ volatile("lock; nop"
			 : "=a"(found.eax), "=c"(found.ecx), "=d"(found.edx), "=S"(found.esi));
	child_done(found.eax, found.ecx);
}

static void utcb_words(void)
{
	word *utcb = x2_utcb();
	child_done(utcb[UTCB_PAGER], utcb[UTCB_GLOBAL_ID]);
}

static void try_thread_control(void)
{
	bool done = x2_thread_control(THREAD(101, 1), child(), child(), child(), 0xbf000200u);
	child_done(done, error_code());
}

static void try_space_control(void)
{
	bool done = x2_space_control(child(), KIP_FPAGE, UTCB_FPAGE);
	child_done(done, error_code());
}

static void try_exchange(void)
{
	struct registers r = {.eax = ROOT};
	x2_exchange_registers(&r);
	child_done(r.eax, error_code());
}

static void try_schedule(void)
{
	word state = x2_schedule(ROOT, ANY_THREAD, ANY_THREAD, ANY_THREAD, ANY_THREAD);
	child_done(state, error_code());
}

static void try_msr(void)
{
	word low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000100));
	child_done(low, high);
}

static void write_kip(void)
{
	*(volatile word *)0xbff00000u = 0;
	child_done(0, 0);
}

static void write_utcb_page(void)
{
	*(volatile word *)0xbf000e00u = 0x55;
	child_done(*(volatile word *)0xbf000e00u, 0);
}

static void outside_utcb(void)
{
	child_done(*(volatile word *)0xbf001000u, 0);
}

static void one(const char *name, void (*f)(void))
{
	struct event e = child_start(f);
	say("child.%s:", name);
	say_event(&e);
	say("\n");
	child_end();
}

void cases_spaces(void)
{
	refusals();
	one("kip", kip_again);
	one("utcb", utcb_words);
	one("thread-control", try_thread_control);
	one("space-control", try_space_control);
	one("exchange-root", try_exchange);
	one("schedule-root", try_schedule);
	one("rdmsr", try_msr);
	one("write-kip", write_kip);
	one("write-utcb-page", write_utcb_page);
	one("outside-utcb", outside_utcb);
}
