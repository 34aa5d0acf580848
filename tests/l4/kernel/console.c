/*
 * The kernel's only output, on COM1: why it stops. What it is has been said by its loader.
 *
 * Invariant: COM1 is left as programs find it after a BIOS, at 115,200 baud.
 */
#include "kernel.h"

#define COM1 0x3f8

void console_text(const char *text)
{
	for (; *text; text++) {
		while (!(in8(COM1 + 5) & 0x20))
			;
		out8(COM1, (uint8_t)*text);
	}
}
