/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * panic.c - see panic.h.
 *
 * Invariant: guest memory is only read.
 */
#include "panic.h"

#include <stddef.h>

void panic_open(struct panic *panic, const struct kernel *kernel, const struct target *target)
{
	*panic = (struct panic){.word = NULL};
	if (kernel->panic_word > target->bytes - sizeof(*panic->word) || kernel->panic_word % 4)
		return;
	panic->word = (const volatile uint32_t *)(void *)(target->memory + kernel->panic_word);
	panic->before = *panic->word;
}

bool panic_seen(const struct panic *panic)
{
	return panic->word && *panic->word != panic->before;
}
