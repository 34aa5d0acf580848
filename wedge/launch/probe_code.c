/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_code.c - the way into 32-bit code and back, as the wedge will go it: far jumps through
 * Linux's selectors.
 *
 * Invariant: nothing of the 64-bit side (stack, registers that C keeps) is lost on the way.
 */
#include "probe_code.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { SELECTOR_32 = 0x23, SELECTOR_64 = 0x33, ANSWER = 0x5eed };

struct far_pointer {
	uint32_t offset;
	uint16_t selector;
} __attribute__((packed));

/* One page: code, what it needs, a stack. %ebx points to it while the code runs. */
struct low_page {
	char code[256];
	struct far_pointer into, back;
	uint32_t system_call;	/* whether to make one */
	uint64_t stack, resume; /* of the 64-bit side */
	uint64_t answer;
	char argument[64];
	char low_stack[2048];
};

_Static_assert(offsetof(struct low_page, into) == 256, "as in the code below");
_Static_assert(offsetof(struct low_page, back) == 262, "as in the code below");
_Static_assert(offsetof(struct low_page, system_call) == 268, "as in the code below");
_Static_assert(offsetof(struct low_page, stack) == 272, "as in the code below");
_Static_assert(offsetof(struct low_page, resume) == 280, "as in the code below");
_Static_assert(offsetof(struct low_page, answer) == 288, "as in the code below");

extern const char probe_code_32[], probe_code_64[], probe_code_end[];

/* A 64-bit process has no data segment that 32-bit code could use, but a stack segment. */
__asm__(".pushsection .text\n"
	".code32\n"
	"probe_code_32:\n"
	"	cmpl	$0, %ss:268(%ebx)\n"
	"	je	1f\n"
	"	movl	$20, %eax\n"
	"	int	$0x80\n"
	"1:	movl	$0x5eed, %ss:288(%ebx)\n"
	"	ljmp	*%ss:262(%ebx)\n"
	".code64\n"
	"probe_code_64:\n"
	"	movq	272(%rbx), %rsp\n"
	"	jmp	*280(%rbx)\n"
	"probe_code_end:\n"
	".popsection\n");

static struct low_page *page;

bool probe_code_prepare(void)
{
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (page == MAP_FAILED)
		return false;
	memcpy(page->code, probe_code_32, (size_t)(probe_code_end - probe_code_32));
	page->into = (struct far_pointer){(uint32_t)(uintptr_t)page, SELECTOR_32};
	page->back = (struct far_pointer){
		(uint32_t)((uintptr_t)page + (uintptr_t)(probe_code_64 - probe_code_32)),
		SELECTOR_64,
	};
	return true;
}

bool probe_code_run(bool system_call)
{
	page->system_call = system_call;
	page->answer = 0;
	/* Below the red zone; the upper halves of all registers may be lost in 32-bit code. */
	__asm__ volatile("leaq	-128(%%rsp), %%rsp\n\t"
			 "pushq	%%rbp\n\t"
			 "leaq	1f(%%rip), %%rax\n\t"
			 "movq	%%rax, 280(%%rbx)\n\t"
			 "movq	%%rsp, 272(%%rbx)\n\t"
			 "leaq	2300(%%rbx), %%rsp\n\t"
			 "ljmpl	*256(%%rbx)\n"
			 "1:	popq	%%rbp\n\t"
			 "leaq	128(%%rsp), %%rsp\n"
			 :
			 : "b"(page)
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
			   "r13", "r14", "r15", "memory", "cc");
	return page->answer == ANSWER;
}

int probe_code_call(unsigned int number, const void *argument, size_t size)
{
	long result = number;

	memcpy(page->argument, argument, size);
	__asm__ volatile("int	$0x80"
			 : "+a"(result)
			 : "b"(page->argument)
			 : "r8", "r9", "r10", "r11", "memory", "cc");
	if ((int)result >= 0)
		return 0;
	errno = -(int)result;
	return -1;
}
