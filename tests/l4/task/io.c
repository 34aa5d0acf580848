/*
 * I/O ports of a child: the fault's message, flexpages of ports, Unmap.
 *
 * Invariant: only ports that a PC without devices answers with nothing are read.
 */
#include "task.h"

static word in_any(uint16_t port)
{
	return in8(port);
}

static void read_80(void)
{
	in_any(0x80);
	child_done(1, 0);
}

static void write_80(void)
{
	out8(0x80, 1);
	child_done(2, 0);
}

static void word_80(void)
{
	uint16_t value;
	__asm__ volatile("inw %%dx, %0" : "=a"(value) : "d"(0x80));
	child_done(3, 0);
}

static void long_80(void)
{
	word value;
	__asm__ volatile("inl %%dx, %0" : "=a"(value) : "d"(0x80));
	child_done(4, 0);
}

static void long_82(void)
{
	word value;
	__asm__ volatile("inl %%dx, %0" : "=a"(value) : "d"(0x82));
	child_done(5, 0);
}

static void immediate(void)
{
	__asm__ volatile("inb $0x84, %%al" ::: "eax");
	child_done(6, 0);
}

static void string(void)
{
	static uint8_t bytes[4];
	word count = 4;
	uint8_t *at = bytes;
	__asm__ volatile("rep insb" : "+c"(count), "+D"(at) : "d"(0x80) : "memory");
	child_done(7, count);
}

static void top(void)
{
	in_any(0xffff);
	child_done(8, 0);
}

static void one(const char *name, void (*f)(void), word item)
{
	struct event e = child_start(f);
	say("io.%s:", name);
	say_event(&e);
	say(" tag %x", e.tag);
	e = child_map(0, item);
	say(", then");
	say_event(&e);
	say("\n");
	child_end();
}

static volatile word rounds;

static void read_for_ever(void)
{
	for (;;) {
		in_any(0x80);
		set_mr(0, TAG(0x44, 0, 1));
		set_mr(1, ++rounds);
		x2_ipc(ROOT, ROOT, 0);
	}
}

static void unmap_ports(void)
{
	rounds = 0;
	struct event e = child_start(read_for_ever);
	e = child_map(0, IO_FPAGE(0x80, 3) | RIGHTS);
	say("io.unmap:");
	say_event(&e);
	set_mr(0, IO_FPAGE(0x80, 0) | RIGHTS);
	x2_unmap(0);
	set_mr(0, 0);
	e = child_answer();
	say(", then");
	say_event(&e);
	child_end();
	in_any(0x80);
	say(", still mine\n");
}

void cases_io(void)
{
	x2_utcb()[UTCB_ACCEPTOR] = FPAGE_ALL;
	set_mr(0, TAG(LABEL_SIGMA0, 0, 2));
	set_mr(1, IO_FPAGE(0, 16) | RIGHTS);
	set_mr(2, 0);
	x2_ipc(SIGMA0, SIGMA0, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	say("io.all-ports: tag %x error %x item %x fpage %x\n", mr(0), outcome(), mr(1), mr(2));
	x2_utcb()[UTCB_ACCEPTOR] = 0;
	one("byte", read_80, IO_FPAGE(0x80, 0) | RIGHTS);
	one("out", write_80, IO_FPAGE(0x80, 0) | RIGHTS);
	one("word", word_80, IO_FPAGE(0x80, 1) | RIGHTS);
	one("long", long_80, IO_FPAGE(0x80, 2) | RIGHTS);
	one("long-partly", long_80, IO_FPAGE(0x80, 1) | RIGHTS);
	one("long-odd", long_82, IO_FPAGE(0x80, 3) | RIGHTS);
	one("immediate", immediate, IO_FPAGE(0x84, 0) | RIGHTS);
	one("string", string, IO_FPAGE(0x80, 0) | RIGHTS);
	one("top", top, IO_FPAGE(0xffff, 0) | RIGHTS);
	one("no-rights", read_80, IO_FPAGE(0x80, 0));
	one("other-port", read_80, IO_FPAGE(0x81, 0) | RIGHTS);
	one("larger", read_80, IO_FPAGE(0x80, 3) | RIGHTS);
	unmap_ports();
}
