/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ldt.c - a code segment of the program's own, and what fork does with the LDT.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "i386.h"

static bool set_entry(const struct user_desc *d)
{
	return syscall(SYS_modify_ldt, 1, d, sizeof(*d)) == 0;
}

static unsigned int call_far(unsigned int selector)
{
	struct {
		uint32_t offset;
		uint16_t selector;
	} __attribute__((packed)) target = {0, (uint16_t)selector};
	unsigned int result;

	__asm__ volatile("lcall *%1" : "=a"(result) : "m"(target) : "memory");
	return result;
}

static void call_empty(void *selector)
{
	(void)call_far((uintptr_t)selector);
}

/* Code runs in a segment whose base is not zero, system calls included, and returns. */
bool check_ldt_code(void)
{
	static const unsigned char code[] = {
		0xb8, SYS_getpid, 0, 0, 0, /* mov $SYS_getpid, %eax */
		0xcd, 0x80,		   /* int $0x80 */
		0xcb,			   /* lret */
	};
	unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct user_desc d;

	EXPECT(p != MAP_FAILED);
	memcpy(p + 64, code, sizeof(code));
	d = data_segment(p + 64, sizeof(code));
	d.entry_number = 5;
	d.contents = MODIFY_LDT_CONTENTS_CODE;
	EXPECT(set_entry(&d));
	for (int i = 0; i < 100; i++)
		EXPECT(call_far(ldt_selector(&d)) == (unsigned int)getpid());
	memset(&d, 0, sizeof(d));
	d.entry_number = 5;
	EXPECT(set_entry(&d));
	EXPECT(raised_by(call_empty, (void *)(5 * 8 + 7)) == SIGSEGV);
	return true;
}

/* A child has the parent's entries, and changes only its own. */
bool check_ldt_fork(void)
{
	static unsigned int ours = 1, theirs = 2;
	struct user_desc d = data_segment(&ours, 4);
	int pid;

	d.entry_number = 3;
	EXPECT(set_entry(&d));
	load_fs(ldt_selector(&d));
	for (int i = 0; i < 20; i++) {
		pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0) {
			bool inherited = read_fs(0) == ours;

			d.base_addr = (uintptr_t)&theirs;
			_exit(inherited && set_entry(&d) &&
					      (load_fs(ldt_selector(&d)), read_fs(0) == theirs)
				      ? 0
				      : 1);
		}
		EXPECT(read_fs(0) == ours);
		EXPECT(wait_for(pid) == 0);
		load_fs(ldt_selector(&d));
		EXPECT(read_fs(0) == ours);
	}
	return true;
}
