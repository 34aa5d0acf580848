/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - moves bytes both ways; on a terminal Ctrl-A is the launcher's key, as with QEMU.
 *
 * Invariant: the launcher waits only in its poll. What cannot be passed on stays in a buffer, and
 * the other side is not read meanwhile.
 */
#include "console.h"
#include "launcher.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_POLL = 0, OUTPUT_POLL = 1, CTRL_A = 1 };

/* As much as surely fits into a pipe or a terminal that says it has room. */
enum { PIECE = 512 };

/* A guest that prints character by character would wake the launcher for each of them. */
#define REST_NS 500000

static const char help[] = "\r\nCtrl-A X  end the guest\r\nCtrl-A H  this text\r\n"
			   "Ctrl-A Ctrl-A  send Ctrl-A\r\n";

static void make_pipe(int *read_end, int *write_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		die(END_PLATFORM, "the host gives no pipe: %s", strerror(errno));
	*read_end = ends[0];
	*write_end = ends[1];
}

void console_open(struct console *console, bool input)
{
	*console = (struct console){.to_child = -1, .child_input = -1, .input_over = !input};
	if (input) {
		make_pipe(&console->child_input, &console->to_child);
		fcntl(console->child_input, F_SETFL, O_NONBLOCK);
		fcntl(console->to_child, F_SETFL, O_NONBLOCK);
	}
	make_pipe(&console->from_child, &console->child_output);
	fcntl(console->from_child, F_SETFL, O_NONBLOCK);
}

void console_started(struct console *console)
{
	if (console->child_input >= 0)
		close(console->child_input);
	close(console->child_output);
}

static bool output_waits(const struct console *console)
{
	return console->written < console->taken && !console->output_error;
}

static struct pollfd input_poll(const struct console *console)
{
	if (console->waiting)
		return (struct pollfd){.fd = console->to_child, .events = POLLOUT};
	return (struct pollfd){.fd = console->input_over ? -1 : STDIN_FILENO, .events = POLLIN};
}

uint64_t console_polls(const struct console *console, struct pollfd *polls)
{
	uint64_t now = console->rest_until ? now_ns() : 0;

	polls[INPUT_POLL] = input_poll(console);
	polls[OUTPUT_POLL] = (struct pollfd){.fd = -1};
	if (output_waits(console)) {
		polls[OUTPUT_POLL] = (struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT};
	} else if (!console->output_over) {
		if (console->rest_until > now)
			return console->rest_until - now;
		polls[OUTPUT_POLL] = (struct pollfd){.fd = console->from_child, .events = POLLIN};
	}
	return UINT64_MAX;
}

/* Takes the launcher's own keys out; returns how many bytes are left. */
static size_t take_keys(struct console *console, char *text, size_t size)
{
	size_t left = 0;

	for (size_t i = 0; i < size; i++) {
		if (!console->escape && text[i] != CTRL_A) {
			text[left++] = text[i];
			continue;
		}
		if (!console->escape) {
			console->escape = true;
			continue;
		}
		console->escape = false;
		if (text[i] == CTRL_A)
			text[left++] = text[i];
		else if (text[i] == 'x' || text[i] == 'X')
			console->quit = true;
		else if ((text[i] == 'h' || text[i] == 'H') &&
			 write(STDERR_FILENO, help, sizeof(help) - 1) < 0)
			break; /* standard error is closed */
	}
	return left;
}

static void give_input(struct console *console)
{
	ssize_t done = write(console->to_child, console->input, console->waiting);

	if (done < 0)
		done = errno == EAGAIN || errno == EINTR ? 0 : (ssize_t)console->waiting;
	console->waiting -= (size_t)done;
	memmove(console->input, console->input + done, console->waiting);
}

static void take_input(struct console *console)
{
	ssize_t size = read(STDIN_FILENO, console->input, sizeof(console->input));

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size <= 0) {
		console->input_over = true;
		return;
	}
	console->waiting =
		terminal.there ? take_keys(console, console->input, (size_t)size) : (size_t)size;
	if (console->waiting)
		give_input(console);
}

static void give_output(struct console *console)
{
	size_t size = console->taken - console->written;
	ssize_t done = write(STDOUT_FILENO, console->output + console->written,
			     size < PIECE ? size : PIECE);

	if (done >= 0)
		console->written += (size_t)done;
	else if (errno != EINTR && errno != EAGAIN)
		console->output_error = errno;
}

static void take_output(struct console *console)
{
	ssize_t size = read(console->from_child, console->output, sizeof(console->output));

	console->written = 0;
	console->taken = size > 0 ? (size_t)size : 0;
	if (size == 0)
		console->output_over = true;
	watch_text(&console->watch, console->output, console->taken);
}

void console_move(struct console *console, const struct pollfd *polls)
{
	if (polls[INPUT_POLL].revents) {
		if (console->waiting)
			give_input(console);
		else
			take_input(console);
	}
	if (!polls[OUTPUT_POLL].revents)
		return;
	if (!output_waits(console))
		take_output(console);
	if (output_waits(console))
		give_output(console);
	console->rest_until = now_ns() + REST_NS;
}

void console_drain(struct console *console, const volatile int *stop)
{
	do {
		while (output_waits(console)) {
			struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

			if (poll(&out, 1, *stop ? 0 : 1000) > 0)
				give_output(console);
			else if (*stop)
				return;
		}
		take_output(console);
	} while (console->taken);
}
