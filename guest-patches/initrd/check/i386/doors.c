/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doors.c - both ways into the kernel, int 0x80 and the vDSO's __kernel_vsyscall, and back out.
 *
 * Invariant: each check asks for the same through both doors.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "i386.h"

#define CARRY	  0x1
#define DIRECTION 0x400

/* Registers as the kernel takes its six arguments, and what came back. */
struct registers {
	long ebx, ecx, edx, esi, edi, ebp;
	unsigned long flags;
};

void int_80(void);
long enter(void (*door)(void), long number, const struct registers *in, struct registers *out);

/* enter() goes in with carry and direction flag set. */
__asm__(".pushsection .text\n"
	"int_80: int $0x80; ret\n"
	"enter: push %ebp; push %ebx; push %esi; push %edi\n"
	"	mov 24(%esp), %eax; mov 28(%esp), %ebp\n"
	"	mov (%ebp), %ebx; mov 4(%ebp), %ecx; mov 8(%ebp), %edx\n"
	"	mov 12(%ebp), %esi; mov 16(%ebp), %edi; mov 20(%ebp), %ebp\n"
	"	std; stc\n"
	"	call *20(%esp)\n"
	"	pushf; cld; push %ebp; mov 40(%esp), %ebp\n"
	"	mov %ebx, (%ebp); mov %ecx, 4(%ebp); mov %edx, 8(%ebp)\n"
	"	mov %esi, 12(%ebp); mov %edi, 16(%ebp); pop 20(%ebp); pop 24(%ebp)\n"
	"	pop %edi; pop %esi; pop %ebx; pop %ebp; ret\n"
	".popsection");

typedef void (*door_t)(void);

static door_t vsyscall(void)
{
	return (door_t)getauxval(AT_SYSINFO);
}

static bool came_back_whole(const struct registers *in, const struct registers *out)
{
	return memcmp(in, out, offsetof(struct registers, flags)) == 0 &&
	       (out->flags & (CARRY | DIRECTION)) == (CARRY | DIRECTION);
}

/* Six arguments go in, one result comes out, and nothing else changes. */
static bool good_door(door_t door)
{
	struct registers in = {1, 2, 3, 4, 5, 6, 0}, out;
	int fd = open("/proc/self/exe", O_RDONLY);
	char expected[64];
	void *mapped;

	EXPECT(enter(door, SYS_getpid, &in, &out) == getpid() && came_back_whole(&in, &out));
	EXPECT(enter(door, 0x7fff, &in, &out) == -ENOSYS && came_back_whole(&in, &out));
	EXPECT(enter(door, -1, &in, &out) == -ENOSYS && came_back_whole(&in, &out));
	EXPECT(fd >= 0 && pread(fd, expected, sizeof(expected), 4096) == sizeof(expected));
	in = (struct registers){0, 4096, PROT_READ, MAP_PRIVATE, fd, 1, 0};
	mapped = (void *)enter(door, SYS_mmap2, &in, &out);
	EXPECT((uintptr_t)mapped < (uintptr_t)-4095 && came_back_whole(&in, &out));
	EXPECT(memcmp(mapped, expected, sizeof(expected)) == 0);
	return munmap(mapped, 4096) == 0 && close(fd) == 0;
}

bool check_doors(void)
{
	EXPECT(vsyscall() != NULL);
	for (int turn = 0; turn < 20; turn++) {
		EXPECT(good_door(int_80));
		EXPECT(good_door(vsyscall()));
	}
	return true;
}

static volatile int alarms;
static int ends[2];

static void wake_later(int signal)
{
	(void)signal;
	if (++alarms == 5 && write(ends[1], "!", 1) != 1)
		_exit(3);
}

/* A read that five signals interrupt begins again with the same arguments. */
static bool begins_again(door_t door)
{
	struct itimerval fast = {{0, 10000}, {0, 10000}}, off = {{0, 0}, {0, 0}};
	struct registers in = {0, 0, 1, 44, 55, 66, 0}, out;
	char seen = 0;
	long result;

	alarms = 0;
	in.ebx = ends[0];
	in.ecx = (long)(uintptr_t)&seen;
	EXPECT(setitimer(ITIMER_REAL, &fast, NULL) == 0);
	result = enter(door, SYS_read, &in, &out);
	EXPECT(setitimer(ITIMER_REAL, &off, NULL) == 0);
	EXPECT(result == 1 && seen == '!' && alarms >= 5);
	return came_back_whole(&in, &out);
}

bool check_restart(void)
{
	struct sigaction action = {.sa_handler = wake_later, .sa_flags = SA_RESTART};

	EXPECT(pipe(ends) == 0 && sigaction(SIGALRM, &action, NULL) == 0);
	EXPECT(begins_again(int_80));
	EXPECT(begins_again(vsyscall()));
	action.sa_flags = 0; /* now the first signal ends it */
	EXPECT(sigaction(SIGALRM, &action, NULL) == 0);
	for (int turn = 0; turn < 2; turn++) {
		struct itimerval once = {{0, 0}, {0, 10000}};
		struct registers in = {ends[0], 0, 1, 4, 5, 6, 0}, out;

		alarms = 0;
		EXPECT(setitimer(ITIMER_REAL, &once, NULL) == 0);
		EXPECT(enter(turn ? vsyscall() : int_80, SYS_read, &in, &out) == -EINTR);
		EXPECT(came_back_whole(&in, &out));
	}
	return true;
}
