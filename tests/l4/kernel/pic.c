/*
 * The two 8259s. Intel 8259A data sheet.
 *
 * Invariant: vectors VECTOR_LINES to VECTOR_LINES + 15; only attached lines and the clock's are
 * unmasked.
 */
#include "kernel.h"
#include "call.h"

#define MASTER 0x20
#define SLAVE  0xa0
#define END    0x20

static uint16_t masked = 0xffff & ~(1u << 2 | 1u << CLOCK_LINE);

static void set_masks(void)
{
	out8(MASTER + 1, (uint8_t)masked);
	out8(SLAVE + 1, (uint8_t)(masked >> 8));
}

void pic_init(void)
{
	/* ICW1: edge, cascade, ICW4 follows; ICW2: vector; ICW3: slave on line 2; ICW4: 8086 */
	out8(MASTER, 0x11);
	out8(SLAVE, 0x11);
	out8(MASTER + 1, VECTOR_LINES);
	out8(SLAVE + 1, VECTOR_LINES + 8);
	out8(MASTER + 1, 4);
	out8(SLAVE + 1, 2);
	out8(MASTER + 1, 1);
	out8(SLAVE + 1, 1);
	set_masks();
}

void pic_mask(word line, bool mask)
{
	masked = (uint16_t)((masked & ~(1u << line)) | (word)mask << line);
	set_masks();
}

void pic_end(word line)
{
	if (line >= 8)
		out8(SLAVE, END);
	out8(MASTER, END);
}
