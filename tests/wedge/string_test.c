/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * string_test.c - the wedge's memory functions, under names of their own (build.mk renames them).
 *
 * Invariant: checked byte by byte, with loops, for every small size, alignment and overlap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wedge/lib.h>

enum { ROOM = 128, MAX = 40, GUARD = 0xa5 };

static unsigned char from[ROOM], to[ROOM];

static void fill(unsigned char *bytes, unsigned int seed)
{
	for (unsigned int i = 0; i < ROOM; i++)
		bytes[i] = (unsigned char)(i * 7 + seed);
}

static void expect_only(unsigned int at, size_t size, const unsigned char *bytes)
{
	for (unsigned int i = 0; i < ROOM; i++)
		assert_int_equal(to[i], i >= at && i < at + size ? bytes[i - at]
								 : (unsigned char)(i * 7 + 1));
}

static void copies_of_every_size_and_alignment(void **state)
{
	(void)state;
	fill(from, 100);
	for (unsigned int size = 0; size <= MAX; size++)
		for (unsigned int n = 0; n < 64; n++) {
			fill(to, 1);
			assert_ptr_equal(memcpy(to + 16 + n / 8, from + n % 8, size),
					 to + 16 + n / 8);
			expect_only(16 + n / 8, size, from + n % 8);
		}
}

static void moves_of_every_overlap(void **state)
{
	(void)state;
	for (unsigned int size = 0; size <= MAX; size++)
		for (unsigned int source = 0; source < 2 * MAX; source++) {
			fill(to, 1);
			fill(from, 1);
			assert_ptr_equal(memmove(to + MAX, to + source, size), to + MAX);
			expect_only(MAX, size, from + source);
		}
}

static void fills_of_every_size(void **state)
{
	unsigned char expected[ROOM];

	(void)state;
	for (unsigned int i = 0; i < ROOM; i++)
		expected[i] = GUARD;
	for (unsigned int size = 0; size <= MAX; size++)
		for (unsigned int at = 8; at < 16; at++) {
			fill(to, 1);
			assert_ptr_equal(memset(to + at, (int)(0xffffff00u | GUARD), size),
					 to + at);
			expect_only(at, size, expected);
		}
}

static void comparisons_find_the_first_difference(void **state)
{
	(void)state;
	for (unsigned int size = 1; size <= MAX; size++)
		for (unsigned int at = 0; at < size; at++) {
			fill(from, 3);
			fill(to, 3);
			assert_int_equal(memcmp(from, to, size), 0);
			to[at] = 0xff;
			from[at] = 0x01;
			to[at + 1] = 0;
			assert_true(memcmp(from, to, size) < 0);
			assert_true(memcmp(to, from, size) > 0);
			assert_int_equal(memcmp(from, to, at), 0);
		}
}

static void lengths_end_at_the_nul(void **state)
{
	(void)state;
	assert_int_equal(strlen(""), 0);
	assert_int_equal(strlen("four\0five"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_of_every_size_and_alignment),
		cmocka_unit_test(moves_of_every_overlap),
		cmocka_unit_test(fills_of_every_size),
		cmocka_unit_test(comparisons_find_the_first_difference),
		cmocka_unit_test(lengths_end_at_the_nul),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
