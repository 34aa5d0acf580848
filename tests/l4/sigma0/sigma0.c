/*
 * sigma0 of the test kernel: has all memory and hands it out, each page to the first space that
 * asks. X.2 manual, chapter 7. Who asks is known by its thread's number only: the root task and a
 * thread that it made are told apart, threads of one space are not known to be so, as in the
 * original.
 *
 * Invariant: memory that the kernel reserves is never handed out, nor what another one has.
 */
#include "../lib/x2.h"

#define FRAMES	   (1u << 18) /* of conventional memory: 1 GiB */
#define LABEL_PAGE 0xffeu
#define LABEL_IO   0xff8u
#define LABEL_RPC  0xffau
#define FREE	   0u
#define RESERVED   1u

#define TYPE_CONVENTIONAL 1u
#define TYPE_KERNEL	  2u
#define TYPE_SHARED	  4u
#define TYPE_LOADER	  0xeu
#define TYPE_FIRMWARE	  0xfu
#define IS_VIRTUAL	  0x200u

/* What a page is by the last descriptor that holds it. */
static word type_of(word address)
{
	word info = x2_kip(KIP_MEMORY_INFO), type = RESERVED;
	for (word i = 0; i < (info & 0xffff); i++) {
		word low = x2_kip((info >> 16) + i * 8),
		     high = x2_kip((info >> 16) + i * 8 + 4) | 0x3ff;
		if (!(low & IS_VIRTUAL) && address >= (low & ~0x3ffu) && address <= high)
			type = low & 0xff;
	}
	return type;
}

/* Who has a frame: the place of its thread's number in the list, from 1 on. */
static uint8_t owners[FRAMES];
static word numbers[256];

/* 0 when the list is full: such a thread gets nothing. */
static uint8_t place_of(word thread)
{
	for (unsigned i = 1; i < 256; i++) {
		if (!numbers[i])
			numbers[i] = thread >> 14;
		if (numbers[i] == thread >> 14)
			return (uint8_t)i;
	}
	return 0;
}

static bool may_have(word thread, word frame, bool plain_fault)
{
	word type = type_of(frame << 12), kind = type & 0xf;
	if (kind == TYPE_KERNEL)
		return false;
	if (plain_fault && kind == TYPE_LOADER && type != 0x2e)
		return false;
	if (kind != TYPE_CONVENTIONAL && kind != TYPE_LOADER)
		return true;
	uint8_t place = place_of(thread);
	return place && frame < FRAMES && (!owners[frame] || owners[frame] == place);
}

static bool take(word thread, word start, word log2, bool plain_fault)
{
	word frame = start >> 12, count = 1u << (log2 - 12);
	for (word i = 0; i < count; i++)
		if (!may_have(thread, frame + i, plain_fault))
			return false;
	for (word i = 0; i < count; i++)
		if (frame + i < FRAMES)
			owners[frame + i] = place_of(thread);
	return true;
}

static void answer(word base, word fpage)
{
	set_mr(0, TAG(0, 2, 0));
	set_mr(1, MAP_ITEM(base));
	set_mr(2, fpage);
}

static void give_page(word thread, word start, word log2, bool plain_fault)
{
	start &= ~((1u << log2) - 1);
	if (take(thread, start, log2, plain_fault))
		answer(start, FPAGE(start, log2, RIGHTS));
	else
		answer(0, 0);
}

/* Any free pages of that size, from below. */
static void give_any(word thread, word log2)
{
	word size = 1u << log2;
	for (word start = 0; start >> 12 < FRAMES; start += size) {
		bool all_free = (type_of(start) & 0xf) == TYPE_CONVENTIONAL && !owners[start >> 12];
		if (all_free && take(thread, start, log2, false)) {
			answer(start, FPAGE(start, log2, RIGHTS));
			return;
		}
	}
	answer(0, 0);
}

/* False: no answer. */
static bool serve(word thread)
{
	word label = TAG_LABEL(mr(0)), first = mr(1), log2 = first >> 4 & 0x3f;
	switch (label >> 4) {
	case LABEL_PAGE: {
		word type = type_of(first);
		give_page(thread, first, 12, true);
		return (type & 0xf) != TYPE_LOADER || type == 0x2e;
	}
	case LABEL_IO:
		answer(0, first | RIGHTS);
		return true;
	case LABEL_RPC:
		if ((first & 0x3f0) == 0x20)
			answer(0, first | RIGHTS);
		else if (log2 < 12 || log2 > 28)
			answer(0, 0);
		else if (first >> 10 == 0x3fffff)
			give_any(thread, log2);
		else
			give_page(thread, first, log2, false);
		return true;
	default:
		return false;
	}
}

void program(void);
void program(void)
{
	x2_init();
	word from = x2_ipc(NIL_THREAD, ANY_THREAD, 0);
	for (;;) {
		bool answered = !(mr(0) & TAG_ERROR) && serve(from);
		from = x2_ipc(answered ? from : NIL_THREAD, ANY_THREAD,
			      TIMEOUTS(TIME_ZERO, TIME_NEVER));
	}
}
