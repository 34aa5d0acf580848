/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - gathers the bytes that the guest sends to its serial port into lines, because a
 * hypercall for each byte would cost more than the guest's whole driver.
 *
 * Invariant: the buffer is empty while the guest waits. It is flushed at the end of a line, when
 * full, at every timer event, before a halt, before a message of the wedge, and at the guest's end.
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
