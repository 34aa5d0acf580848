/*
 * I/O ports: flexpages of them, and the fault of who has none.
 *
 * Ports have no mapping tree: when a space unmaps a port, all spaces but sigma0's and its own lose
 * it. That is what a tree gives where sigma0 hands a port to one space and that one hands it on.
 *
 * Invariant: a port that is not sigma0's and has no clear bit in a space's bitmap faults there.
 */
#include "kernel.h"
#include "call.h"

#define LABEL_IO_FAULT 0xff86u

/* The byte of a space's bitmap, and the bit in it. */
static uint8_t *byte_of(const struct space *s, word port)
{
	return &s->ports[port >> 15][port / 8 % PAGE_SIZE];
}

static bool allowed(const struct space *s, word port)
{
	return s == sigma0_space || (s->ports[0] && !(*byte_of(s, port) & 1u << port % 8));
}

static word first_port(word fpage)
{
	return fpage >> 16 & ~(((word)1 << (fpage >> 10 & 0x3f)) - 1);
}

static word end_port(word fpage)
{
	word log2 = fpage >> 10 & 0x3f;
	return log2 >= 16 ? 0x10000 : min_word(first_port(fpage) + ((word)1 << log2), 0x10000);
}

static void make_bitmap(struct space *s)
{
	for (word i = 0; i < 2; i++) {
		s->ports[i] = heap_page();
		for (word j = 0; j < PAGE_SIZE; j++)
			s->ports[i][j] = 0xff;
	}
	cpu_map_ports(s);
}

void ports_map(struct space *from, word fpage, struct space *to)
{
	if (!to->ports[0])
		make_bitmap(to);
	for (word port = first_port(fpage); port < end_port(fpage); port++)
		if (allowed(from, port))
			*byte_of(to, port) &= (uint8_t) ~(1u << port % 8);
}

static void take_away(struct space *s, word fpage)
{
	if (!s->ports[0])
		return;
	for (word port = first_port(fpage); port < end_port(fpage); port++)
		*byte_of(s, port) |= (uint8_t)(1u << port % 8);
}

void ports_unmap(struct space *s, word fpage, bool flush)
{
	for (struct tcb *t = all_threads; t; t = t->next_thread)
		if (t->space && t->space != sigma0_space && (flush || t->space != s))
			take_away(t->space, fpage);
}

/* The instruction's port and the logarithm of its size in bytes; false if it is none of the kind.
 */
static bool decode(const struct frame *f, word *port, word *log2)
{
	const uint8_t *code = (const uint8_t *)f->eip;
	bool short_operand = false;
	while (*code == 0x66 || *code == 0xf3 || *code == 0xf2)
		short_operand |= *code++ == 0x66;
	bool immediate = (*code & 0xfc) == 0xe4, string = (*code & 0xfc) == 0x6c;
	if (!immediate && !string && (*code & 0xfc) != 0xec)
		return false;
	*port = immediate ? code[1] : f->edx & 0xffff;
	*log2 = !(*code & 1) ? 0 : short_operand ? 1 : 2;
	return true;
}

bool ports_fault(struct tcb *t)
{
	word port, log2;
	if (!decode(&t->frame, &port, &log2))
		return false;
	port &= ~((1u << log2) - 1);
	if (t->space == sigma0_space) {
		/* sigma0 has all ports: it gets them when it uses one. */
		ports_map(sigma0_space, 16 << 10, sigma0_space);
		return true;
	}
	t->message[0] = LABEL_IO_FAULT << 16 | 2;
	t->message[1] = port << 16 | log2 << 10 | 0x20;
	t->message[2] = t->frame.eip;
	ipc_for(t, t->words[UTCB_PAGER], OP_FAULT);
	return true;
}
