/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zygote.c - starts the process that all user processes are forks of (stub.c), before the wedge's
 * process holds anything of the guest.
 *
 * Invariant: user processes never share memory with the wedge but for the stub and their own slot.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "linux.h"
#include "stub.h"

enum { AF_UNIX = 1, SOCK_SEQPACKET = 5, CLONE_FILES = 0x400, MFD_CLOEXEC = 1 };

static void check(const char *what, long result)
{
	if (host_failed(result))
		linux_host_failed(what, result);
}

static void make_channels(void)
{
	static const char name[] = "afterburn-channels";
	uint64_t size = (uint64_t)VIEW_SLOTS * USER_SLOT_SIZE;
	long fd = host_call2(__NR_memfd_create, name, MFD_CLOEXEC);

	check("a memory file", fd);
	machine.channel_fd = (int32_t)fd;
	check("the size of a memory file", host_call2(__NR_ftruncate, fd, size));
	check("mapping a memory file",
	      host_map(LINUX_CHANNELS, size, HOST_PROT_READ | HOST_PROT_WRITE,
		       HOST_MAP_SHARED | HOST_MAP_FIXED_NOREPLACE, (int)fd, 0));
}

/* Runs in the child, on its copy of the wedge's memory, and goes on in the copy of the stub. */
_Noreturn static void become_zygote(void)
{
	unsigned int flags = HOST_MAP_PRIVATE | HOST_MAP_ANONYMOUS | HOST_MAP_FIXED_NOREPLACE;
	unsigned int both = HOST_PROT_READ | HOST_PROT_WRITE;

	check("mapping the stub", host_map(USER_STUB, USER_STUB_SIZE, both, flags, -1, 0));
	check("mapping the stub's stack",
	      host_map(USER_STACK, USER_STACK_SIZE, both, flags, -1, 0));
	memcpy((void *)USER_STUB, wedge_stub, (size_t)(wedge_stub_end - wedge_stub));
	check("protecting the stub", host_call3(__NR_mprotect, USER_STUB, USER_STUB_SIZE,
						HOST_PROT_READ | HOST_PROT_EXEC));
	__asm__ volatile("movq %0, %%rsp; xorl %%ebp, %%ebp; call *%1; ud2"
			 :
			 : "r"(USER_STACK + USER_STACK_SIZE), "r"(stub_address(stub_zygote))
			 : "memory");
	__builtin_unreachable();
}

static int32_t read_number(void)
{
	int32_t number = -1;
	long got;

	do
		got = host_call3(__NR_read, machine.request_fd, &number, sizeof(number));
	while (got == -EINTR);
	if (got != sizeof(number))
		linux_host_failed("user processes: their parent has gone", -ECHILD);
	return number;
}

static void write_number(int32_t number)
{
	check("a message to the zygote",
	      host_call3(__NR_write, machine.request_fd, &number, sizeof(number)));
}

/*
 * Notification and answer wake the one side while the other is about to sleep: has the host switch
 * at once instead of looking for another processor. Hosts before Linux 6.6 do not know that, and
 * wedge and user processes are only slower there.
 */
static void wake_in_turn(void)
{
	host_call3(__NR_ioctl, machine.listener_fd, HOST_NOTIFY_SET_FLAGS,
		   HOST_NOTIFY_SYNC_WAKE_UP);
}

void zygote_start(void)
{
	int32_t pair[2];
	long child;

	make_channels();
	check("a socket pair", host_call4(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair));
	machine.request_fd = pair[0];
	stub_config = (struct stub_config){
		.request_fd = pair[1],
		.channel_fd = machine.channel_fd,
		.memory_fd = machine.info.memory_fd,
		.parent = (int32_t)host_call0(__NR_getpid),
		.slots = VIEW_SLOTS,
		.dispatch = machine.info.trap == LAUNCH_TRAP_DISPATCH,
		.trace = machine.info.handover == LAUNCH_HANDOVER_TRACE,
	};
	child = host_call5(__NR_clone, SIGCHLD | CLONE_FILES, 0, 0, 0, 0);
	check("a process", child);
	if (!child)
		become_zygote();
	machine.listener_fd = read_number();
	if (machine.listener_fd < 0)
		linux_host_failed("an empty process, or a seccomp listener", machine.listener_fd);
	wake_in_turn();
	write_number(0);
	/* The zygote has a copy by now. Without ours, a read tells if the zygote has ended. */
	read_number();
	check("closing a socket", host_call1(__NR_close, pair[1]));
}

int32_t zygote_make(uint32_t slot, int32_t *pidfd)
{
	int32_t child = -ECHILD;
	struct handle_room room = {0};
	__typeof__(*(struct socket_message){0}.stretch) stretch = {&child, sizeof(child)};
	struct socket_message message;
	long got;

	write_number((int32_t)slot);
	do {
		message = (struct socket_message){.stretch = (void *)&stretch,
						  .stretches = 1,
						  .control = &room,
						  .control_size = sizeof(room)};
		got = host_call3(__NR_recvmsg, machine.request_fd, &message, 0);
	} while (got == -EINTR);
	if (got != sizeof(child) || child <= 0)
		linux_host_failed("another process", got < 0 ? got : child);
	if (room.size != USER_HANDLE_SIZE)
		linux_host_failed("a descriptor of another process", -EMFILE);
	*pidfd = room.pidfd;
	return child;
}
