/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.c - frames: $data#checksum, acknowledged by + or - (GDB manual, E.1).
 *
 * Invariant: a packet with a wrong checksum is never done.
 */
#include "inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { INTERRUPT = 3 };

static unsigned int checksum(const char *text, size_t size)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += (unsigned char)text[i];
	return sum & 0xff;
}

/* A failed send shows as the end of the connection at the next look. */
static void send_text(const struct gdb *gdb, const char *text, size_t size)
{
	while (size) {
		ssize_t done = send(gdb->connection, text, size, MSG_NOSIGNAL);

		if (done <= 0) {
			shutdown(gdb->connection, SHUT_RDWR);
			return;
		}
		text += done;
		size -= (size_t)done;
	}
}

void gdb_add(struct gdb *gdb, const char *format, ...)
{
	size_t room = sizeof(gdb->output) - gdb->used;
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(gdb->output + gdb->used, room, format, list);
	va_end(list);
	if (length > 0)
		gdb->used += (size_t)length < room ? (size_t)length : room - 1;
}

void gdb_add_hex(struct gdb *gdb, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;

	for (size_t i = 0; i < size; i++)
		gdb_add(gdb, "%02x", from[i]);
}

void gdb_send(struct gdb *gdb)
{
	char frame[sizeof(gdb->output) + 8];
	int size = snprintf(frame, sizeof(frame), "$%.*s#%02x", (int)gdb->used, gdb->output,
			    checksum(gdb->output, gdb->used));

	send_text(gdb, frame, (size_t)size);
}

static void drop(struct gdb *gdb, size_t size)
{
	gdb->taken -= size;
	memmove(gdb->input, gdb->input + size, gdb->taken);
}

enum gdb_input gdb_next(struct gdb *gdb, char *command, size_t size)
{
	while (gdb->taken) {
		char *end = memchr(gdb->input, '#', gdb->taken);
		size_t length = end ? (size_t)(end - gdb->input) : 0;
		char sum[3] = "";
		bool right;

		if (gdb->input[0] != '$') {
			bool interrupt = gdb->input[0] == INTERRUPT;

			drop(gdb, 1);
			if (interrupt)
				return GDB_INTERRUPT;
			continue;
		}
		if (!end || gdb->taken < length + 3) {
			if (gdb->taken == sizeof(gdb->input))
				drop(gdb, 1); /* longer than any packet: out of step */
			else
				return GDB_NOTHING;
			continue;
		}
		memcpy(sum, end + 1, 2);
		right = strtoul(sum, NULL, 16) == checksum(gdb->input + 1, length - 1);
		if (!gdb->no_ack)
			send_text(gdb, right ? "+" : "-", 1);
		right = right && length - 1 < size;
		if (right)
			memcpy(command, gdb->input + 1, length - 1);
		if (right)
			command[length - 1] = '\0';
		drop(gdb, length + 3);
		if (right)
			return GDB_COMMAND;
	}
	return GDB_NOTHING;
}
