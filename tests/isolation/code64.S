/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code64.S - 64-bit code that attacks jump to, and its stack, in programs of both widths.
 *
 * Invariant: it lies below 4 GiB.
 */
/* Of the stub's world (wedge/backend/linux/channel.h). */
#define ORDERS_AGAIN 8
#define ORDERS_TURN 40
#define CHANNEL_STATE 32
#define USER_RESTS 1

	.text
	.code64
	.globl spin64
spin64:
	pause
	jmp spin64

/*
 * Claims to rest (rbx: some memory, r8: the channel, r9: the orders), and goes on as soon as the turn
 * has come, provided that the memory is still there.
 */
	.globl rest64
rest64:
	movq ORDERS_TURN(%r9), %r10
	movq $USER_RESTS, CHANNEL_STATE(%r8)
1:	pause
	cmpq %r10, ORDERS_TURN(%r9)
	je 1b
	cmpq $0, ORDERS_AGAIN(%r9)
	jne 1b
	movb (%rbx), %al
	jmp landing64

	.bss
	.balign 16
	.globl landing_stack, landing_stack_end
landing_stack:
	.fill 16384
landing_stack_end:
	.section .note.GNU-stack, "", @progbits
