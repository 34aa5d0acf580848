/*
 * Output of a test program on COM1.
 *
 * Invariant: none of it depends on an address, a time or a count of interrupts, unless a caller
 * prints one.
 */
#pragma once
#include "x2.h"

/* Of printf: %s, %d (decimal, signed), %x (hexadecimal). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ends the machine by QEMU's isa-debug-exit device, at port 0xf4. */
_Noreturn void leave(void);
