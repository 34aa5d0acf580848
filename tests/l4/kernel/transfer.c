/*
 * The words and items of a message from one thread to another. X.2 manual, sections 5.1 to 5.3.
 *
 * Invariant: a message that the kernel sends for a thread never touches its message registers.
 */
#include "kernel.h"
#include "call.h"

#define ITEM_MAP   8u
#define ITEM_GRANT 0xau
#define COMPLETE   0x10u

static const word *words_of(const struct tcb *t)
{
	return t->operation == OP_CALL ? t->words : t->message;
}

/* Where a fault opens the whole space, and a thread what its BR0 says. */
static word window_of(const struct tcb *t)
{
	switch (t->operation) {
	case OP_CALL:
		return t->words[UTCB_ACCEPTOR] & ~0xfu;
	case OP_FAULT:
		return COMPLETE;
	default:
		return 0;
	}
}

static bool is_ports(word fpage)
{
	return (fpage & 0x3f0) == 0x20;
}

/* One item of two words; false if it is none, or not accepted. */
static bool transfer_item(struct tcb *from, const word *item, struct tcb *to)
{
	word kind = item[0] & 0xe, window = window_of(to);
	if ((kind != ITEM_MAP && kind != ITEM_GRANT) || !(window & 0x3f0))
		return false;
	if (is_ports(item[1]))
		ports_map(from->space, item[1], to->space);
	else
		map_item(from, item[0] & ~0x3ffu, item[1], to, window);
	if (kind == ITEM_GRANT && !is_ports(item[1]))
		unmap(from->space, item[1] | RIGHT_READ, true);
	return true;
}

static void start(struct tcb *t, const word *words)
{
	if (TAG_UNTYPED(words[0]) != 2)
		return;
	t->frame.eip = words[1];
	t->frame.esp = words[2];
}

bool transfer(struct tcb *from, struct tcb *to)
{
	const word *words = words_of(from);
	word tag = words[0] & ~(TAG_ERROR | 0x7000), untyped = TAG_UNTYPED(tag),
	     typed = TAG_TYPED(tag);
	if (to->operation == OP_CALL) {
		to->words[0] = tag;
		for (word i = 1; i <= untyped; i++)
			to->words[i] = words[i];
	} else if (to->operation == OP_START)
		start(to, words);
	else if (to->operation == OP_EXCEPTION)
		exception_answer(to, words);
	if (untyped + typed >= MESSAGE_WORDS)
		return false;
	for (word i = untyped + 1; i < untyped + typed; i += 2) {
		word item[2] = {words[i], words[i + 1]};
		if (!transfer_item(from, item, to))
			return false;
		if (to->operation != OP_CALL)
			continue;
		to->words[i] = item[0];
		to->words[i + 1] = item[1];
	}
	return true;
}
