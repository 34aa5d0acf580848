/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - the guest's console on the descriptors that the launcher gave.
 *
 * Invariant: no output is lost while the launcher reads; a look for input that has not come is one
 * system call.
 */
#include "linux.h"

void backend_console_write(const char *text, size_t size)
{
	while (size) {
		long written = host_call3(__NR_write, machine.info.output_fd, text, size);

		if (written == -EINTR)
			continue;
		if (written <= 0)
			return;
		text += written;
		size -= (size_t)written;
	}
}

size_t backend_console_read(char *text, size_t size)
{
	long got;

	if (machine.info.input_fd < 0)
		return 0;
	got = host_call3(__NR_read, machine.info.input_fd, text, size);
	return got > 0 ? (size_t)got : 0;
}
