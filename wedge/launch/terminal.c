/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.c - raw and back again (termios(3)).
 *
 * Invariant: the state to go back to is read once, before anything is changed.
 */
#include "terminal.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct terminal terminal;

void terminal_open(void)
{
	terminal.there = tcgetattr(STDIN_FILENO, &terminal.found) == 0;
	terminal.want = terminal.found;
	terminal.want.c_iflag &=
		(tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	/* What the launcher says itself must look right, so output goes on being processed. */
	terminal.want.c_oflag |= OPOST;
	terminal.want.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN | TOSTOP);
	terminal.want.c_cflag &= (tcflag_t) ~(CSIZE | PARENB);
	terminal.want.c_cflag |= CS8;
	terminal.want.c_cc[VMIN] = 1;
	terminal.want.c_cc[VTIME] = 0;
}

void terminal_set_raw(void)
{
	if (!terminal.there || terminal.raw)
		return;
	terminal.raw = true;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.want);
}

void terminal_restore(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

	if (!terminal.raw)
		return;
	sigaction(SIGTTOU, &ignore, &before);
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.found);
	sigaction(SIGTTOU, &before, NULL);
	terminal.raw = false;
}

bool terminal_size(uint16_t *rows, uint16_t *columns)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return false;
	*rows = size.ws_row;
	*columns = size.ws_col;
	return true;
}
