/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf.c - unit tests of what everything in the ELF library stands on: bounds, numbers, strings,
 * symbol lookup, decompression limits.
 *
 * Invariant: the limits are tried on both sides, with values that would wrap around.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>
#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "elf/decompress.h"
#include "elf/image.h"
#include "elf/input.h"

static void slices(void **unused)
{
	static const unsigned char data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct ab_bytes all = {data, sizeof(data)}, part;

	(void)unused;
	assert_true(ab_slice(all, 0, 8, &part));
	assert_true(ab_slice(all, 8, 0, &part));
	assert_true(ab_slice(all, 2, 6, &part));
	assert_ptr_equal(part.data, data + 2);
	assert_int_equal(part.size, 6);
	part.size = 77;
	assert_false(ab_slice(all, 2, 7, &part));
	assert_false(ab_slice(all, 9, 0, &part));
	assert_false(ab_slice(all, 4, UINT64_MAX, &part));
	assert_false(ab_slice(all, 4, UINT64_MAX - 3, &part));
	assert_false(ab_slice(all, UINT64_MAX, 2, &part));
	assert_false(ab_slice(all, UINT64_MAX - 7, 8, &part));
	assert_int_equal(part.size, 77);
}

static void strings(void **unused)
{
	static const unsigned char data[] = {0, 'a', 'b', 0, 'c'};
	struct ab_bytes table = {data, sizeof(data)};

	(void)unused;
	assert_string_equal(ab_string(table, 0), "");
	assert_string_equal(ab_string(table, 1), "ab");
	assert_string_equal(ab_string(table, 2), "b");
	assert_null(ab_string(table, 4));
	assert_null(ab_string(table, 5));
	assert_null(ab_string(table, UINT64_MAX));
}

static void numbers(void **unused)
{
	unsigned char data[9] = {0};

	(void)unused;
	for (unsigned int width = 1; width <= 8; width++) {
		uint64_t value = 0x8877665544332211 & (UINT64_MAX >> (64 - 8 * width));

		memset(data, 0xee, sizeof(data));
		ab_put(data, width, 0x8877665544332211);
		assert_int_equal(ab_get(data, width), value);
		assert_int_equal(data[width], 0xee);
	}
}

static void labels(void **unused)
{
	struct ab_section sections[3] = {{.name = ""}, {.name = ".text"}, {.name = ".text.b"}};
	struct ab_symbol symbols[] = {
		{.name = "local", .type = STT_NOTYPE, .bind = STB_LOCAL},
		{.name = "function", .type = STT_FUNC, .bind = STB_GLOBAL},
		{.name = "alias", .type = STT_FUNC, .bind = STB_LOCAL},
		{.name = "later", .type = STT_FUNC, .bind = STB_LOCAL},
		{.name = "other", .type = STT_FUNC, .bind = STB_LOCAL},
	};
	struct ab_label list[] = {{16, 1, 0}, {16, 1, 1}, {16, 1, 2}, {32, 1, 3}, {8, 2, 4}};
	struct ab_image image = {
		.sections = sections,
		.section_count = 3,
		.symbols = symbols,
		.symbol_count = 5,
		.labels = list,
		.label_count = 5,
	};
	struct ab_region region = {.name = ".text", .section = 1};
	uint64_t distance;
	char text[64], small[6];

	(void)unused;
	assert_null(ab_image_label(&image, 1, 15, &distance));
	assert_string_equal(ab_image_label(&image, 1, 16, &distance)->name, "function");
	assert_string_equal(ab_image_label(&image, 1, 31, &distance)->name, "function");
	assert_int_equal(distance, 15);
	assert_string_equal(ab_image_label(&image, 1, UINT64_MAX, &distance)->name, "later");
	assert_null(ab_image_label(&image, 2, 7, &distance));
	assert_string_equal(ab_image_label(&image, 2, 8, &distance)->name, "other");
	assert_null(ab_image_label(&image, 3, 8, &distance));
	ab_image_where(&image, &region, 3, text, sizeof(text));
	assert_string_equal(text, ".text+0x3");
	ab_image_where(&image, &region, 18, text, sizeof(text));
	assert_string_equal(text, "function+0x2");
	ab_image_where(&image, &region, 18, small, sizeof(small));
	assert_string_equal(small, "funct");
}

/* The four decoders with their libraries' own compressors; each returns the size of the result. */
static unsigned char plain[1 << 16], packed[1 << 12];

static size_t pack_gzip(void)
{
	z_stream z = {.next_in = plain,
		      .avail_in = sizeof(plain),
		      .next_out = packed,
		      .avail_out = sizeof(packed)};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static size_t pack_xz(void)
{
	size_t size = 0;

	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, plain, sizeof(plain),
						 packed, &size, sizeof(packed)),
			 LZMA_OK);
	return size;
}

