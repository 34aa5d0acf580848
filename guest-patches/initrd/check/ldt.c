/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ldt.c - data segments of the program's own.
 */
#include <asm/ldt.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "check.h"
#include "width.h"

/* A segment of the program's own LDT can be loaded and has its base. */
bool check_ldt(void)
{
	static unsigned int here[4] = {11, 22, 33, 44};
	struct user_desc entry;
	unsigned int seen;

	memset(&entry, 0, sizeof(entry));
	entry.entry_number = 2;
	entry.base_addr = (unsigned int)(uintptr_t)here; /* static: below 4 GiB */
	entry.limit = sizeof(here) - 1;
	entry.seg_32bit = 1;
	entry.useable = 1;
	EXPECT(syscall(SYS_modify_ldt, 1, &entry, sizeof(entry)) == 0);
	for (int i = 0; i < 100; i++) {
		__asm__ volatile("mov %1, " SPARE_SEGMENT "; movl " SPARE_SEGMENT ":8, %0"
				 : "=r"(seen)
				 : "r"(2 * 8 + 7));
		EXPECT(seen == 33);
		sched_yield();
		__asm__ volatile("movl " SPARE_SEGMENT ":4, %0" : "=r"(seen));
		EXPECT(seen == 22);
	}
	__asm__ volatile("mov %0, " SPARE_SEGMENT : : "r"(0));
	return true;
}
