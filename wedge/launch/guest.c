/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - the launcher's loop.
 *
 * Invariant: whatever ends the loop, the same clearing up follows.
 */
#include "guest.h"
#include "child.h"
#include "core.h"
#include "devices.h"
#include "disks.h"
#include "guard.h"
#include "ports.h"
#include "result.h"
#include "shares.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

/* Registers and a call trace follow a panic: wait until the console is quiet, or this long. */
#define PANIC_QUIET   (400 * MS)
#define STOP_LONGEST  (1000 * MS)
#define PANIC_LONGEST (4000 * MS)

/* How often to look for a panic without output; how long the guest may be silent before a hint. */
#define PANIC_LOOK (1000 * MS)
#define SILENCE	   (10000 * MS)

/* Signals, the console, a debugger. */
enum { POLLS = 1 + CONSOLE_POLLS + 1 };

/* Why the loop ended. */
enum why {
	WHY_NOT = 0,
	WHY_CHILD,
	WHY_PANIC,
	WHY_TIMEOUT,
	WHY_SIGNAL,
	WHY_KEY,
	WHY_OUTPUT,
	WHY_GDB
};

/* The terminal is as it was, and nothing of the guest is left. */
static _Noreturn void did_not_start(struct guest *guest, const char *what, int error)
{
	if (guest->child > 0) {
		kill(-guest->child, SIGKILL);
		devices_stop();
		while (waitpid(guest->child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	shares_close();
	disks_close();
	terminal_restore();
	guard_end();
	gdb_close(&guest->gdb, END_PLATFORM);
	die(END_PLATFORM, "the host gives no %s: %s", what, strerror(error));
}

static bool has_port(const struct guest *guest, enum port port)
{
	return guest->options->ports & 1u << port;
}

/* Standard input goes to one of a command's stream, a console and the serial line. */
static void connect_streams(struct guest *guest, struct launch_info *info)
{
	static const enum outlet_name outlets[] = {
		[PORT_TERMINAL] = OUTLET_TERMINAL,
		[PORT_OUTPUT] = OUTLET_OUTPUT,
		[PORT_ERROR] = OUTLET_ERROR,
	};
	struct console *console = &guest->console;
	int input = console->child_input;

	info->output_fd = console->child_output;
	console->input_ends = has_port(guest, PORT_INPUT);
	if (has_port(guest, PORT_INPUT)) {
		ports_connect(PORT_INPUT, input, -1);
		input = -1;
	}
	for (enum port port = PORT_TERMINAL; port <= PORT_ERROR; port++) {
		if (port == PORT_INPUT || !has_port(guest, port))
			continue;
		ports_connect(port, port == PORT_TERMINAL ? input : -1,
			      console_add(console, outlets[port]));
	}
	info->input_fd = has_port(guest, PORT_TERMINAL) ? -1 : input;
}

static void start(struct guest *guest, struct launch_info *info, launch_entry *entry)
{
	int error;

	/* Guest processes become children of the launcher, which reaps them, if their parent dies.
	 */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	signals_open();
	terminal_open();
	guard_start(guest->gdb.path);
	guard_tell(0, terminal.there);
	terminal_set_raw();
	guest->child = child_start(info, entry);
	if (guest->child < 0)
		did_not_start(guest, "process", EAGAIN);
	guest->target.child = guest->child;
	guard_tell(guest->child, terminal.there);
	error = devices_start(guest->child, guest->target.memory, guest->memory->bytes);
	if (error)
		did_not_start(guest, "thread", error);
	console_started(&guest->console, info->input_fd >= 0);
	/* A command may be silent. */
	guest->silence = gdb_attached(&guest->gdb) || guest->options->result ? UINT64_MAX
									     : now_ns() + SILENCE;
	if (guest->options->timeout)
		guest->deadline = now_ns() + guest->options->timeout * 1000 * MS;
}

/* SIGTSTP: the whole guest stops, and the terminal is the shell's in the meantime. */
static void suspend(struct guest *guest)
{
	kill(-guest->child, SIGSTOP);
	guard_tell(guest->child, false);
	terminal_restore();
	signals_stop_here();
	guard_tell(guest->child, terminal.there);
	terminal_set_raw();
	ports_resize();
	kill(-guest->child, SIGCONT);
}

/*
 * Asks the guest to power off. Before it has printed anything the wedge may not be there yet, to
 * whom the signal is: it comes later then.
 */
static void press_power(struct guest *guest)
{
	if (!guest->console.watch.spoke || !signals_power())
		return;
	__atomic_fetch_add(&guest->shared->power_presses, 1, __ATOMIC_SEQ_CST);
	kill(guest->child, SIGIO);
}

/* The child is not reaped here: as long as it is a zombie, its process group stays its own. */
static void look_for_end(struct guest *guest)
{
	siginfo_t info = {.si_pid = 0};

	if (waitid(P_PID, (id_t)guest->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == guest->child)
		guest->ended = true;
}

static bool panic_is_over(struct guest *guest, bool heard)
{
	uint64_t now;

	if (!panic_seen(&guest->panic) || gdb_attached(&guest->gdb))
		return false;
	now = now_ns();
	if (!guest->panicked)
		guest->panicked = guest->heard = now;
	if (heard)
		guest->heard = now;
	return now - guest->heard >= PANIC_QUIET || now - guest->panicked >= PANIC_LONGEST;
}

static enum why judge(struct guest *guest, bool heard)
{
	if (guest->ended)
		return WHY_CHILD;
	if (signals_end)
		return WHY_SIGNAL;
	if (guest->console.quit)
		return WHY_KEY;
	if (guest->console.output_error)
		return WHY_OUTPUT;
	if (guest->gdb.kill)
		return WHY_GDB;
	if (panic_is_over(guest, heard))
		return WHY_PANIC;
	return now_ns() >= guest->deadline ? WHY_TIMEOUT : WHY_NOT;
}

#define EARLY_CONSOLE "earlyprintk=serial,ttyS0,115200"

/* Once: most likely the kernel is in trouble before it has a console. */
static void remark_on_silence(struct guest *guest)
{
	if (guest->console.watch.spoke)
		guest->silence = UINT64_MAX;
	if (now_ns() < guest->silence)
		return;
	guest->silence = UINT64_MAX;
	say("the guest has printed nothing for %u seconds; what it does before its console is "
	    "there is shown with --append " EARLY_CONSOLE,
	    (unsigned int)(SILENCE / 1000 / MS));
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void wait_for(struct pollfd *polls, unsigned int count, uint64_t until, uint64_t longest)
{
	uint64_t now = now_ns();
	uint64_t ns = least(longest, until == UINT64_MAX ? until : until > now ? until - now : 0);
	struct timespec limit = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	if (ppoll(polls, count, ns == UINT64_MAX ? NULL : &limit, NULL) < 0)
		for (unsigned int i = 0; i < count; i++)
			polls[i].revents = 0;
}

static enum why be_console(struct guest *guest)
{
	struct pollfd polls[POLLS];
	enum why why = WHY_NOT;
	uint64_t longest;
	bool heard;

	while (!why) {
		polls[0] = signals_poll();
		longest = least(console_polls(&guest->console, polls + 1),
				gdb_poll(&guest->gdb, &polls[POLLS - 1]));
		if (guest->panic.word)
			longest = least(longest, guest->panicked ? PANIC_QUIET / 4 : PANIC_LOOK);
		wait_for(polls, POLLS, least(guest->deadline, guest->silence), longest);
		signals_take();
		if (signals_suspend())
			suspend(guest);
		if (signals_resized())
			ports_resize();
		press_power(guest);
		look_for_end(guest);
		heard = console_move(&guest->console, polls + 1);
		gdb_move(&guest->gdb, &polls[POLLS - 1]);
		remark_on_silence(guest);
		why = judge(guest, heard);
	}
	return why;
}

/* Kills and reaps the child and all processes that it has left. */
static void clear_up(struct guest *guest, enum why why)
{
	const volatile int hurry = 1;

	kill(-guest->child, SIGKILL);
	devices_stop();
	shares_close();
	disks_close();
	while (waitpid(guest->child, &guest->status, 0) < 0 && errno == EINTR)
		continue;
	console_drain(&guest->console, why == WHY_CHILD || why == WHY_PANIC ? &signals_end : &hurry,
		      ports_drain);
	while (waitpid(-guest->child, NULL, __WALL) > 0 || errno == EINTR)
		continue;
	terminal_restore();
	guard_end();
}

static void say_signal(int number)
{
	/* A host without memory kills by one or the other. */
	bool memory = number == SIGBUS || number == SIGKILL;

	say("the guest's process was killed by signal %d (%s)%s", number, strsignal(number),
	    memory ? "; has the host no memory left?" : "");
}

static int say_crash(const struct guest *guest)
{
	say("the guest panicked or crashed%s",
	    guest->console.watch.spoke ? ""
				       : "; it has printed nothing: --append " EARLY_CONSOLE
					 " may show why");
	return END_CRASH;
}

/*
 * A kernel without the variable was told to reset when it panics; its last word tells why it did.
 */
static bool says_panic(const struct guest *guest, int code)
{
	if (guest->panic.word)
		return panic_seen(&guest->panic);
	return code == LAUNCH_REBOOT && guest->console.watch.last_word == WATCH_PANIC;
}

static int say_child_end(const struct guest *guest)
{
	int code = WIFEXITED(guest->status) ? WEXITSTATUS(guest->status) : -1;

	if (code == LAUNCH_HOST) {
		say("the host refused the wedge something it needs; see the console above");
		return END_PLATFORM;
	}
	if (code == LAUNCH_CRASH || says_panic(guest, code))
		return say_crash(guest);
	if (guest->options->result && (code == LAUNCH_POWEROFF || code == LAUNCH_REBOOT))
		return result_code(guest->options->result);
	if (code == LAUNCH_POWEROFF && guest->console.watch.spoke)
		return END_POWEROFF;
	if (code == LAUNCH_REBOOT && guest->console.watch.last_word == WATCH_RESTART)
		return END_POWEROFF;
	if (code == LAUNCH_REBOOT)
		say("the guest reset the machine without saying so: a triple fault");
	else if (code == LAUNCH_POWEROFF)
		say("the guest ended without a word on its console: --append " EARLY_CONSOLE
		    " may show why");
	else if (code >= 0)
		say("the wedge ended with the unknown code %d", code);
	else
		say_signal(WTERMSIG(guest->status));
	return END_CRASH;
}

static int say_end(const struct guest *guest, enum why why)
{
	switch (why) {
	case WHY_CHILD:
		return say_child_end(guest);
	case WHY_PANIC:
		return say_crash(guest);
	case WHY_TIMEOUT:
		say("still running after %u seconds", guest->options->timeout);
		return END_TIMEOUT;
	case WHY_OUTPUT:
		say("the console cannot be written: %s", strerror(guest->console.output_error));
		return END_CRASH;
	case WHY_GDB:
		say("ended by the debugger");
		return END_CRASH;
	case WHY_SIGNAL:
		signals_die_of(signals_end);
	default:
		say("ended by Ctrl-A X");
		return END_CRASH;
	}
}

/* The processes of a guest that panicked are still there: ask for its registers before the kill. */
static void stop_for_core(struct guest *guest)
{
	uint64_t until = now_ns() + STOP_LONGEST;
	struct timespec pause = {.tv_nsec = MS};

	target_stop(&guest->target);
	while (!target_look(&guest->target) && now_ns() < until)
		nanosleep(&pause, NULL);
}

static int how_it_ended(const struct guest *guest)
{
	return WIFSIGNALED(guest->status) ? -WTERMSIG(guest->status) : WEXITSTATUS(guest->status);
}

int guest_run(struct guest *guest, struct launch_info *info, launch_entry *entry)
{
	const struct options *options = guest->options;
	enum why why;
	int code;

	guest->deadline = UINT64_MAX;
	console_open(&guest->console, !options->no_input);
	connect_streams(guest, info);
	start(guest, info, entry);
	why = be_console(guest);
	if (why == WHY_PANIC && options->core)
		stop_for_core(guest);
	clear_up(guest, why);
	gdb_close(&guest->gdb, how_it_ended(guest));
	code = say_end(guest, why);
	if (options->core && code == END_CRASH && (why == WHY_CHILD || why == WHY_PANIC)) {
		target_look(&guest->target);
		core_write(options->core, &guest->target, guest->memory->fd);
	}
	return code;
}
