/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * property.c - see property.h.
 *
 * Invariant: see property.h.
 */
#include "property.h"

#include <stdarg.h>
#include <stdio.h>

#include "../random.h"

struct property_run property;

/* Neighbouring seeds differ in few bits: the factor spreads them. */
void property_begin(uint64_t seed)
{
	property = (struct property_run){.random = seed * 0x9e3779b97f4a7c15};
}

/* The low bits of the sequence are its weakest. */
uint32_t random_below(uint32_t n)
{
	return (uint32_t)(next_random(&property.random) >> 20) % n;
}

bool one_in(uint32_t n)
{
	return !random_below(n);
}

void property_fail(const char *format, ...)
{
	va_list arguments;

	if (property.failure[0])
		return;
	va_start(arguments, format);
	vsnprintf(property.failure, sizeof(property.failure), format, arguments);
	va_end(arguments);
}