static size_t pack_zstd(void)
{
	size_t size = ZSTD_compress(packed, sizeof(packed), plain, sizeof(plain), 3);

	assert_false(ZSTD_isError(size));
	return size;
}

static size_t pack_lz4(void)
{
	int size = LZ4_compress_default((const char *)plain, (char *)packed + 8, sizeof(plain),
					sizeof(packed) - 8);

	assert_true(size > 0);
	ab_put(packed, 4, 0x184c2102);
	ab_put(packed + 4, 4, (uint64_t)size);
	return 8 + (size_t)size;
}

static void bombs(void **unused)
{
	size_t (*const packers[])(void) = {pack_gzip, pack_xz, pack_zstd, pack_lz4};
	struct ab_error error = {0};

	(void)unused;
	memset(plain, 'x', sizeof(plain));
	for (unsigned int i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		size_t size = packers[i]();
		struct ab_bytes in = {packed, size}, out;

		assert_int_equal(ab_decompress(in, sizeof(plain) + 1, &out, &error), 0);
		assert_int_equal(out.size, sizeof(plain));
		assert_memory_equal(out.data, plain, sizeof(plain));
		free((void *)(uintptr_t)out.data);
		assert_int_equal(ab_decompress(in, sizeof(plain) - 1, &out, &error), -1);
		assert_non_null(strstr(error.text, "more than"));
		/* lz4 has no end mark: an empty one is right, and four bytes are the plain size. */
		for (in.size = 0; in.size < size; in.size++)
			if (packers[i] != pack_lz4 || (in.size != 4 && in.size != 8))
				assert_int_equal(ab_decompress(in, UINT64_MAX, &out, &error), -1);
	}
}

/* More than one block, and more than the first room. */
static void large(void **unused)
{
	uint64_t size = UINT64_C(20) << 20, used = 4;
	unsigned char *all = ab_alloc(size, 1), *stream = ab_alloc(size, 1);
	struct ab_bytes in = {stream, 0}, out;
	struct ab_error error = {0};

	(void)unused;
	for (uint64_t at = 0; at < size; at++)
		all[at] = (unsigned char)(at >> 8);
	ab_put(stream, 4, 0x184c2102);
	for (uint64_t at = 0; at < size; at += 8 << 20) {
		int most = size - at < 8 << 20 ? (int)(size - at) : 8 << 20;
		int got = LZ4_compress_default((const char *)all + at, (char *)stream + used + 4,
					       most, (int)(size - used - 4));

		ab_put(stream + used, 4, (uint64_t)got);
		used += 4 + (uint64_t)got;
	}
	ab_put(stream + used, 4, size);
	in.size = used + 4;
	assert_int_equal(ab_decompress(in, UINT64_MAX, &out, &error), 0);
	assert_int_equal(out.size, size);
	assert_memory_equal(out.data, all, size);
	free((void *)(uintptr_t)out.data);
	free(all);
	free(stream);
}

/* A member size or name offset that would send the walk back or out. */
static int count_visits(const char *name, struct ab_bytes file, void *context)
{
	(void)name;
	(void)file;
	++*(int *)context;
	return 0;
}

static int walk(const char *text)
{
	struct ab_bytes file = {(const unsigned char *)text, strlen(text)};
	struct ab_error error = {0};
	int visits = 0;

	return ab_archive_each("x.a", file, 0, count_visits, &visits, &error) < 0 ? -1 : visits;
}

#define MEMBER(name, size) name "0           0     0     644     " size "`\n"

static void archives(void **unused)
{
	(void)unused;
	assert_int_equal(walk("!<arch>\n"), 0);
	assert_int_equal(walk("!<arch>\n" MEMBER("a/              ", "4         ") "\177ELF"), 1);
	assert_int_equal(walk("!<arch>\n" MEMBER("a/              ", "5         ") "\177ELF"), -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("a/              ", "9999999999") "\177ELF"), -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("a/              ", "-4        ") "\177ELF"), -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("a/              ", "          ") "\177ELF"), -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("/7              ", "4         ") "\177ELF"), -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("#1/2            ", "6         ") "ab\177ELF"), 1);
	assert_int_equal(walk("!<arch>\n" MEMBER("#1/7            ", "6         ") "ab\177ELF"),
			 -1);
	assert_int_equal(walk("!<arch>\n" MEMBER("//              ", "4         ") "abc\n" MEMBER(
				 "/1              ", "4         ") "\177ELF"),
			 1);
	assert_int_equal(walk("!<arch>\na/ "), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices),   cmocka_unit_test(strings), cmocka_unit_test(numbers),
		cmocka_unit_test(labels),   cmocka_unit_test(bombs),   cmocka_unit_test(large),
		cmocka_unit_test(archives),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
