/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system.c - see system.h; and where the program begins.
 *
 * Invariant: no text is written beyond its room.
 */
#include "system.h"

enum { O_RDONLY_ = 0, EINTR_ = 4 };

void *memset(void *to, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);

/* A compiler may ask for these two. */
void *memset(void *to, int byte, size_t size)
{
	for (volatile unsigned char *at = to; size; size--)
		*at++ = (unsigned char)byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	const unsigned char *source = from;

	for (volatile unsigned char *at = to; size; size--)
		*at++ = *source++;
	return to;
}

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

bool text_is(const char *text, const char *other)
{
	while (*text && *text == *other) {
		text++;
		other++;
	}
	return *text == *other;
}

static bool begins(const char *text, const char *with)
{
	while (*with && *text == *with) {
		text++;
		with++;
	}
	return !*with;
}

bool text_lists(const char *list, const char *word)
{
	size_t length = text_length(word);

	while (*list) {
		if (begins(list, word) && (!list[length] || list[length] == ','))
			return true;
		while (*list && *list != ',')
			list++;
		while (*list == ',')
			list++;
	}
	return false;
}

bool text_word(const char *line, const char *name, char *value, size_t room)
{
	size_t length = text_length(name), used = 0;

	while (*line && !(begins(line, name) && line[length] == '=')) {
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	if (!*line)
		return false;
	for (line += length + 1; *line && *line != ' ' && used + 1 < room; line++)
		value[used++] = *line;
	value[used] = '\0';
	return true;
}

size_t text_number(char *to, unsigned int number)
{
	size_t digits = number >= 100 ? 3 : number >= 10 ? 2 : 1;

	for (size_t at = digits; at; at--) {
		to[at - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	return digits;
}

void text_add(char *text, size_t room, const char *more)
{
	size_t used = text_length(text);

	while (*more && used + 1 < room)
		text[used++] = *more++;
	text[used] = '\0';
}

bool file_read(const char *path, char *text, size_t room)
{
	int fd = (int)CALL2(open, path, O_RDONLY_);
	long size;

	if (fd < 0)
		return false;
	size = CALL3(read, fd, text, room - 1);
	CALL1(close, fd);
	if (size < 0)
		return false;
	while (size && text[size - 1] == '\n')
		size--;
	text[size] = '\0';
	return true;
}

bool file_write(int fd, const char *bytes, size_t size)
{
	while (size) {
		long done = CALL3(write, fd, bytes, size);

		if (done == -EINTR_)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		size -= (size_t)done;
	}
	return true;
}
