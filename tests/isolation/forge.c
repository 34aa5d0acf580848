/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forge.c - the stub's own code turned against it: its system call instructions with chosen
 * registers, and a forged page of orders with a forged signal frame.
 *
 * Invariant: the code is found in the stub as it is, not assumed; on a host without a stub the same
 * bytes stand in the program itself.
 */
#include <string.h>
#include "forge.h"

struct orders {
	uint64_t count, again, frame;
	uint16_t selector[4];
	uint64_t xstate;
	char between[14712 - 40];
	uint64_t bases;
};

/* The kernel's struct ucontext of x86-64. */
struct frame {
	uint64_t flags, link, stack, stack_flags, stack_size;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
		eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
	uint64_t mask;
};

static struct orders orders __attribute__((aligned(4096)));
static struct frame frame __attribute__((aligned(64)));

uint64_t find_in_stub(const uint8_t *bytes, unsigned int size, uint64_t from)
{
	for (uint64_t at = from; at + size < STUB + 0x1000; at++) {
		unsigned int i = 0;

		while (i < size && (uint8_t)peek64(at + i) == bytes[i])
			i++;
		if (i == size)
			return at;
	}
	return 0;
}

uint64_t find_stop(void)
{
	static const uint8_t stop[] = {0xb8, 111, 0, 0, 0, 0x0f, 0x05};

	return find_in_stub(stop, sizeof(stop), STUB);
}

/* The loop that carries out orders: "movq 48(%r12), %r9; syscall". */
uint64_t find_order(void)
{
	static const uint8_t order[] = {0x4d, 0x8b, 0x4c, 0x24, 0x30, 0x0f, 0x05};
	uint64_t at = find_in_stub(order, sizeof(order), STUB);

	return at ? at + 5 : 0;
}

/* "movl $15, %eax; syscall" */
uint64_t find_return(void)
{
	static const uint8_t back[] = {0xb8, 15, 0, 0, 0, 0x0f, 0x05};

	return find_in_stub(back, sizeof(back), STUB);
}

uint64_t forge_frame(uint64_t rip, uint64_t eflags, uint64_t mask, uint64_t rdi)
{
	frame = (struct frame){
		.flags = 6, /* the stack segment is valid, strictly */
		.rip = rip,
		.eflags = eflags | 0x202,
		.cs = 0x33,
		.ss = 0x2b,
		.mask = mask,
		.rdi = rdi,
		.rax = 111,
		.rsp = (uintptr_t)&frame,
	};
	return (uintptr_t)&frame;
}

void forge_stack(uint64_t address, uint64_t size)
{
	frame.stack = address;
	frame.stack_size = size;
}

/* Whoever carries out an order by them lands, if it succeeds. Touches all that this needs. */
static struct registers prepare(void)
{
	orders = (struct orders){.selector = {0x2b, 0x2b, 0, 0}, .bases = ORDERS_BASES};
	__asm__("movw %%gs, %0" : "=m"(orders.selector[3]));
	orders.frame = forge_frame((uintptr_t)landing64, 0, 0, 0);
	return (struct registers){
		.rbx = (uintptr_t)&orders,
		.r12 = (uintptr_t)&orders,
		.r13 = 1,
		.rsp = orders.frame,
	};
}

_Noreturn void order(uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		     uint64_t f)
{
	struct registers r = prepare();

	r.rax = number;
	r.rdi = a;
	r.rsi = b;
	r.rdx = c;
	r.r10 = d;
	r.r8 = e;
	r.r9 = f;
	jump64(&r, find_order());
}

/* The arguments of an mmap among the orders that led here. */
static bool find_mmap(struct registers *r)
{
	enum { LIST = 304, SIZE = 56, SOME = 16 };
	uint64_t count = peek64(ORDERS);

	for (uint64_t at = ORDERS + LIST; count-- && at < ORDERS + LIST + SOME * SIZE; at += SIZE) {
		if (peek64(at) != NR_MMAP)
			continue;
		r->rax = NR_MMAP;
		r->rdi = peek64(at + 8);
		r->rsi = peek64(at + 16);
		r->rdx = peek64(at + 24);
		r->r10 = peek64(at + 32);
		r->r8 = peek64(at + 40);
		r->r9 = peek64(at + 48);
		return true;
	}
	return false;
}

void order_again(volatile char *fresh, unsigned int pages, void (*before)(void))
{
	struct registers r = prepare();
	uint64_t at = find_order();

	/* A tick of the clock after the page was mapped takes the orders away. */
	for (unsigned int i = 0; i < pages; i++) {
		fresh[i * 4096] = 1;
		if (!find_mmap(&r))
			continue;
		before();
		jump64(&r, at);
	}
}

_Noreturn void return_frame(void)
{
	struct registers r = {.rsp = (uintptr_t)&frame};

	jump64(&r, find_return());
}
