/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_test.c - what is read from an image is what was written to it, with copy-on-write and
 * without, by random operations beside a model; and who may open an image that somebody uses.
 *
 * Invariant: operations are the same in each run.
 */
#include "../wedge/tap.h"

#include "../../wedge/launch/devices.h"
#include "../../wedge/launch/image.h"
#include "../../wedge/launch/image_format.h"
#include "../../wedge/launch/image_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTORS = 200, SIZE = SECTORS * IMAGE_SECTOR, OPERATIONS = 20000, PIECES = 6 };

static char path[] = "/tmp/afterburn-image.XXXXXX";
static unsigned char model[SIZE], start[SIZE], memory[SIZE];
static uint32_t state;

bool devices_ending(void)
{
	return false;
}

static uint32_t any(uint32_t below)
{
	state = state * 1103515245u + 12345u;
	return (state >> 8) % below;
}

static void make_file(void)
{
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	for (unsigned int i = 0; i < SIZE; i++)
		start[i] = model[i] = (unsigned char)any(256);
	assert_int_equal(write(fd, start, SIZE), SIZE);
	close(fd);
}

/* Opens FILE with these options behind its name. */
static void open_with(struct image *image, struct image_option *option, const char *words)
{
	char text[sizeof(path) + 64];

	snprintf(text, sizeof(text), "%s%s", path, words);
	image_parse(option, text);
	image_open(image, option);
	assert_int_equal(image->bytes, SIZE);
}

static void finish(struct image *image)
{
	close(image->fd);
	free(image->option->path);
}

/* A range in up to PIECES stretches of memory, none of them empty. */
static unsigned int cut(struct iovec *pieces, uint64_t size)
{
	unsigned int count = 0;
	uint64_t done = 0;

	while (done < size) {
		uint64_t length =
			count == PIECES - 1 ? size - done : 1 + any((uint32_t)(size - done));

		pieces[count++] = (struct iovec){memory + done, length};
		done += length;
	}
	return count;
}

static void compare(struct image *image, uint64_t offset, uint64_t size)
{
	struct iovec pieces[PIECES];
	unsigned int count = cut(pieces, size);

	memset(memory, 0xee, SIZE);
	assert_int_equal(image_read(image, offset, pieces, count), 0);
	assert_memory_equal(memory, model + offset, size);
}

static void change(struct image *image, uint64_t offset, uint64_t size)
{
	struct iovec pieces[PIECES];
	unsigned int count = cut(pieces, size);

	for (uint64_t i = 0; i < size; i++)
		model[offset + i] = memory[i] = (unsigned char)any(256);
	assert_int_equal(image_write(image, offset, pieces, count), 0);
}

static void operate(struct image *image)
{
	uint64_t sector = any(SECTORS), offset = sector * IMAGE_SECTOR;
	uint64_t size = (1 + any((uint32_t)(SECTORS - sector))) * IMAGE_SECTOR;

	switch (any(5)) {
	case 0:
		change(image, offset, size);
		break;
	case 1:
		assert_int_equal(image_zero(image, offset, size, any(2)), 0);
		memset(model + offset, 0, size);
		break;
	case 2:
		assert_int_equal(image_flush(image), 0);
		break;
	default:
		compare(image, offset, size);
	}
}

static void same_as_model(const char *words)
{
	struct image_option option;
	struct image image;

	make_file();
	open_with(&image, &option, words);
	for (unsigned int i = 0; i < OPERATIONS; i++)
		operate(&image);
	compare(&image, 0, SIZE);
	finish(&image);
}

static void file_is(const unsigned char *wanted)
{
	int fd = open(path, O_RDONLY);

	assert_int_equal(read(fd, memory, SIZE), SIZE);
	assert_memory_equal(memory, wanted, SIZE);
	close(fd);
	unlink(path);
}

static void what_is_written_is_read(void **unused)
{
	(void)unused;
	same_as_model("");
	file_is(model);
}

static void copy_on_write_keeps_the_file(void **unused)
{
	(void)unused;
	same_as_model(",cow");
	file_is(start);
}

/* What is given back may be anything; its neighbours are not. */
static void discard_leaves_the_rest(void **unused)
{
	struct image_option option;
	struct image image;

	(void)unused;
	make_file();
	open_with(&image, &option, "");
	assert_int_equal(image_discard(&image, 8 * IMAGE_SECTOR, 16 * IMAGE_SECTOR), 0);
	compare(&image, 0, 8 * IMAGE_SECTOR);
	compare(&image, 24 * IMAGE_SECTOR, SIZE - 24 * IMAGE_SECTOR);
	finish(&image);
	unlink(path);
}

