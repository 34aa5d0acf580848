/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.c - the command of `afterburn run --exec`. It comes by a small disk, and its status goes
 * back there, since whatever is on the console may be the command's own output.
 *
 *   sector 0  the guest writes "status N" or "error TEXT" with a NUL behind it
 *   sector 1  and on, texts that end with a NUL each: where standard input comes from
 *             ("tty", "none" or "port"), which of "output" and "error" go through ports,
 *             the terminal's rows and columns or nothing, the command, then its environment;
 *             an empty text ends it
 *
 * Invariant: the status is on the disk before the machine ends.
 */
#include "root.h"
#include "streams.h"
#include "system.h"

#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/reboot.h>

#define COMMAND_DISK "afterburn-exec"

/* As in fcntl.h and signal.h of C libraries; the kernel's headers for both do not agree. */
enum { READ = 0, READ_WRITE = 2, SECTOR = 512 };
enum { TEXTS_MAX = 160 };

/* What the texts say, by number. */
enum { INPUT, PORTS, SIZE, COMMAND, ENVIRONMENT };

struct winsize {
	unsigned short rows, columns, x, y;
};

static char texts[128 * 1024];
static char *text[TEXTS_MAX];
static unsigned int count;
static int disk = -1;

/* ---- the disk ---- */

/* The command's virtio disk, by its serial number, or a negative error number. */
static int open_disk(void)
{
	static char path[] = "/sys/block/vdX/serial", device[] = "/dev/vdX";
	char found[64];

	for (char letter = 'a'; letter <= 'z'; letter++) {
		path[13] = device[7] = letter;
		if (file_read(path, found, sizeof(found)) && text_is(found, COMMAND_DISK))
			return (int)CALL2(open, device, READ_WRITE);
	}
	return -1;
}

/* Without a disk it is said on the console. */
static void tell(const char *first, const char *second)
{
	static char sector[SECTOR];

	text_add(sector, SECTOR, first);
	text_add(sector, SECTOR, second);
	if (disk < 0) {
		file_write(2, sector, text_length(sector));
		file_write(2, "\n", 1);
		return;
	}
	CALL3(lseek, disk, 0, 0);
	file_write(disk, sector, SECTOR);
	CALL1(fsync, disk);
}

/* The reset is what every machine has; a halt would be the wedge's to explain on the console. */
static _Noreturn void end_machine(void)
{
	CALL0(sync);
	for (;;)
		CALL4(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART,
		      NULL);
}

_Noreturn void give_up(const char *what, long error)
{
	static char message[256];
	char number[4] = "";

	if (error < 0 && error > -1000)
		number[text_number(number, (unsigned int)-error)] = '\0';
	text_add(message, sizeof(message), what);
	text_add(message, sizeof(message), ": the guest's kernel says error ");
	text_add(message, sizeof(message), number);
	tell(disk < 0 ? "afterburn root: " : "error ", message);
	end_machine();
}

static void read_texts(void)
{
	long size = 0, done;

	CALL3(lseek, disk, SECTOR, 0);
	do {
		done = CALL3(read, disk, texts + size, sizeof(texts) - 1 - (size_t)size);
		size += done > 0 ? done : 0;
	} while (done > 0);
	for (char *at = texts;
	     (count < ENVIRONMENT || *at) && count < TEXTS_MAX - 1 && at < texts + size;) {
		text[count++] = at;
		at += text_length(at) + 1;
	}
}

bool exec_find(void)
{
	disk = open_disk();
	if (disk < 0)
		return false;
	read_texts();
	if (count < ENVIRONMENT)
		give_up("the command's disk", 0);
	return true;
}

/* ---- standard input and output ---- */

static unsigned long number_of(const char **at)
{
	unsigned long number = 0;

	for (; **at >= '0' && **at <= '9'; ++*at)
		number = number * 10 + (unsigned long)(**at - '0');
	if (**at)
		++*at;
	return number;
}

static void set_size(int terminal, const char *rows_columns)
{
	struct winsize size = {.rows = (unsigned short)number_of(&rows_columns)};

	size.columns = (unsigned short)number_of(&rows_columns);
	if (size.rows && size.columns)
		CALL3(ioctl, terminal, TIOCSWINSZ, &size);
}

/* What is written there is not to be changed on its way, if it is not for a terminal. */
static void pass_as_it_is(int terminal)
{
	struct termios state;

	if (CALL3(ioctl, terminal, TCGETS, &state) < 0)
		return;
	state.c_oflag &= ~(unsigned int)OPOST;
	state.c_lflag &= ~(unsigned int)ECHO;
	CALL3(ioctl, terminal, TCSETS, &state);
}

static int open_terminal(void)
{
	static char path[64] = "/dev/";
	char name[64] = "";

	file_read("/sys/class/tty/console/active", name, sizeof(name));
	text_add(path, sizeof(path), name);
	return (int)CALL2(open, path, READ_WRITE);
}

static int open_input(int terminal)
{
	if (text_is(text[INPUT], "tty"))
		return terminal;
	if (text_is(text[INPUT], "port"))
		return stream_from("afterburn.input");
	return (int)CALL2(open, "/dev/null", READ);
}

/* A kernel without ports has the console. */
static int open_output(const char *word, const char *port, int otherwise)
{
	int to = text_lists(text[PORTS], word) ? stream_to(port) : -1;

	return to < 0 ? otherwise : to;
}

/* ---- the command ---- */

static _Noreturn void become_command(int terminal, const int *streams)
{
	const char *const arguments[] = {"sh", "-c", text[COMMAND], NULL};
	long error;

	CALL0(setsid);
	CALL3(ioctl, terminal, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		CALL2(dup2, streams[fd], fd);
	for (int fd = 3; fd < 32; fd++)
		CALL1(close, fd);
	error = CALL3(execve, "/bin/sh", arguments, text + ENVIRONMENT);
	CALL1(exit, error == -2 ? 127 : 126);
	for (;;)
		CALL0(pause);
}

/* As shells count: a command that a signal has ended has 128 more than its number. */
static unsigned int code_of(int status)
{
	return status & 0x7f ? 128u + (unsigned int)(status & 0x7f)
			     : (unsigned int)status >> 8 & 0xff;
}

/* Until all that was written is out. */
static void drain(int terminal)
{
	CALL3(ioctl, terminal, TCSBRK, 1);
}

/* Pipes end with the command only if nobody else holds their ends. */
static long start_command(int terminal)
{
	int streams[3] = {open_input(terminal)};
	long child;

	streams[1] = open_output("output", "afterburn.output", terminal);
	streams[2] = open_output("error", "afterburn.error", streams[1]);
	text[count] = NULL;
	child = CALL0(fork);
	if (child < 0)
		give_up("a process", child);
	if (child == 0)
		become_command(terminal, streams);
	for (int fd = 0; fd < 3; fd++)
		if (streams[fd] != terminal)
			CALL1(close, streams[fd]);
	return child;
}

_Noreturn void exec_run(void)
{
	int terminal = open_terminal();
	char number[4];

	if (terminal < 0)
		give_up("the console", terminal);
	set_size(terminal, text[SIZE]);
	if (!text_is(text[INPUT], "tty"))
		pass_as_it_is(terminal);
	number[text_number(number, code_of(streams_move(start_command(terminal))))] = '\0';
	drain(terminal);
	tell("status ", number);
	end_machine();
}
