/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot.c - the program and the kernel's image share the page tables' first slot. A program that
 * gives back all it has there does not take the kernel's part along.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../check.h"
#include "hole.h"

/* Far from the first slot: where the code runs that gives it back, with this program's own text. */
#define ELSEWHERE 0x20000000000UL

enum { TIMES = 200, ALL_WELL = 7 };

/* munmap of both parts, a page mapped and used again, given back, and two system calls on. */
__asm__(".pushsection .rodata\n"
	"give_back:\n"
	"	mov	$11, %eax\n"
	"	mov	$0x10000, %edi\n"
	"	mov	$0x3fff0000, %esi\n"
	"	syscall\n"
	"	mov	%eax, %ebx\n"
	"	mov	$11, %eax\n"
	"	mov	$0x80000000, %edi\n"
	"	movabs	$0x7f80000000, %rsi\n"
	"	syscall\n"
	"	or	%eax, %ebx\n"
	"	mov	$9, %eax\n"
	"	mov	$0x1000000, %edi\n"
	"	mov	$4096, %esi\n"
	"	mov	$3, %edx\n"
	"	mov	$0x32, %r10d\n"
	"	mov	$-1, %r8\n"
	"	xor	%r9d, %r9d\n"
	"	syscall\n"
	"	movb	$1, (%rax)\n"
	"	mov	$11, %eax\n"
	"	mov	$0x1000000, %edi\n"
	"	mov	$4096, %esi\n"
	"	syscall\n"
	"	or	%eax, %ebx\n"
	"	mov	$24, %eax\n"
	"	syscall\n"
	"	lea	7(%rbx), %edi\n"
	"	mov	$231, %eax\n"
	"	syscall\n"
	"give_back_end:\n"
	".popsection");

extern const char give_back[], give_back_end[];

bool check_hole_slot(void)
{
	void *code = mmap((void *)ELSEWHERE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	EXPECT(code != MAP_FAILED);
	memcpy(code, give_back, (size_t)(give_back_end - give_back));
	for (int i = 0; i < TIMES; i++) {
		int pid = fork();

		EXPECT(pid >= 0);
		if (pid == 0)
			((void (*)(void))(uintptr_t)code)();
		EXPECT(wait_for(pid) == ALL_WELL);
	}
	munmap(code, PAGE);
	return true;
}