static void a_shorter_file_is_an_error(void **unused)
{
	struct iovec all = {memory, SIZE};
	struct image_option option;
	struct image image;

	(void)unused;
	make_file();
	open_with(&image, &option, ",ro");
	assert_int_equal(truncate(path, SIZE / 2), 0);
	assert_int_equal(image_read(&image, 0, &all, 1), EIO);
	finish(&image);
	unlink(path);
}

/* The host takes no more: the part that it has taken counts as not written. */
static void a_refused_write_is_an_error(void **unused)
{
	struct rlimit limit, before;
	struct image_option option;
	struct iovec all = {memory, SIZE};
	struct image image;

	(void)unused;
	make_file();
	open_with(&image, &option, "");
	getrlimit(RLIMIT_FSIZE, &before);
	limit = (struct rlimit){SIZE / 2, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(image_write(&image, 0, &all, 1), EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	finish(&image);
	unlink(path);
}

static void names_may_have_commas(void **unused)
{
	struct image_option option;

	(void)unused;
	image_parse(&option, "a,ro,b,serial=x y,ro");
	assert_string_equal(option.path, "a,ro,b");
	assert_string_equal(option.serial, "x y");
	assert_true(option.read_only);
	assert_false(option.cow);
	free(option.path);
	image_parse(&option, "a,serial=12345678901234567890,cow");
	assert_string_equal(option.serial, "12345678901234567890");
	assert_true(option.cow);
	free(option.path);
}

static int locked(bool write)
{
	int fd = open(path, write ? O_RDWR : O_RDONLY);

	assert_true(fd >= 0);
	if (image_lock(fd, write) == 0)
		return fd;
	close(fd);
	return -1;
}

static void one_writes_or_some_read(void **unused)
{
	int first, second;

	(void)unused;
	make_file();
	first = locked(true);
	assert_true(first >= 0);
	assert_int_equal(locked(true), -1);
	assert_int_equal(locked(false), -1);
	close(first);
	first = locked(false);
	second = locked(false);
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(locked(true), -1);
	close(first);
	assert_int_equal(locked(true), -1);
	close(second);
	first = locked(true);
	assert_true(first >= 0);
	close(first);
	unlink(path);
}

static void formats_by_name_and_by_content(void **unused)
{
	static const char vdi[68] = {[64] = 0x7f, 0x10, (char)0xda, (char)0xbe};
	struct image_option option;

	(void)unused;
	assert_string_equal(image_format_of_name("a/b.QCOW2"), "qcow2");
	assert_string_equal(image_format_of_name("b.vhd"), "vpc");
	assert_null(image_format_of_name("qcow2"));
	assert_null(image_format_of_name(".qcow2"));
	assert_null(image_format_of_name("a.qcow2.img"));
	assert_null(image_format_named("raw"));
	assert_string_equal(image_format_of_bytes("QFI\xfb\0\0\0\3", 8), "qcow2");
	assert_string_equal(image_format_of_bytes(vdi, sizeof(vdi)), "vdi");
	assert_null(image_format_of_bytes(vdi, sizeof(vdi) - 1));
	assert_null(image_format_of_bytes("QFI", 3));
	assert_null(image_format_of_bytes("", 0));
	image_parse(&option, "a.qcow2,ro");
	assert_string_equal(option.format, "qcow2");
	assert_false(option.told);
	free(option.path);
	image_parse(&option, "a.qcow2,format=raw");
	assert_null(option.format);
	assert_true(option.told);
	free(option.path);
	image_parse(&option, "a.img,format=vdi,cow");
	assert_string_equal(option.format, "vdi");
	free(option.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(copy_on_write_keeps_the_file),
		cmocka_unit_test(discard_leaves_the_rest),
		cmocka_unit_test(a_shorter_file_is_an_error),
		cmocka_unit_test(a_refused_write_is_an_error),
		cmocka_unit_test(names_may_have_commas),
		cmocka_unit_test(one_writes_or_some_read),
		cmocka_unit_test(formats_by_name_and_by_content),
	};

	return RUN_TAP(tests);
}
