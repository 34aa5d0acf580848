/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - the protocol between K and the user threads, one for the user code of each guest address
 * space ("process").
 *
 * A user thread's space has the pages of guest user code below STUB and three pages above: the stub
 * (code, read-only), its orders (read-only to it), its channel. To stop the thread, K makes it go
 * on in the stub, which saves its registers in the channel and calls K. K's answer may carry map
 * items. Then the stub carries out the orders: it flushes pages from its own space, which no other
 * space can do so exactly; and either calls K again, or loads all registers from the orders and
 * goes on with guest code. A thread that waits for the answer to an exception needs no call: the
 * exception's message has its registers, and the answer either goes on with guest code at once, or
 * with the stub's orders.
 *
 * Invariant: user code can execute and forge anything here but the orders. So what K reads from the
 * channel is only believed to be that program's registers.
 */
#ifndef WEDGE_BACKEND_L4_STUB_H
#define WEDGE_BACKEND_L4_STUB_H

#define STUB_CODE    0xbe000000
#define STUB_ORDERS  0xbe001000
#define STUB_CHANNEL 0xbe002000
#define STUB_END     0xbe003000

/* The label of the stub's message. */
#define STUB_STOPPED 2

/* Orders. */
#define ORDERS_IPC	0 /* entry of Ipc */
#define ORDERS_UNMAP	4
#define ORDERS_COUNT	8  /* of the pages to flush */
#define ORDERS_AGAIN	12 /* call K again instead of going on */
#define ORDERS_LOAD_FPU 16
#define ORDERS_EIP	20
#define ORDERS_EFLAGS	24
#define ORDERS_GPR	28 /* in ModRM order */
#define ORDERS_SAVE_FPU 60 /* before K is called again */
#define ORDERS_FPU	64
#define ORDERS_LIST	576
#define ORDERS_MAX	((0x1000 - ORDERS_LIST) / 4)

/* Channel. */
#define CHANNEL_GPR   0
#define CHANNEL_FPU   64
#define CHANNEL_STACK 0x1000

#ifndef __ASSEMBLER__
#include <stdint.h>

enum { STUB_FPU_BYTES = 512 };

struct orders {
	uint32_t ipc, unmap, count, again, load_fpu, eip, eflags, gpr[8], save_fpu;
	uint8_t fpu[STUB_FPU_BYTES];
	uint32_t list[ORDERS_MAX];
};

struct channel {
	uint32_t gpr[8], padding[8];
	uint8_t fpu[STUB_FPU_BYTES];
	uint8_t rest[CHANNEL_STACK - CHANNEL_FPU - STUB_FPU_BYTES];
};

_Static_assert(__builtin_offsetof(struct orders, fpu) == ORDERS_FPU, "as the stub believes");
_Static_assert(__builtin_offsetof(struct orders, gpr) == ORDERS_GPR, "as the stub believes");
_Static_assert(__builtin_offsetof(struct orders, list) == ORDERS_LIST, "as the stub believes");
_Static_assert(sizeof(struct orders) == 0x1000 && sizeof(struct channel) == 0x1000, "pages");

/*
 * stub.S; the first is where its page begins in the wedge's image. A thread is made to go on at one
 * of the next three: when it is new, when it is stopped, when it has orders. At the last, all of
 * user code's registers are loaded.
 */
extern const char stub_page[], stub_start[], stub_stop[], stub_orders[], stub_leave[];

/* Where user threads have one of these. */
static inline uint32_t stub_place(const char *label)
{
	return STUB_CODE + (uint32_t)(label - stub_page);
}

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_L4_STUB_H */
