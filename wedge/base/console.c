/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - gathers what the guest sends to its serial port, byte by byte, into lines: a
 * hypercall for each byte costs more than the whole driver.
 *
 * Invariant: nothing stays here while the guest waits: flushed at the end of a line, when full, at
 * every timer event, before a halt, before a message of the wedge, and at the end.
 */
#include <wedge/backend.h>
#include <wedge/console.h>

enum { LINE_SIZE = 128 };

static char line[LINE_SIZE];
static size_t used;

void console_flush(void)
{
	if (!used)
		return;
	backend_console_write(line, used);
	used = 0;
}

void console_put(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		line[used++] = bytes[i];
		if (bytes[i] == '\n' || used == LINE_SIZE)
			console_flush();
	}
}
