/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pointers.c - a pointer into the kernel is no use to a program: neither in a system call,
 * whichever of the kernel's ways to copy it takes, nor in an instruction.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "../check.h"
#include "hole.h"

static void *at(unsigned long address)
{
	return (void *)address;
}

static bool refused(long result)
{
	return result == -1 && errno == EFAULT;
}

/* Whole buffers: in the kernel, and from a program's last page before it into it. */
static bool buffers(int zero, int out)
{
	for (unsigned long a = IMAGE; a < HOLE_END; a += 0xf000000) {
		EXPECT(refused(read(zero, at(a), 8)));
		EXPECT(refused(write(out, at(a), 8)));
	}
	EXPECT(refused(read(zero, at(HOLE_END - 8), 8)));
	EXPECT(refused(read(zero, at(DIRECT_MAP), 8)));
	EXPECT(refused(write(out, at(HOLE_START - 16), 0x2000000)));
	return true;
}

/* Single words, strings, vectors of buffers. */
static bool words(int zero)
{
	struct iovec kernel = {at(IMAGE), 8};

	EXPECT(refused(syscall(SYS_futex, IMAGE, 0, 0, 0, 0, 0)));
	EXPECT(refused(syscall(SYS_time, IMAGE)));
	EXPECT(refused(syscall(SYS_arch_prctl, ARCH_GET_FS, IMAGE)));
	EXPECT(refused(syscall(SYS_clock_gettime, 0, IMAGE)));
	EXPECT(refused(syscall(SYS_rt_sigaction, SIGUSR1, IMAGE, 0, 8)));
	EXPECT(refused(open(at(IMAGE), O_RDONLY)));
	EXPECT(refused(readv(zero, &kernel, 1)));
	EXPECT(refused(readv(zero, at(IMAGE), 1)));
	return true;
}

/* By the page tables of a process, where no access of the kernel faults. */
static bool process_memory(void)
{
	char here[8];
	int memory = open("/proc/self/mem", O_RDWR);

	EXPECT(memory >= 0);
	EXPECT(pread(memory, here, sizeof(here), IMAGE) == -1 && errno == EIO);
	EXPECT(pwrite(memory, here, sizeof(here), IMAGE) == -1 && errno == EIO);
	close(memory);
	return true;
}

bool check_kernel_pointers(void)
{
	int zero = open("/dev/zero", O_RDONLY), out[2];
	bool good;

	EXPECT(zero >= 0 && pipe(out) == 0);
	good = buffers(zero, out[1]) && words(zero) && process_memory();
	close(zero);
	close(out[0]);
	close(out[1]);
	return good;
}

static void load(void *address)
{
	*(volatile char *)address;
}

static void store(void *address)
{
	*(volatile char *)address = 1;
}

static void call(void *address)
{
	((void (*)(void))(uintptr_t)address)();
}

bool check_kernel_touch(void)
{
	static const unsigned long addresses[] = {
		HOLE_START,	 IMAGE,	      0x42000000, 0x60001000,	  0x7f700000,
		HOLE_END - PAGE, PROGRAM_END, DIRECT_MAP, 0x640000001000, 0x750000000000};

	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		EXPECT(raised_by(load, at(addresses[i])) == SIGSEGV);
		EXPECT(raised_by(store, at(addresses[i])) == SIGSEGV);
		EXPECT(raised_by(call, at(addresses[i])) == SIGSEGV);
	}
	return true;
}
