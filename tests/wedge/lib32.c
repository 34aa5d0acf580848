/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib32.c - the wedge's library as 32-bit code: its printf against the C library's, its memory
 * functions (under names of their own, wedge_*) against loops.
 *
 * Stands alone, with its own TAP, because cmocka is not there in 32 bits.
 *
 * Invariant: exits non-zero if any comparison failed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <wedge/lib.h>

#ifndef __i386__
#error "this test is for 32-bit code"
#endif

enum { SIZES = 40, ROOM = SIZES + 16 };

static unsigned int tests, failures;

static void result(bool good, const char *name)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", tests, name);
}

__attribute__((format(printf, 1, 2))) static void same_text(const char *format, ...)
{
	char expected[128], got[128];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(expected, sizeof(expected), format, arguments);
	va_end(arguments);
	va_start(arguments, format);
	format_text(got, sizeof(got), format, arguments);
	va_end(arguments);
	if (strcmp(expected, got))
		printf("# \"%s\" instead of \"%s\"\n", got, expected);
	result(!strcmp(expected, got), format);
}

void *wedge_memcpy(void *to, const void *from, size_t size);
void *wedge_memset(void *to, int byte, size_t size);

/* Every size and alignment: exactly these bytes change. */
static bool copies(unsigned int offset, unsigned int size)
{
	unsigned char from[ROOM], to[ROOM] = {0};

	for (unsigned int i = 0; i < ROOM; i++)
		from[i] = (unsigned char)(i + 1);
	if (wedge_memcpy(to + offset, from, size) != to + offset)
		return false;
	for (unsigned int i = 0; i < ROOM; i++) {
		if (to[i] != (i - offset < size ? i - offset + 1 : 0))
			return false;
	}
	return true;
}

static bool fills(unsigned int offset, unsigned int size)
{
	unsigned char to[ROOM] = {0};

	if (wedge_memset(to + offset, 0x1e5, size) != to + offset)
		return false;
	for (unsigned int i = 0; i < ROOM; i++) {
		if (to[i] != (i - offset < size ? 0xe5 : 0))
			return false;
	}
	return true;
}

int main(void)
{
	bool copied = true, filled = true;

	for (unsigned int offset = 0; offset < 8; offset++) {
		for (unsigned int size = 0; size <= SIZES; size++) {
			copied &= copies(offset, size);
			filled &= fills(offset, size);
		}
	}
	result(copied, "copies of every size");
	result(filled, "fills of every size");
	same_text("%x %lx %zu", 0xdeadbeefu, 0x12345678ul, sizeof(void *));
	same_text("%llx|%016llx|%llu", 0x1122334455667788ull, 0xabcull, UINT64_MAX);
	same_text("%lld %ld %d|%u", INT64_MIN, -7l, -42, 42u);
	same_text("%llu then %u", 10000000000ull, 7u);
	printf("1..%u\n", tests);
	return failures != 0;
}
