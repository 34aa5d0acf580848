/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that do next to nothing, a signal to oneself, and pages: what one process alone
 * asks its kernel for.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define PAGE	    4096u
#define FAULT_PAGES 256u

int64_t run_getpid_int80(unsigned count)
{
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++) {
		long result;

		__asm__ volatile("int $0x80" : "=a"(result) : "a"(SYS_getpid) : "memory");
	}
	return now_ns() - start;
}

/* The way of the C library: through the vDSO where the kernel has one. */
int64_t run_getpid_libc(unsigned count)
{
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++)
		syscall(SYS_getpid);
	return now_ns() - start;
}

int64_t run_read(unsigned count)
{
	int fd = open("/dev/zero", O_RDONLY);
	int64_t start, elapsed;
	char byte;

	if (fd < 0)
		fail("/dev/zero");
	start = now_ns();
	for (unsigned i = 0; i < count; i++)
		if (read(fd, &byte, 1) != 1)
			fail("read of /dev/zero");
	elapsed = now_ns() - start;
	close(fd);
	return elapsed;
}

/* Small pages: a huge one would be one fault for many. A kernel without huge pages refuses. */
static char *map_pages(unsigned pages)
{
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	if (at == MAP_FAILED)
		fail("mmap");
	return at;
}

static void unmap_pages(char *at, unsigned pages)
{
	if (munmap(at, pages * PAGE) != 0)
		fail("munmap");
}

int64_t run_mmap(unsigned count)
{
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++)
		unmap_pages(map_pages(1), 1);
	return now_ns() - start;
}

int64_t run_mmap_touch(unsigned count)
{
	int64_t start = now_ns();

	for (unsigned i = 0; i < count; i++) {
		char *at = map_pages(1);

		*(volatile char *)at = 1;
		unmap_pages(at, 1);
	}
	return now_ns() - start;
}

/* One fault: the first write to a fresh page of a larger mapping. */
int64_t run_fault(unsigned count)
{
	int64_t elapsed = 0;

	while (count > 0) {
		unsigned pages = count < FAULT_PAGES ? count : FAULT_PAGES;
		char *at = map_pages(pages);
		int64_t start;

		madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
		start = now_ns();
		for (unsigned i = 0; i < pages; i++)
			*(volatile char *)(at + i * PAGE) = 1;
		elapsed += now_ns() - start;
		unmap_pages(at, pages);
		count -= pages;
	}
	return elapsed;
}

static volatile unsigned delivered;

static void count_signal(int number)
{
	(void)number;
	delivered++;
}

int64_t run_signal(unsigned count)
{
	struct sigaction action = {.sa_handler = count_signal};
	pid_t self = getpid();
	int64_t start;

	if (sigaction(SIGUSR1, &action, NULL) != 0)
		fail("sigaction");
	delivered = 0;
	start = now_ns();
	for (unsigned i = 0; i < count; i++)
		kill(self, SIGUSR1);
	start = now_ns() - start;
	if (delivered != count)
		fail("a signal was lost");
	return start;
}
