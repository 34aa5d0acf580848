/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format_test.c - the wedge's printf against the C library's, and its messages.
 *
 * Invariant: the library is the judge; only conversions that log.h documents are tried.
 */
#include "guest.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <wedge/lib.h>
#include <wedge/log.h>

enum { GUARD = 0x7e };

static size_t format(char *to, size_t size, const char *text, ...)
{
	va_list arguments;
	size_t used;

	va_start(arguments, text);
	used = format_text(to, size, text, arguments);
	va_end(arguments);
	return used;
}

/* In every buffer size: the same text as snprintf's, cut where that cuts, and nothing behind it. */
#define SAME(...)                                                                                  \
	do {                                                                                       \
		char expected_[128], *got_;                                                        \
		snprintf(expected_, sizeof(expected_), __VA_ARGS__);                               \
		for (size_t size_ = 1; size_ <= sizeof(expected_); size_++) {                      \
			size_t length_ = strlen(expected_);                                        \
			if (length_ > size_ - 1)                                                   \
				length_ = size_ - 1;                                               \
			got_ = malloc(size_);                                                      \
			memset(got_, GUARD, size_);                                                \
			assert_int_equal(format(got_, size_, __VA_ARGS__), length_);               \
			assert_memory_equal(got_, expected_, length_);                             \
			assert_int_equal(got_[length_], 0);                                        \
			if (length_ + 1 < size_)                                                   \
				assert_int_equal(got_[length_ + 1], GUARD);                        \
			free(got_);                                                                \
		}                                                                                  \
	} while (0)

static void text_and_characters(void **state)
{
	(void)state;
	SAME("nothing to convert");
	SAME("%s", "");
	SAME("<%s> and <%s>", "one", "two");
	SAME("%c%c%c", 'a', '%', 'z');
	SAME("100%% of %s", "it");
}

static void decimal_numbers(void **state)
{
	(void)state;
	SAME("%d %d %d %d", 0, 7, -7, INT_MIN);
	SAME("%u %u", 0u, UINT32_MAX);
	SAME("%lu %ld %ld", ULONG_MAX, LONG_MAX, LONG_MIN);
	SAME("%d %lu", -1, 1ul);
	SAME("%zu", sizeof(struct vcpu));
	SAME("%5u|%1u|%12lu", 42u, 42u, 42ul);
	SAME("%05d|%7d", 42, 42);
}

static void negative_numbers_count_their_sign(void **state)
{
	(void)state;
	SAME("%5d|%2d|%1d", -42, -42, -42);
	SAME("%05d|%012ld", -42, -42l);
}

static void hexadecimal_numbers(void **state)
{
	(void)state;
	SAME("%x %x %lx", 0u, 0xdeadbeefu, 0x123456789abcdefful);
	SAME("%016lx|%4x|%02x|%llx", 0xabcul, 0xau, 0x123u, 0x1122334455667788ull);
}

static void pointers_have_sixteen_digits(void **state)
{
	char text[32];

	(void)state;
	format(text, sizeof(text), "%p", (void *)0xffff800000001234);
	assert_string_equal(text, "ffff800000001234");
	format(text, sizeof(text), "%p", (void *)0);
	assert_string_equal(text, "0000000000000000");
}

static void a_lone_percent_ends_the_text(void **state)
{
	const char *text = "half %";
	char got[16];

	(void)state;
	assert_int_equal(format(got, sizeof(got), text), 5);
	assert_string_equal(got, "half ");
}

static void messages_are_one_prefixed_line(void **state)
{
	char long_text[400];

	(void)state;
	wedge_log("%u sites", 3u);
	assert_string_equal(fake.console, "afterburn wedge: 3 sites\n");
	fake.console_size = 0;
	memset(fake.console, 0, sizeof(fake.console));
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	wedge_log("%s", long_text);
	assert_true(fake.console_size < 300);
	assert_int_equal(fake.console[fake.console_size - 1], '\n');
	assert_ptr_equal(strchr(fake.console, '\n'), fake.console + fake.console_size - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_characters),
		cmocka_unit_test(decimal_numbers),
		cmocka_unit_test(negative_numbers_count_their_sign),
		cmocka_unit_test(hexadecimal_numbers),
		cmocka_unit_test(pointers_have_sixteen_digits),
		cmocka_unit_test(a_lone_percent_ends_the_text),
		GUEST_TEST(messages_are_one_prefixed_line),
	};

	return RUN_TAP(tests);
}
