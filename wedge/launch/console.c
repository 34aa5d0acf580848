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

enum { INPUT_POLL = 0, OUTLET_POLLS = 1, CTRL_A = 1 };

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

static int add_outlet(struct console *console, enum outlet_name name)
{
	struct outlet *o = &console->outlet[name];
	int end;

	o->to = name == OUTLET_ERROR ? STDERR_FILENO : STDOUT_FILENO;
	make_pipe(&o->from, &end);
	fcntl(o->from, F_SETFL, O_NONBLOCK);
	o->over = false;
	return end;
}

void console_open(struct console *console, bool input)
{
	*console = (struct console){.to_child = -1, .child_input = -1, .input_over = !input};
	for (unsigned int i = 0; i < OUTLETS; i++)
		console->outlet[i] = (struct outlet){.from = -1, .over = true};
	if (input) {
		make_pipe(&console->child_input, &console->to_child);
		fcntl(console->child_input, F_SETFL, O_NONBLOCK);
		fcntl(console->to_child, F_SETFL, O_NONBLOCK);
	}
	console->child_output = add_outlet(console, OUTLET_SERIAL);
}

int console_add(struct console *console, enum outlet_name name)
{
	int end = add_outlet(console, name);

	fcntl(end, F_SETFL, O_NONBLOCK);
	return end;
}

void console_started(struct console *console, bool input)
{
	if (input && console->child_input >= 0)
		close(console->child_input);
	close(console->child_output);
}

static bool output_waits(const struct console *console, const struct outlet *o)
{
	return o->written < o->taken && !console->output_error;
}

static struct pollfd input_poll(const struct console *console)
{
	if (console->waiting)
		return (struct pollfd){.fd = console->to_child, .events = POLLOUT};
	return (struct pollfd){.fd = console->input_over ? -1 : STDIN_FILENO, .events = POLLIN};
}

/* Fills in what an outlet waits for, and returns the longest time to wait. */
static uint64_t outlet_poll(const struct console *console, const struct outlet *o,
			    struct pollfd *poll)
{
	uint64_t now = o->rest_until ? now_ns() : 0;

	*poll = (struct pollfd){.fd = -1};
	if (output_waits(console, o)) {
		*poll = (struct pollfd){.fd = o->to, .events = POLLOUT};
	} else if (!o->over) {
		if (o->rest_until > now)
			return o->rest_until - now;
		*poll = (struct pollfd){.fd = o->from, .events = POLLIN};
	}
	return UINT64_MAX;
}

uint64_t console_polls(const struct console *console, struct pollfd *polls)
{
	uint64_t least = UINT64_MAX;

	polls[INPUT_POLL] = input_poll(console);
	for (unsigned int i = 0; i < OUTLETS; i++) {
		uint64_t longest =
			outlet_poll(console, &console->outlet[i], &polls[OUTLET_POLLS + i]);

		least = longest < least ? longest : least;
	}
	return least;
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

/* A port's reader sees the end; the serial line has none. */
static void end_input(struct console *console)
{
	if (!console->input_ends || console->to_child < 0)
		return;
	close(console->to_child);
	console->to_child = -1;
}

static void take_input(struct console *console)
{
	ssize_t size = read(STDIN_FILENO, console->input, sizeof(console->input));

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size <= 0) {
		console->input_over = true;
		end_input(console);
		return;
	}
	console->waiting =
		terminal.there ? take_keys(console, console->input, (size_t)size) : (size_t)size;
	if (console->waiting)
		give_input(console);
}

static void give_output(struct console *console, struct outlet *o)
{
	size_t size = o->taken - o->written;
	ssize_t done = write(o->to, o->bytes + o->written, size < PIECE ? size : PIECE);

	if (done >= 0)
		o->written += (size_t)done;
	else if (errno != EINTR && errno != EAGAIN)
		console->output_error = errno;
}

static void take_output(struct console *console, struct outlet *o)
{
	ssize_t size = read(o->from, o->bytes, sizeof(o->bytes));

	o->written = 0;
	o->taken = size > 0 ? (size_t)size : 0;
	if (size == 0)
		o->over = true;
	/* What a command writes to its standard streams is nothing that the guest says. */
	if (o <= &console->outlet[OUTLET_TERMINAL])
		watch_text(&console->watch, o->bytes, o->taken);
}

static void move_output(struct console *console, struct outlet *o)
{
	if (!output_waits(console, o))
		take_output(console, o);
	if (output_waits(console, o))
		give_output(console, o);
	o->rest_until = now_ns() + REST_NS;
}

bool console_move(struct console *console, const struct pollfd *polls)
{
	bool heard = false;

	if (polls[INPUT_POLL].revents) {
		if (console->waiting)
			give_input(console);
		else
			take_input(console);
	}
	for (unsigned int i = 0; i < OUTLETS; i++) {
		if (!polls[OUTLET_POLLS + i].revents)
			continue;
		move_output(console, &console->outlet[i]);
		heard = true;
	}
	return heard;
}

/* Writes what an outlet's pipe has; false if there is no use in going on. */
static bool drain(struct console *console, struct outlet *o, const volatile int *stop)
{
	do {
		while (output_waits(console, o)) {
			struct pollfd out = {.fd = o->to, .events = POLLOUT};

			if (poll(&out, 1, *stop ? 0 : 1000) > 0)
				give_output(console, o);
			else if (*stop)
				return false;
		}
		take_output(console, o);
	} while (o->taken);
	return true;
}

void console_drain(struct console *console, const volatile int *stop, bool (*more)(void))
{
	bool goes_on = true;

	do
		for (unsigned int i = 0; i < OUTLETS && goes_on; i++)
			if (console->outlet[i].from >= 0)
				goes_on = drain(console, &console->outlet[i], stop);
	while (goes_on && more() && !console->output_error);
}
