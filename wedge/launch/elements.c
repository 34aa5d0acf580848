/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elements.c - see elements.h.
 *
 * Invariant: no element is written to that is not at the list's beginning.
 */
#include "elements.h"

void elements_advance(struct iovec **memory, unsigned int *count, size_t done)
{
	while (*count && done >= (*memory)->iov_len) {
		done -= (*memory)->iov_len;
		(*memory)++;
		(*count)--;
	}
	if (*count) {
		(*memory)->iov_base = (char *)(*memory)->iov_base + done;
		(*memory)->iov_len -= done;
	}
}

uint64_t elements_sum(const struct iovec *memory, unsigned int count)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < count; i++)
		bytes += memory[i].iov_len;
	return bytes;
}
