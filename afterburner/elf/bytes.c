/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.c - bounds checks, little-endian numbers and memory for the ELF library.
 *
 * Invariant: no comparison here can wrap around, whatever 64-bit numbers a file holds.
 */
#include "elf/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ab_fail(struct ab_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* cppcheck-suppress ctuuninitvar ; the text is only written */
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -1;
}

bool ab_slice(struct ab_bytes from, uint64_t offset, uint64_t size, struct ab_bytes *out)
{
	if (offset > from.size || size > from.size - offset)
		return false;
	out->data = from.data ? from.data + offset : NULL;
	out->size = size;
	return true;
}

const char *ab_string(struct ab_bytes table, uint64_t offset)
{
	if (offset >= table.size || !memchr(table.data + offset, 0, table.size - offset))
		return NULL;
	return (const char *)table.data + offset;
}

uint64_t ab_get(const unsigned char *from, unsigned int width)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < width; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

void ab_put(unsigned char *to, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

void ab_out_of_memory(void)
{
	fputs("afterburn: out of memory\n", stderr);
	exit(2);
}

void *ab_alloc(uint64_t count, uint64_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		ab_out_of_memory();
	return memory;
}

void *ab_grow(void *array, uint64_t used, uint64_t *room, uint64_t size)
{
	uint64_t wanted = *room ? *room * 2 : 64;

	if (used < *room)
		return array;
	array = reallocarray(array, wanted, size);
	*room = wanted;
	if (!array)
		ab_out_of_memory();
	return array;
}
