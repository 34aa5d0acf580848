/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - mappings, protections, copy on write.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "check.h"
#include "width.h"

#define PAGE 4096

static void read_at(void *address)
{
	(void)*(volatile char *)address;
}

static void write_at(void *address)
{
	*(volatile char *)address = 1;
}

static void call_at(void *address)
{
	((void (*)(void))(uintptr_t)address)();
}

static char *pages(size_t count)
{
	char *p = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	return p == MAP_FAILED ? NULL : p;
}

/* Fresh pages are zero, keep what is written, move with mremap, and are gone after munmap. */
bool check_mmap(void)
{
	char *p, *q;

	for (int turn = 0; turn < 50; turn++) {
		p = pages(64);
		EXPECT(p != NULL);
		for (int i = 0; i < 64; i++) {
			EXPECT(p[i * PAGE] == 0);
			memset(p + i * PAGE, i + 1, PAGE);
		}
		q = mremap(p, 64 * PAGE, 256 * PAGE, MREMAP_MAYMOVE);
		EXPECT(q != MAP_FAILED);
		for (int i = 0; i < 64; i++)
			EXPECT(q[i * PAGE + PAGE - 1] == i + 1);
		EXPECT(q[200 * PAGE] == 0);
		EXPECT(munmap(q, 256 * PAGE) == 0);
		EXPECT(raised_by(read_at, q) == SIGSEGV);
	}
	return true;
}

/* Each change of protection is in force at once, in both directions, for data and code. */
bool check_mprotect(void)
{
	static const unsigned char ret = 0xc3;
	char *p = pages(4);

	EXPECT(p != NULL);
	memcpy(p, &ret, 1);
	EXPECT(raised_by(call_at, p) == (HAS_NO_EXECUTE ? SIGSEGV : 0));
	for (int turn = 0; turn < 20; turn++) {
		EXPECT(mprotect(p, PAGE, PROT_READ) == 0);
		EXPECT(raised_by(write_at, p) == SIGSEGV && caught_code == SEGV_ACCERR);
		EXPECT(raised_by(read_at, p) == 0);
		EXPECT(mprotect(p, PAGE, PROT_READ | PROT_EXEC) == 0);
		EXPECT(raised_by(call_at, p) == 0);
		EXPECT(mprotect(p, PAGE, PROT_NONE) == 0);
		EXPECT(raised_by(read_at, p) == SIGSEGV);
		EXPECT(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0);
		EXPECT(raised_by(write_at, p + 1) == 0);
		EXPECT(p[0] == (char)ret);
	}
	return munmap(p, 4 * PAGE) == 0;
}

/* After fork each side sees its own writes only; shared memory is seen by both. */
bool check_cow(void)
{
	char *own = pages(32);
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pid;

	EXPECT(own != NULL && shared != MAP_FAILED);
	memset(own, 'p', 32 * PAGE);
	for (int turn = 0; turn < 10; turn++) {
		pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0) {
			for (int i = 0; i < 32; i++)
				if (own[i * PAGE] != 'p')
					_exit(1);
			memset(own, 'c', 32 * PAGE);
			*shared = (char)(turn + 1);
			_exit(own[31 * PAGE] == 'c' ? 0 : 2);
		}
		own[PAGE] = 'p';
		EXPECT(wait_for(pid) == 0);
		EXPECT(*shared == turn + 1);
		for (int i = 0; i < 32 * PAGE; i++)
			EXPECT(own[i] == 'p');
	}
	return true;
}

/* Forty megabytes, each page with its own content, touched in a scattered order. */
bool check_large_memory(void)
{
	enum { COUNT = 10240, STEP = 7919 };
	char *p = pages(COUNT);
	unsigned int at = 0;

	EXPECT(p != NULL);
	for (int i = 0; i < COUNT; i++, at = (at + STEP) % COUNT)
		*(unsigned int *)(p + (size_t)at * PAGE) = at * 2654435761u;
	for (unsigned int i = 0; i < COUNT; i++)
		EXPECT(*(unsigned int *)(p + (size_t)i * PAGE) == i * 2654435761u);
	return munmap(p, (size_t)COUNT * PAGE) == 0;
}

static bool is_barred(const char *what, void (*access)(void *), void *address)
{
	if (raised_by(access, address) == SIGSEGV)
		return true;
	printf("%p can be %s\n", address, what);
	return false;
}

/* What belongs to the kernel cannot be read, written or executed by a user program. */
bool check_isolation(void)
{
	static const uintptr_t forbidden[] = {FORBIDDEN_ADDRESSES};

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		void *address = (void *)forbidden[i];

		EXPECT(is_barred("read", read_at, address));
		EXPECT(is_barred("written", write_at, address));
		EXPECT(is_barred("executed", call_at, address));
	}
	if (XEN_TABLE) {
		EXPECT(is_barred("written", write_at, (void *)XEN_TABLE));
		EXPECT(is_barred("executed", call_at, (void *)XEN_TABLE));
	}
	return true;
}

/*
 * Xen has a read-only table of all machine memory there, in every guest's address space. On some
 * processors user code can read it whatever the kernel asks Xen for, so this is told, and judged
 * where Xen's own words are known.
 */
void tell_xen_table(void)
{
	if (XEN_TABLE)
		printf("GUEST-XEN-TABLE %s\n",
		       raised_by(read_at, (void *)XEN_TABLE) == SIGSEGV ? "barred" : "readable");
}

/* The handler is told the exact address and reason. */
bool check_segv(void)
{
	char *p = pages(2);

	EXPECT(p != NULL);
	EXPECT(raised_by(write_at, (void *)16) == SIGSEGV);
	EXPECT(caught_address == (void *)16 && caught_code == SEGV_MAPERR);
	EXPECT(mprotect(p + PAGE, PAGE, PROT_READ) == 0);
	EXPECT(raised_by(write_at, p + PAGE + 123) == SIGSEGV);
	EXPECT(caught_address == p + PAGE + 123 && caught_code == SEGV_ACCERR);
	return true;
}
